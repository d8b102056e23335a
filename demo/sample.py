"""Sample data on request: a small agency's clients, projects and hours, to try everything with.

Made by a job through the same actions that pages call, in the name of who asked. Each record knows that it is a sample;
what counts the firm leaves it out, and it goes in one step, without anything that is the firm's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

import audit
from accounts import jobs
from accounts.members import actor_for, reads_as
from accounts.models import Account, Membership
from crm import actions as crm
from crm import samples as crm_samples
from crm.models import Company, Contact
from demo import next_steps
from demo.models import SampleJob
from demo.week import ACME_CLIENTS, ACME_HOPES, Client, add_deal
from lib.text import fold
from tenancy.context import activate
from timetracking import actions as time
from timetracking import samples as time_samples
from timetracking.models import Project, Task, TimeEntry

State = SampleJob.State
WORKING_DAYS = 10

CLIENTS: tuple[Client, ...] = ACME_CLIENTS
PEOPLE = 12
DEALS = ACME_HOPES
# Project: client, rate, hours of the budget, tasks. The second has used up more than 80 % of its budget.
PROJECTS = {
    "Website relaunch": ("Tidewater Museum", 95, 120, ("Design", "Build")),
    "Packaging": ("Brightfold Coffee", 90, Decimal("18.66"), ("Illustration",)),
    "Case portal": ("Juniper & Rowe", 105, 160, ("Concept",)),
}
# Ten working days up to today, two entries each: project, task, minutes, note.
HOURS = (
    (("Website relaunch", "Design", 240, "Start page, second draft"), ("Packaging", "Illustration", 180, "")),
    (("Website relaunch", "Design", 210, ""), ("Case portal", "Concept", 195, "Roles and rights")),
    (("Packaging", "Illustration", 270, "Autumn blend"), ("Website relaunch", "Build", 150, "")),
    (("Case portal", "Concept", 300, ""), ("Website relaunch", "Design", 120, "With Maren and Signe")),
    (("Website relaunch", "Build", 330, "Templates"), ("Packaging", "Illustration", 90, "")),
    (("Website relaunch", "Build", 280, ""), ("Case portal", "Concept", 150, "")),
    (("Packaging", "Illustration", 210, "Proofs to the printer"), ("Website relaunch", "Design", 225, "")),
    (("Case portal", "Concept", 390, "York, by train"), ("Website relaunch", "Build", 60, "")),
    (("Website relaunch", "Build", 300, "Opening hours, calendar"), ("Packaging", "Illustration", 180, "")),
    (("Website relaunch", "Design", 195, "Exhibit pages"), ("Case portal", "Concept", 210, "")),
)


def current() -> SampleJob | None:
    """The sample data that is there, on its way, or was removed last."""
    found: SampleJob | None = SampleJob.objects.select_related("by__user", "account").order_by("-id").first()
    return found


@transaction.atomic
def start(by: Membership) -> SampleJob:
    """Fill the account, unless it is filled. A second click gets the job of the first."""
    Account.objects.select_for_update().get(pk=by.account_id)
    job = current()
    if job is None or job.state == State.REMOVED:
        job = SampleJob(by=by, total=size())
        job.begin(State.RUNNING)
    return job


def go_on(public_id: str) -> None:
    """The next step."""
    jobs.go_on(SampleJob, public_id, _piece)


def _piece(job: SampleJob) -> None:
    owner = job.by
    with reads_as(owner.user), activate(job.account_id, actor=actor_for(owner)):
        job.done += STEPS[job.step](owner)
        job.step += 1
        if job.step < len(STEPS):
            job.move_on()
        else:
            job.end(State.DONE)
            audit.record("sample.made", job, data={"records": job.done})


# --- what is made ---------------------------------------------------------------------------------


def _companies(owner: Membership) -> int:
    for client in CLIENTS:
        place = {name: getattr(client, name) for name in ("street", "postal_code", "city", "country")}
        phone = f"{client.phone}00" if client.phone else ""
        sample = Company(name=client.name, domain=client.domain, phone=phone, owner=owner, is_sample=True, **place)
        crm.store(sample, crm.Parts())
    return len(CLIENTS)


def _contacts(owner: Membership) -> int:
    companies = {company.name: company for company in Company.objects.filter(is_sample=True)}
    people = [(client, person) for client in CLIENTS for person in client.people][:PEOPLE]
    for number, (client, (first_name, last_name, title, _)) in enumerate(people, start=11):
        email = f"{fold(first_name).split()[-1]}@{client.domain}"
        phone = f"{client.phone}{number}" if client.phone else ""
        sample = Contact(first_name=first_name, last_name=last_name, title=title, email=email, phone=phone)
        sample.company, sample.owner, sample.is_sample = companies[client.name], owner, True
        crm.store(sample, crm.Parts())
    return len(people)


def _deals(owner: Membership) -> int:
    for hope in reversed(DEALS):
        add_deal(hope, owner, is_sample=True)
    return len(DEALS)


def _projects(owner: Membership) -> int:
    companies = {company.name: company for company in Company.objects.filter(is_sample=True)}
    count = 0
    for name, (client, rate, hours, tasks) in PROJECTS.items():
        project = Project(name=name, company=companies[client], hourly_rate=Decimal(rate), is_sample=True)
        project.currency, project.budget_minutes = owner.account.currency, int(hours * 60)
        time.create(project)
        for task in tasks:
            time.create(Task(project=project, name=task, is_sample=True))
        count += 1 + len(tasks)
    return count


def _hours(owner: Membership) -> int:
    tasks = Task.objects.filter(is_sample=True).select_related("project")
    known = {(task.project.name, task.name): task for task in tasks}
    count = 0
    for day, lines in zip(_working_days(timezone.localdate()), HOURS, strict=True):
        for project, name, minutes, note in lines:
            task = known[project, name]
            time.log_time(owner, task.project, task, day, minutes, note=note, source=TimeEntry.Source.SAMPLE)
            count += 1
    return count


def _next_steps(owner: Membership) -> int:
    return next_steps.plan(owner, timezone.localdate(), is_sample=True)


STEPS: tuple[Callable[[Membership], int], ...] = (
    _companies, _contacts, _deals, _projects, _hours, _next_steps,
)  # fmt: skip


def size() -> int:
    """How many records it comes to."""
    tasks = sum(len(tasks) for *_, tasks in PROJECTS.values())
    records = len(CLIENTS) + PEOPLE + len(DEALS) + len(PROJECTS) + tasks
    return records + sum(len(lines) for lines in HOURS) + len(next_steps.STEPS)


def _working_days(today: date) -> list[date]:
    """The last ten, in order, today or the day before a weekend being the last."""

    def back() -> Iterator[date]:
        days = (today - timedelta(days=number) for number in range(2 * WORKING_DAYS))
        yield from (day for day in days if day.weekday() < 5)

    return sorted(day for _, day in zip(range(WORKING_DAYS), back(), strict=False))


# --- how it goes ----------------------------------------------------------------------------------


def kept() -> dict[str, list[str]]:
    """What own records hang on, by name: it stays when the samples go, and is the firm's own from then on."""
    projects = time_samples.kept_projects()
    companies = crm_samples.kept_companies(time_samples.needed_companies())
    return {
        "projects": [str(each) for each in projects],
        "companies": [str(each) for each in companies],
        "contacts": [str(each) for each in crm_samples.kept_contacts().order_by("name_key")],
    }


def count() -> int:
    """How many records of it are there now."""
    return time_samples.count() + crm_samples.count()


@transaction.atomic
def remove(job: SampleJob) -> int:
    """Remove all that nothing own hangs on. Returns how many records went."""
    stays = kept()
    gone = time_samples.remove()
    gone += crm_samples.remove(time_samples.needed_companies())
    job.end(State.REMOVED)
    audit.record(
        "sample.removed", job, data={"records": gone, "kept": [name for names in stays.values() for name in names]}
    )
    return gone
