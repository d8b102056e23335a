"""What the cast work on: Acme's clients, people and projects, and two weeks of hours up to today.

Made through the same actions that pages call, by the members themselves, so the log reads like a real one.
Every name is invented; every address ends in ``.example``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.members import actor_for
from accounts.models import Membership
from crm import actions as crm
from crm.deals import actions as deals
from crm.models import Company, Contact, Deal, Stage
from lib.text import fold
from tenancy.context import activate
from timetracking import actions as time
from timetracking.models import Project, Task, TimeEntry


@dataclass(frozen=True)
class Client:
    """A company with its people: (first name, last name, title, tag)."""

    name: str
    domain: str
    street: str
    postal_code: str
    city: str
    country: str
    people: tuple[tuple[str, str, str, str], ...]
    phone: str = ""  # without its last two digits; from ranges that are kept free for invented people


@dataclass(frozen=True)
class Work:
    """A project: for whom, at what rate, within how many hours, and its tasks."""

    name: str
    client: str
    rate: int
    budget_hours: int
    tasks: tuple[str, ...]
    currency: str = "EUR"


ACME_CLIENTS = (
    Client(
        "Tidewater Museum", "tidewater.example", "Havnegade 14", "1058", "Copenhagen", "Denmark",
        (("Maren", "Holt", "Head of exhibitions", "client"), ("Jens", "Abildgaard", "Curator", ""),
         ("Signe", "Falk", "Press officer", "press")),
    ),
    Client(
        "Brightfold Coffee", "brightfold.example", "Ängelholmsgatan 3", "214 22", "Malmö", "Sweden",
        (("Ines", "Varga", "Founder", "client"), ("Åke", "Söderström", "Roaster", ""),
         ("Priya", "Raman", "Brand manager", "client")),
        "+46 40 628 04",
    ),
    Client(
        "Juniper & Rowe", "juniper-rowe.example", "21 Tanner Row", "YO1 6HR", "York", "United Kingdom",
        (("Harriet", "Rowe", "Partner", "client"), ("Tom", "O’Dowd", "Office manager", ""),
         ("Nadia", "Haddad", "Associate", "")),
        "+44 1632 960 1",
    ),
    Client(
        "Harrow Street Theatre", "harrowstreet.example", "8 Harrow Street", "LS2 7EY", "Leeds", "United Kingdom",
        (("Leon", "Marsh", "Producer", "lead"), ("Wren", "Castellano", "Box office", "")),
        "+44 113 496 01",
    ),
    Client(
        "Northlake Dental", "northlake.example", "Seeweg 40", "22041", "Hamburg", "Germany",
        (("Dr. Ute", "Brandt", "Dentist", "lead"), ("Can", "Yıldız", "Practice manager", "")),
        "+49 40 66969 1",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Hope:
    """A deal: with whom, about what, at which stage, worth what, decided in how many days."""

    name: str
    client: str
    person: str
    stage: str  # or "won", "lost"
    value: int
    days: int


ACME_HOPES = (
    Hope("Shop refit site", "Brightfold Coffee", "ines@brightfold.example", "Lead", 9_800, 54),
    Hope("Menu boards", "Brightfold Coffee", "priya@brightfold.example", "Lead", 3_500, 47),
    Hope("Patient booking", "Northlake Dental", "ute@northlake.example", "Qualified", 14_500, 26),
    Hope("Season brochure", "Harrow Street Theatre", "leon@harrowstreet.example", "Proposal", 4_600, -3),
    Hope("Case portal, phase 2", "Juniper & Rowe", "harriet@juniper-rowe.example", "Negotiation", 11_200, 8),
    Hope("Loan archive", "Tidewater Museum", "maren@tidewater.example", "won", 18_000, -6),
)
GLOBEX_HOPES = (Hope("Reactor poster", "Initech", "petra@initech.example", "Lead", 900, 30),)

ACME_WORK = (
    Work("Website relaunch", "Tidewater Museum", 95, 160, ("Design", "Build", "Workshop")),
    Work("Packaging", "Brightfold Coffee", 90, 30, ("Illustration", "Print files")),
    Work("Case portal", "Juniper & Rowe", 105, 220, ("Concept", "Build", "Workshop")),
    Work("Own office", "", 0, 0, ("Invoicing", "Hiring")),
)

GLOBEX_CLIENTS = (
    Client(
        "Initech", "initech.example", "Lindenallee 7", "10589", "Berlin", "Germany",
        (("Petra", "Gibbons", "Buyer", ""), ("Milan", "Waddams", "Archivist", "")),
    ),
)  # fmt: skip
GLOBEX_WORK = (Work("Reactor manual", "Initech", 120, 40, ("Writing",)),)

# A fortnight, Monday to Friday: (project, task, minutes, note) of each day, again from the start after ten days.
ALICE = (
    (("Website relaunch", "Design", 240, "Start page, second draft"), ("Own office", "Invoicing", 45, ""),
     ("Case portal", "Concept", 195, "Roles and rights")),
    (("Website relaunch", "Workshop", 210, "With Maren and Signe"), ("Packaging", "Illustration", 285, "")),
    (("Website relaunch", "Design", 270, ""), ("Case portal", "Concept", 150, "")),
    (("Packaging", "Illustration", 220, "Autumn blend"), ("Website relaunch", "Design", 270, "")),
    (("Case portal", "Workshop", 390, "York, by train"), ("Own office", "Hiring", 90, "Two interviews")),
    (("Website relaunch", "Design", 280, ""), ("Packaging", "Illustration", 200, "")),
    (("Website relaunch", "Workshop", 150, ""), ("Case portal", "Concept", 330, "")),
    (("Packaging", "Print files", 240, "Proofs to the printer"), ("Website relaunch", "Design", 225, "")),
    (("Website relaunch", "Design", 420, ""), ("Own office", "Invoicing", 60, "")),
    (("Case portal", "Concept", 270, ""), ("Website relaunch", "Design", 210, "Exhibit pages")),
)  # fmt: skip
BOB = (
    (("Website relaunch", "Build", 300, "Templates"), ("Case portal", "Build", 180, "")),
    (("Case portal", "Build", 480, "Sign-in and mail"),),
    (("Website relaunch", "Build", 450, ""),),
    (("Website relaunch", "Build", 270, ""), ("Case portal", "Build", 210, "Search")),
    (("Case portal", "Build", 420, ""), ("Own office", "Hiring", 60, "")),
    (("Website relaunch", "Build", 480, "Opening hours, calendar"),),
    (("Case portal", "Build", 450, ""),),
    (("Website relaunch", "Build", 330, ""), ("Packaging", "Print files", 150, "Die lines")),
    (("Case portal", "Build", 480, ""),),
    (("Website relaunch", "Build", 420, ""), ("Own office", "Invoicing", 60, "")),
)
MALLORY = ((("Reactor manual", "Writing", 240, ""),), (("Reactor manual", "Writing", 180, "Chapter two"),))

Plan = tuple[tuple[tuple[str, str, int, str], ...], ...]

# Who logs what; the first of an account is its owner.
PLANS: dict[str, Plan] = {"alice@acme.example": ALICE, "bob@acme.example": BOB, "mallory@globex.example": MALLORY}
WORK = {
    "acme": (ACME_CLIENTS, ACME_WORK, ACME_HOPES),
    "globex": (GLOBEX_CLIENTS, GLOBEX_WORK, GLOBEX_HOPES),
}


def fill(boss: Membership, clients: Iterable[Client], work: Iterable[Work], hopes: Iterable[Hope]) -> int:
    """Put clients, people, projects, tasks and deals into the boss's account. Returns how many things were new."""
    with activate(boss.account, actor=actor_for(boss)):
        new = sum(_client(client, boss) for client in clients) + sum(_project(each) for each in work)
        known = set(Deal.objects.values_list("name", flat=True))
        return new + sum(bool(add_deal(hope, boss)) for hope in reversed(list(hopes)) if hope.name not in known)


