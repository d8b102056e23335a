"""Sample data: made by a job through the real actions, told apart everywhere, and gone in one step."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import checklist
from accounts.actions import create_api_key
from accounts.models import Membership
from audit.models import Event
from crm import actions as crm
from crm.models import Activity, Company, Contact, Deal, SearchToken
from crm.search import find
from demo import sample
from demo.models import SampleJob
from tests.days import today
from tests.promises import promise
from timetracking import actions as time
from timetracking.models import Expense, ExpenseCategory, Project, SheetRow, Task, TimeEntry
from timetracking.queries import hours_by_day

URL = "/a/acme/admin/sample/"
MODELS = (Company, Contact, Deal, Project, Task, TimeEntry, Activity)


@pytest.fixture
def alices(acme, alice):
    return Membership.objects.select_related("user", "account").get(account=acme, user=alice)


@pytest.fixture
def fill(acme, inside, alices):
    """Fill Acme, as the worker does."""

    def make():
        with inside(acme):
            job = sample.start(alices)
            while SampleJob.objects.get(pk=job.pk).is_at_work:
                sample.go_on(str(job.public_id))
            return SampleJob.objects.get(pk=job.pk)

    return make


def numbers():
    return [model.objects.count() for model in MODELS]


def own():
    """One record of each kind that is the firm's own, far from any sample."""
    company = crm.store(Company(name="Fjord & Co"), crm.Parts())
    contact = crm.store(Contact(first_name="Ida", company=company), crm.Parts())
    project = time.create(Project(name="Own website", company=company))
    return company, contact, project, time.create(Task(project=project, name="Design"))


@promise(13)
def test_a_small_agency_is_made_by_the_real_actions_and_the_log_says_by_whom(fill, acme, inside):
    job = fill()
    assert (job.state, job.done, job.total) == ("done", 54, 54)
    with inside(acme):
        assert numbers() == [5, 12, 6, 3, 4, 20, 4]
        assert all(thing.is_sample for model in MODELS for thing in model.objects.all())
        assert all(contact.email.endswith(".example") for contact in Contact.objects.all())
        made = Event.objects.filter(kind="contact.created").values_list("actor_kind", "actor_id")
        assert set(made) == {("member", acme.memberships.get().pk)}
        assert Event.objects.filter(kind="time_entry.created").count() == 20
        assert Event.objects.filter(kind="sample.made").count() == 1
        days = sorted(set(TimeEntry.objects.values_list("day", flat=True)))
        assert len(days) == 10 and days[-1] <= today()
        used = {p.name: TimeEntry.objects.filter(project=p).minutes() / p.budget_minutes for p in Project.objects.all()}
        assert 0.8 < used["Packaging"] < 1
        assert [str(group.hits[0].record) for group in find(acme.memberships.get(), "maren")] == ["Maren Holt"]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_hours_are_on_ten_working_days_up_to_today(today):
    days = sample._working_days(today)
    assert len(set(days)) == 10
    assert all(day.weekday() < 5 and day <= today for day in days)
    assert (today - days[-1]).days <= 2 and (today - days[0]).days <= 15


def test_a_second_click_makes_nothing_more(fill, acme, inside, alices):
    first = fill()
    with inside(acme):
        assert sample.start(alices) == first
        assert SampleJob.objects.count() == 1


def test_what_counts_the_firm_leaves_samples_out(fill, acme, inside, alices):
    fill()
    with inside(acme):
        ticked = [step.words for step in checklist.steps(alices) if step.is_done]
        assert ticked == []
        days = sorted(set(TimeEntry.objects.values_list("day", flat=True)))
        assert hours_by_day(alices, days) == {}
        time.log_time(alices, Project.objects.first(), None, days[0], 30)
        assert hours_by_day(alices, days) == {days[0]: 30}


