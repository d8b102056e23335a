"""``seed_demo``: everybody of the cast can sign in; a second run adds nothing; elsewhere it is refused."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Account, Membership, User
from audit.models import Event
from crm.models import Activity, Company, Contact, Deal
from demo.cast import PEOPLE
from timetracking.budgets.queries import used
from timetracking.models import Project, ProjectTemplate, TimeEntry, Timesheet


@pytest.fixture
def seed(db, settings):
    settings.DEBUG = True

    def run() -> str:
        out = StringIO()
        call_command("seed_demo", stdout=out)
        return out.getvalue()

    return run


def test_everybody_can_sign_in_where_they_belong(client, seed):
    seed()
    for email in PEOPLE:
        user = User.objects.get(email=email)
        assert user.check_password(settings.DEMO_PASSWORD)
        response = client.post("/login/", {"login": email, "password": settings.DEMO_PASSWORD})
        assert response.status_code == 302 and response.url == "/enter/"
        client.logout()
    acme = Account.objects.get(slug="acme")
    roles = {m.user.first_name: m.role for m in Membership.objects.filter(account=acme).select_related("user")}
    assert roles == {"Alice": "owner", "Bob": "member", "Carol": "reader"}
    staff = [email for email in PEOPLE if User.objects.get(email=email).is_staff]
    assert staff == ["sam@candor.example", "tess@candor.example"]
    for email in staff:
        assert not Membership.objects.filter(user=User.objects.get(email=email)).exists()


def test_it_says_what_it_did_and_a_second_run_adds_nothing(seed):
    said = seed()
    assert "Alice Novak can sign in as alice@acme.example." in said and "/a/globex/" in said
    assert settings.DEMO_PASSWORD not in said
    assert seed() == ""
    assert not Account.objects.filter(slug="acme-2").exists()


def test_acme_has_clients_projects_and_two_weeks_of_hours(seed, inside):
    seed()
    today = timezone.localdate(timezone=ZoneInfo("Europe/Copenhagen"))
    acme = Account.objects.get(slug="acme")
    with inside(acme):
        assert (Company.objects.count(), Contact.objects.count(), Project.objects.count()) == (5, 13, 4)
        assert all(contact.email.endswith(".example") for contact in Contact.objects.all())
        assert Contact.objects.filter(first_name="Åke", email="ake@brightfold.example").exists()
        for name in ("Alice", "Bob"):
            days = TimeEntry.objects.filter(person__user__first_name=name, person__account=acme)
            assert 10 <= len({entry.day for entry in days}) <= 15
            assert max(entry.day for entry in days) <= today
            assert max(entry.day for entry in days) >= today - timedelta(days=2)
        assert not TimeEntry.objects.filter(person__user__first_name="Carol", person__account=acme).exists()
        assert Event.objects.filter(kind="contact.created", actor_kind="member").count() == 13
        packaging = Project.objects.get(name="Packaging")
        assert used([packaging])[packaging.pk].percent == 83
        assert sorted(str(member.person) for member in packaging.members.all()) == ["Alice Novak", "Bob Reyes"]
        assert ProjectTemplate.objects.get().name == "Website"
    with inside(Account.objects.get(slug="globex")):
        assert (Company.objects.count(), Project.objects.count()) == (1, 1)


def test_acme_has_a_timesheet_that_waits_and_approved_ones(seed, inside):
    seed()
    with inside(Account.objects.get(slug="acme")):
        sheets = Timesheet.objects.with_names().order_by("first_day", "person")
        assert [(sheet.person.user.first_name, sheet.state) for sheet in sheets] == [
            ("Alice", "approved"),
            ("Bob", "approved"),
            ("Bob", "submitted"),
        ]


def test_some_deals_of_acme_have_a_next_step_and_some_do_not(seed, inside):
    seed()
    with inside(Account.objects.get(slug="acme")):
        deals = {deal.name for deal in Deal.objects.open()}
        planned = set(Activity.objects.filter(deal__isnull=False).values_list("deal__name", flat=True))
    assert planned == {"Shop refit site", "Menu boards", "Case portal, phase 2"}
    assert planned < deals


def test_a_lost_demo_password_is_put_back(seed):
    seed()
    bob = User.objects.get(email="bob@acme.example")
    bob.set_password("something else")
    bob.save()
    assert "Bob Reyes's password" in seed()
    bob.refresh_from_db()
    assert bob.check_password(settings.DEMO_PASSWORD)


def test_it_is_refused_where_strangers_come_in(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="refused while DEBUG is off"):
        call_command("seed_demo")
    assert not User.objects.filter(email="alice@acme.example").exists()