def add_deal(hope: Hope, owner: Membership, *, is_sample: bool = False) -> Deal:
    """A deal as somebody would bring it there: added as a lead, moved on, and perhaps decided."""
    stages = list(Stage.objects.offered().in_order())
    last = next((stage for stage in stages if stage.name == hope.stage), stages[-1])
    company = Company.objects.filter(name_key=fold(hope.client), deleted_at=None, is_sample=is_sample).first()
    day = timezone.localdate() + timedelta(days=hope.days)
    deal = Deal(name=hope.name, company=company, stage=stages[0], value=Decimal(hope.value), owner=owner)
    deal.currency, deal.close_on, deal.is_sample = owner.account.currency, day, is_sample
    people = Contact.objects.filter(email_lower=hope.person, is_sample=is_sample)
    deal = deals.store(deal, crm.Parts(), contacts=people, by=owner)
    for stage in stages[1 : stages.index(last) + 1]:
        deal = deals.move(deal, stage, by=owner)
    return deals.win(deal, day) if hope.stage == "won" else deal


def log(member: Membership, plan: Plan, today: date) -> int:
    """Log two weeks of hours up to today, unless the member has logged any. Returns how many entries."""
    with activate(member.account, actor=actor_for(member)):
        if TimeEntry.objects.filter(person=member).exists():
            return 0
        tasks = {(task.project.name, task.name): task for task in Task.objects.select_related("project")}
        count = 0
        for day, lines in _days(plan, today):
            for project, name, minutes, note in lines:
                task = tasks[project, name]
                time.log_time(member, task.project, task, day, minutes, note=note)
                count += 1
        return count