def test_removing_takes_all_samples_and_nothing_of_ones_own(fill, acme, inside, alices):
    with inside(acme):
        mine = own()
        time.log_time(alices, mine[2], mine[3], today(), 60)
        before, words = numbers(), SearchToken.objects.count()
    fill()
    with inside(acme):
        crm.move_to_bin(Contact.objects.filter(is_sample=True).first(), by=alices)
        project = Project.objects.own().filter(is_sample=False).first()
        time.keep_row(alices, date(2026, 11, 16), Project.objects.filter(is_sample=True).first(), None)
        assert project == mine[2]
        assert sample.kept() == {"projects": [], "companies": [], "contacts": []}
        assert sample.count() == 54
        assert sample.remove(sample.current()) == 54
        assert numbers() == before
        assert (SearchToken.objects.count(), SheetRow.objects.count()) == (words, 0)
        assert sample.current().state == "removed"
        assert Event.objects.filter(kind="sample.removed").count() == 1


def test_what_own_expenses_are_for_stays(fill, acme, inside, alices):
    fill()
    with inside(acme):
        task, company = (
            Task.objects.select_related("project").last(),
            Company.objects.exclude(pk__in=Project.objects.exclude(company=None).values("company")).first(),
        )
        paid = {"person": alices, "category": ExpenseCategory.objects.first(), "day": date(2026, 11, 17)}
        paid |= {"amount": 5, "currency": "EUR"}
        Expense.objects.create(project=task.project, task=task, deleted_at=timezone.now(), **paid)
        Expense.objects.create(company=company, **paid)
        sample.remove(sample.current())
        assert list(Task.objects.filter(is_sample=False)) == [task]
        assert list(Project.objects.filter(is_sample=False)) == [task.project]
        assert Company.objects.filter(pk=company.pk, is_sample=False).exists()


def test_what_own_records_hang_on_stays_and_is_ones_own_from_then_on(fill, acme, inside, alices):
    fill()
    with inside(acme):
        packaging = Project.objects.get(name="Packaging")
        illustration = Task.objects.get(project=packaging)
        mine = time.log_time(alices, packaging, illustration, today(), 45)
        website = Project.objects.get(name="Website relaunch")
        task = time.create(Task(project=website, name="Own task"))
        theatre = Company.objects.get(name="Harrow Street Theatre")
        person = crm.store(Contact(first_name="Ida", company=theatre), crm.Parts())
        dental = Company.objects.get(name="Northlake Dental")
        project = time.create(Project(name="Own project", company=dental))
        assert sample.kept() == {
            "projects": ["Packaging", "Website relaunch"],
            "companies": ["Brightfold Coffee", "Harrow Street Theatre", "Northlake Dental", "Tidewater Museum"],
            "contacts": [],
        }
        sample.remove(sample.current())
        assert list(TimeEntry.objects.all()) == [mine]
        assert set(Task.objects.all()) == {illustration, task}
        assert set(Project.objects.all()) == {packaging, website, project}
        assert list(Contact.objects.all()) == [person]
        assert Company.objects.count() == 4
        assert not any(thing.is_sample for model in MODELS for thing in model.objects.all())
        assert Project.objects.get(pk=packaging.pk).company.name == "Brightfold Coffee"


def test_a_contact_that_an_own_activity_is_about_stays_with_its_company(fill, acme, inside, alices):
    fill()
    with inside(acme):
        maren = Contact.objects.get(first_name="Maren")
        Activity.objects.create(subject="Call her", contact=maren, owner=alices)
        assert sample.kept()["contacts"] == ["Maren Holt"]
        assert sample.kept()["companies"] == ["Tidewater Museum"]
        assert sample.remove(sample.current()) == 52
        assert [str(each) for each in Contact.objects.own()] == ["Maren Holt"]
        assert Activity.objects.get().contact_id == maren.pk


