"""Who sees only own records: on every page, in every list, search, count and sum, for every kind of record."""

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import Membership
from crm import actions
from crm.activities import actions as activities
from crm.deals import actions as deals
from crm.mails import actions as mails
from crm.models import Activity, Company, Contact, Deal, Mail, Note, Stage
from crm.timeline import notes
from lib.text import fold
from tenancy.models import AccountModel
from tests.days import today
from tests.house.batches import for_each, in_batches
from tests.house.routes import account_routes
from tests.house.samples import WORDS, names_a_record, record_for, sample_for
from timetracking.actions import log_time
from timetracking.models import Project, TimeEntry

ROUTES = account_routes()
THEIRS, MINE = "Xenocolleague", "Ownandvisible"  # stand in all that Alice's and Bob's records say
ASKED = (
    "",
    "?q=zebra",
    "?q=zebra&status=all",
    "?company=zebra",
    "?kind=deals",
    "?panel=filters",
    "?owner=nobody",
    "?owner=everybody",
)
# Its person's; of a team that Bob is not on.
HIDDEN_BY_MORE = ("help:", "crm:mail", "timetracking:team_member", "rights:my_", "rights:consent_",
                  "invoicing:payment_")  # fmt: skip


@pytest.fixture(params=["member", "manager"])
def bob_sees_own_only(request, acme, bob):
    Membership.objects.filter(account=acme, user=bob).update(role=request.param, sees_only_own_records=True)
    return Membership.objects.get(account=acme, user=bob)


@pytest.fixture
def browser(bob):
    client = Client()
    client.force_login(bob)
    return client


def everything_of(member, word):
    """One record of every kind, with the word in all that it says; live, and in the bin."""
    for more in ({}, {"deleted_at": member.joined_at}):
        company = Company(name=f"Zebra {word}", domain=f"{word}.example", city=word, note=word, owner=member, **more)
        actions.store(company, actions.Parts(tags=[f"of {member.pk}"]))
        named = {"first_name": "Zebra", "last_name": word, "email": f"{word}@x.example", "note": word}
        contact = Contact(**named, company=company, owner=member, **more)
        actions.store(contact, actions.Parts())
        deal = Deal(name=f"Zebra {word}", company=company, note=word, owner=member, stage=Stage.objects.first(), **more)
        deals.store(deal, actions.Parts(tags=[f"deal of {member.pk}"]), contacts=[contact], by=member)
        due = {"due_on": today(), "contact": contact, "deal": deal, "note": word}
        activities.add(Activity(subject=f"Zebra {word}", owner=member, **due, **more))
        activities.log(Activity(subject=f"Zebra {word}", owner=member, **due, **more), by=member)
        notes.write(Note(contact=contact, author=member, text=f"Zebra {word}", **more), [])
        logged = mails.note(Mail(contact=contact, member=member, subject=f"Zebra {word}", **more), word)
        mails.share(logged, expected=logged.version)
    project, _ = Project.objects.get_or_create(name="Website", name_key=fold("Website"))
    log_time(member, project, None, today(), 97, note=word)


@pytest.fixture
def two_peoples_records(acme, alice, inside, bob_sees_own_only):
    with inside(acme):
        everything_of(Membership.objects.get(account=acme, user=alice), THEIRS)
        everything_of(bob_sees_own_only, MINE)


@in_batches([route for route in ROUTES if not names_a_record(route)])
def test_no_page_shows_a_colleagues_record(batch, browser, two_peoples_records):
    def hidden(route):
        for query in ASKED:
            url = route.url("acme", **sample_for(route)) + query
            response = browser.get(url)
            assert response.status_code < 500, url
            content = b"".join(response.streaming_content) if response.streaming else response.content
            assert THEIRS.lower() not in content.decode(errors="replace").lower(), url

    for_each(batch, hidden)


@in_batches([route for route in ROUTES if names_a_record(route)])
def test_a_colleagues_record_is_not_there(batch, acme, browser, inside, bob_sees_own_only):
    def not_there(route):
        with inside(acme):
            record = record_for(route)
            url = route.url("acme", **{name: WORDS.get(name, record.public_id) for name in route.takes})
        answers = {method(url).status_code for method in (browser.get, browser.post)}
        if getattr(record, "belongs_to", None) or route.name.startswith(HIDDEN_BY_MORE):
            assert answers <= {404, 405, 403}, answers
        else:  # the whole firm's
            assert 404 not in answers

    for_each(batch, not_there)


PLACES = {
    "contacts/": 1,
    "companies/": 1,
    "bin/": 1,
    "deals/": 1,
    "bin/?kind=companies": 1,
    "bin/?kind=activities": 1,
    "activities/": 1,
    "activities/done/": 1,
    "activities/calendar/": 1,
    "": 1,
    "bin/?kind=deals": 1,
    "search/?q=zebra": 3,
    "time/day/?day={}": 1,
}  # where Bob's own records stand, and how often at least


def test_the_own_ones_are_there(browser, two_peoples_records):
    for path, times in PLACES.items():
        url = f"/a/acme/{path.format(today())}"
        assert browser.get(url).content.decode().count(MINE) >= times, url


def test_sums_and_teams_are_made_of_own_hours(acme, browser, inside, two_peoples_records):
    with inside(acme):
        project = Project.objects.get()
    for path in ("projects/", f"projects/{project.public_id}/", ""):
        words = browser.get(f"/a/acme/{path}").content.decode()
        assert "3:14" not in words  # both people's 97 minutes
        assert "Alice Novak" not in words
    assert "1:37" in browser.get(f"/a/acme/projects/{project.public_id}/").content.decode()


def test_nobody_elses_week_opens(acme, alice, browser, two_peoples_records):
    other = Membership.objects.get(account=acme, user=alice)
    for path in ("time/", "time/day/"):
        assert browser.get(f"/a/acme/{path}?person={other.public_id}").status_code == 403


def test_the_company_of_an_own_contact_is_a_name_alone(acme, alice, browser, inside, bob_sees_own_only):
    """It belongs to Alice: Bob reads its name on his contact, and finds neither its page nor its facts."""
    with inside(acme):
        owner = Membership.objects.get(account=acme, user=alice)
        company = Company.objects.create(name="Tidewater", domain="secret.example", owner=owner)
        contact = Contact(first_name="Maren", company=company, owner=bob_sees_own_only)
        actions.store(contact, actions.Parts())
        project = Project.objects.create(name="Website", company=company)
    for path in ("contacts/", f"contacts/{contact.public_id}/", f"projects/{project.public_id}/"):
        words = browser.get(f"/a/acme/{path}").content.decode()
        assert "Tidewater" in words
        assert str(company.public_id) not in words
        assert "secret.example" not in words


def test_every_record_that_names_a_member_says_whose_it_is():
    """``belongs_to`` names the key; None says that it is the whole firm's."""
    silent = [
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, AccountModel)
        and any(field.related_model is Membership for field in model._meta.concrete_fields)
        and not hasattr(model, "belongs_to")
    ]
    assert silent == []
    assert TimeEntry.belongs_to == "person"