def _days(plan: Plan, today: date) -> Iterator[tuple[date, tuple[tuple[str, str, int, str], ...]]]:
    """The working days of this week up to today and of the two weeks before, each with its lines."""
    first = today - timedelta(days=today.weekday() + 14)
    days = (first + timedelta(days=number) for number in range((today - first).days + 1))
    for number, day in enumerate(day for day in days if day.weekday() < 5):
        yield day, plan[number % len(plan)]


def _client(client: Client, owner: Membership) -> int:
    company = Company.objects.filter(name_key=fold(client.name), deleted_at=None).first()
    new = 0
    if company is None:
        place = {name: getattr(client, name) for name in ("street", "postal_code", "city", "country")}
        phone = f"{client.phone}00" if client.phone else ""
        company = Company(name=client.name, domain=client.domain, phone=phone, owner=owner, **place)
        crm.store(company, crm.Parts(tags=["client"]))
        new += 1
    for number, (first_name, last_name, title, tag) in enumerate(client.people, start=11):
        address = f"{fold(first_name).split()[-1]}@{client.domain}"
        if Contact.objects.filter(email_lower=address).exists():
            continue
        name = {"first_name": first_name, "last_name": last_name}
        phone = f"{client.phone}{number}" if client.phone else ""
        contact = Contact(**name, title=title, email=address, phone=phone, company=company, owner=owner)
        crm.store(contact, crm.Parts(tags=[tag] if tag else []))
        new += 1
    return new


def _project(work: Work) -> int:
    project = Project.objects.filter(name=work.name).first()
    new = 0
    if project is None:
        company = Company.objects.filter(name_key=fold(work.client), deleted_at=None).first() if work.client else None
        project = time.create(
            Project(
                name=work.name,
                company=company,
                billable=bool(work.rate),
                hourly_rate=Decimal(work.rate) if work.rate else None,
                currency=work.currency,
                budget_minutes=work.budget_hours * 60 or None,
            )
        )
        new += 1
    known = set(Task.objects.filter(project=project).values_list("name", flat=True))
    for name in work.tasks:
        if name not in known:
            time.create(Task(project=project, name=name))
            new += 1
    return new