def test_a_week_that_is_copied_keeps_samples_samples(fill, acme, inside, alices):
    fill()
    with inside(acme):
        first = TimeEntry.objects.order_by("day").first().day
        monday = first - date.resolution * first.weekday()
        copied = time.copy_week(alices, monday, date(2027, 1, 4), hours=True)
        assert copied.entries and TimeEntry.objects.own().count() == 0


def test_after_removing_it_can_be_made_again(fill, acme, inside):
    fill()
    with inside(acme):
        sample.remove(sample.current())
    assert fill().state == "done"


# --- pages ----------------------------------------------------------------------------------------


def test_from_the_first_steps_to_the_removal(client, acme, alice, fill, inside):
    client.force_login(alice)
    home = client.get("/a/acme/").content.decode()
    assert "Start with a small agency?" in home and "Invite a colleague" in home
    assert "54 records, all invented" in client.get(URL).content.decode()
    assert "Making a small agency" in client.post(URL, follow=True).content.decode()
    fill()
    home = client.get("/a/acme/").content.decode()
    assert "54 records here are samples" in home and "Start with a small agency?" not in home
    page = client.get(URL).content.decode()
    assert "Remove sample data (54 records)" in page
    page = client.post(f"{URL}remove/", follow=True).content.decode()
    assert "Sample data removed: 54 records." in page
    assert "There was no sample data" in client.post(f"{URL}remove/", follow=True).content.decode()
    with inside(acme):
        assert numbers() == [0] * 7


def test_a_sample_is_marked_wherever_it_is_shown(client, acme, alice, fill, inside):
    fill()
    client.force_login(alice)
    with inside(acme):
        maren = Contact.objects.get(first_name="Maren")
        project, entry = Project.objects.get(name="Packaging"), TimeEntry.objects.order_by("-day").first()
        pages = [
            "contacts/", "companies/", f"contacts/{maren.public_id}/", f"companies/{maren.company.public_id}/",
            "search/?q=maren", "projects/", f"projects/{project.public_id}/", f"time/day/?day={entry.day}",
            f"time/?week={entry.day}", "",
        ]  # fmt: skip
    for page in pages:
        assert "pill-sample" in client.get(f"/a/acme/{page}").content.decode(), page


def test_only_owners_and_admins_are_asked(client, acme, bob):
    client.force_login(bob)
    assert "small agency" not in client.get("/a/acme/").content.decode()
    assert client.post(URL).status_code == 403
    assert client.post(f"{URL}remove/").status_code == 403


def test_whoever_put_the_first_steps_away_is_not_asked_again(client, acme, alice):
    client.force_login(alice)
    client.post("/a/acme/first-steps/hide/")
    assert "small agency" not in client.get("/a/acme/").content.decode()


def test_one_accounts_samples_are_its_own(fill, acme, globex, inside):
    fill()
    with inside(globex):
        assert numbers() == [0] * 7 and sample.current() is None


def test_programs_can_tell_a_sample_too(acme, alices, fill, inside, client):
    fill()
    with inside(acme):
        crm.store(Contact(first_name="Ida"), crm.Parts())
        _, key = create_api_key(alices, name="Nightly", scopes=["crm:read", "time:read"], days=30)
    ask = {"Authorization": f"Bearer {key}"}
    for path, samples in (("contacts", 12), ("companies", 5), ("projects", 3), ("tasks", 4), ("time-entries", 20)):
        rows = client.get(f"/api/v1/{path}/", headers=ask).json()["results"]
        assert sum(row["is_sample"] for row in rows) == samples
    assert sum(not row["is_sample"] for row in client.get("/api/v1/contacts/", headers=ask).json()["results"]) == 1


def test_who_has_begun_with_own_records_is_not_offered_an_agency(client, alice, in_acme):
    client.force_login(alice)
    assert "small agency" in client.get("/a/acme/").text
    Contact.objects.create(first_name="Maren")
    assert "small agency" not in client.get("/a/acme/").text
    assert client.get(URL).status_code == 200, "under Admin it stays"
