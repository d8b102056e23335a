"""The made-up rows as tables to copy: Candor's own, as its models would write them, and the floor's.

Numbers are given here and start at 1: account 1 is the large firm, and its users 1 to 200 are its members 1 to 200.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db.models import Model

from accounts.models import Account, Membership, User
from bench.dataset import MONDAY, DataSet
from crm.deals.actions import GAP
from crm.deals.pipelines import STAGES
from crm.models import Company, Contact, Deal, Pipeline, SearchToken, Stage
from crm.search import tokens_of
from lib.text import fold
from timetracking.models import PersonDay, Project, ProjectDay, Task, TimeEntry

EDITION = 3  # another number, and the rows are loaded anew: when their columns, or the words they are found by, change
SLUG = "bench"
DEALS = 500
PASSWORD = "opens made-up rows alone"  # noqa: S105
OPENED, PAID = datetime(2024, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Table(NamedTuple):
    """What COPY needs to know."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def address(user: int) -> str:
    """What a user of the large firm signs in with."""
    return f"user{user}@{SLUG}.example.com"


def of_candor(data: DataSet) -> Iterator[Table]:
    """Candor's tables, each after those it points at."""
    yield _table(Account, _accounts(data))
    yield _table(User, _users(data))
    yield _table(EmailAddress, (EmailAddress(id=user.pk, user_id=user.pk, email=user.email, verified=True, primary=True)
                                for user in _users(data)))  # fmt: skip
    yield _table(Membership, _members(data))
    yield _table(Company, _companies(data))
    yield _table(Contact, _contacts(data))
    yield _table(Pipeline, [Pipeline(id=1, account_id=1, name="Sales", created_at=OPENED, updated_at=OPENED)])
    yield _table(Stage, (Stage(id=n, account_id=1, pipeline_id=1, name=name, position=n, probability=probability,
                               stale_days=days) for n, (name, probability, days) in enumerate(STAGES, 1)))  # fmt: skip
    yield _table(Deal, _deals(data))
    yield _table(Project, _projects(data))
    yield _table(Task, _tasks(data))
    records = {"company": _companies, "contact": _contacts, "project": _projects}
    tokens = ((record.account_id, token, kind, record.pk)
              for kind, made in records.items() for record in made(data) for token in tokens_of(record))  # fmt: skip
    yield Table(SearchToken._meta.db_table, ("account_id", "token", "kind", "record_id"), tokens)
    yield _table(TimeEntry, _entries(data))
    yield from _summaries(data)


def of_floor(data: DataSet) -> Iterator[Table]:
    """The floor's tables; here the large firm is number 0, and users, projects and tasks are counted from 0."""
    firms, before = data.firms, _companies_before(data)
    yield Table("tenant", ("id", "name"), ((n, f"Firm {n}") for n in range(len(firms))))
    yield Table("company", ("tenant_id", "name", "city"),
                ((n, *office) for n, firm in enumerate(firms) for office in firm.companies))  # fmt: skip
    people = (
        (n, before[n] + p.company + 1, p.first_name, p.last_name, p.email, p.phone, p.title, p.city, p.created_at)
        for n, firm in enumerate(firms) for p in firm.people
    )  # fmt: skip
    columns = ("first_name", "last_name", "email", "phone", "title", "city", "created_at")
    yield Table("contact", ("tenant_id", "company_id", *columns), people)
    deals = ((d.stage_id, d.company_id, d.name, d.value, d.close_on, d.owner_id - 1) for d in _deals(data))
    yield Table("deal", ("stage", "company_id", "name", "value", "close_on", "owner"), deals)
    yield Table("member", ("id", "tenant_id", "name"), ((n, 0, " ".join(name)) for n, name in enumerate(data.users)))
    yield Table("project", ("id", "tenant_id", "name"), ((n, 0, name) for n, (name, _) in enumerate(data.projects)))
    yield Table("task", ("id", "tenant_id", "project_id", "name"),
                ((n, 0, project, name) for n, (project, name) in enumerate(data.tasks)))  # fmt: skip
    entries = ((0, e.user, e.task, e.day, e.minutes, e.note, e.billable) for e in data.entries)
    yield Table("entry", ("tenant_id", "member_id", "task_id", "day", "minutes", "note", "billable"), entries)


def _table(model: type[Model], records: Iterable[Model]) -> Table:
    # What the database alone gives a default, it gives here, too.
    fields = [field for field in model._meta.concrete_fields if field.has_default() or not field.has_db_default()]
    rows = ([getattr(record, field.attname) for field in fields] for record in records)
    return Table(model._meta.db_table, [field.column for field in fields], rows)


def _accounts(data: DataSet) -> Iterator[Account]:
    for n in range(len(data.firms)):
        slug = f"{SLUG}-{n}" if n else SLUG
        yield Account(id=n + 1, slug=slug, name=slug.title(), street="1 Long Row", city="Balton", country="DK",
                      created_at=OPENED, trial_ends_at=OPENED, paid_through=PAID)  # fmt: skip


def _users(data: DataSet) -> Iterator[User]:
    """The large firm's, and one owner for each other firm."""
    password = make_password(PASSWORD)
    others = [(f"owner@{SLUG}-{n}.example.com", data.users[n]) for n in range(1, len(data.firms))]
    everybody = [*((address(n), name) for n, name in enumerate(data.users)), *others]
    for n, (email, (first_name, last_name)) in enumerate(everybody, 1):
        yield User(id=n, email=email, password=password, first_name=first_name, last_name=last_name, joined_at=OPENED)


def _members(data: DataSet) -> Iterator[Membership]:
    size = len(data.users)
    for n in range(1, size + len(data.firms)):
        role = Membership.Role.OWNER if n == 1 or n > size else Membership.Role.MEMBER
        yield Membership(id=n, user_id=n, account_id=max(1, n - size + 1), role=role, joined_at=OPENED)


def _companies(data: DataSet) -> Iterator[Company]:
    number = 0
    for n, firm in enumerate(data.firms):
        for name, city in firm.companies:
            number += 1
            yield _record(Company(name=name, city=city), number, n, OPENED)


def _contacts(data: DataSet) -> Iterator[Contact]:
    companies, before, number = list(_companies(data)), _companies_before(data), 0
    for n, firm in enumerate(data.firms):
        for person in firm.people:
            number += 1
            names = ("first_name", "last_name", "email", "phone", "title", "city")
            contact = Contact(**{name: getattr(person, name) for name in names})
            contact.company = companies[before[n] + person.company]
            yield _record(contact, number, n, person.created_at)


def _deals(data: DataSet) -> Iterator[Deal]:
    """Five hundred open deals of the large firm, as many in each stage."""
    companies = len(data.firms[0].companies)
    for n in range(1, DEALS + 1):
        deal = Deal(name=f"Deal {n}", stage_id=n % len(STAGES) + 1, company_id=n % companies + 1, currency="EUR")
        deal.value, deal.position, deal.moved_at = Decimal(n * 1_000_037 % 9_000_000) / 100, n * GAP, OPENED
        deal.close_on = MONDAY + timedelta(days=n % 200 - 40)
        yield _record(deal, n, 0, OPENED)


def _companies_before(data: DataSet) -> list[int]:
    """How many companies the firms before each one have."""
    return list(accumulate((len(firm.companies) for firm in data.firms), initial=0))


def _record(record: Any, number: int, firm: int, at: datetime) -> Any:
    """Number, account, times, and an owner: in the large firm each of its people in turn."""
    record.pk, record.account_id = number, firm + 1
    record.created_at = record.updated_at = at
    record.owner_id = 200 + firm if firm else number % 200 + 1
    record.fill_derived()
    return record


def _projects(data: DataSet) -> Iterator[Project]:
    for n, (name, company) in enumerate(data.projects, 1):
        yield Project(id=n, account_id=1, name=name, name_key=fold(name), company_id=company + 1,
                      created_at=OPENED, updated_at=OPENED)  # fmt: skip


def _tasks(data: DataSet) -> Iterator[Task]:
    for n, (project, name) in enumerate(data.tasks, 1):
        yield Task(id=n, account_id=1, name=name, project_id=project + 1, created_at=OPENED, updated_at=OPENED)


def _summaries(data: DataSet) -> Iterator[Table]:
    """Hours added up by day, as ``timetracking.summary`` keeps them."""
    of_people: Counter[tuple[Any, ...]] = Counter()
    of_projects: Counter[tuple[Any, ...]] = Counter()
    numbers: Counter[tuple[Any, ...]] = Counter()
    for entry in data.entries:
        person = (PersonDay, entry.user + 1, entry.day, entry.billable)
        project = (ProjectDay, data.tasks[entry.task][0] + 1, entry.day, entry.billable)
        for place, sums in ((person, of_people), (project, of_projects)):
            sums[place] += entry.minutes
            numbers[place] += 1
    for model, key, sums in ((PersonDay, "person_id", of_people), (ProjectDay, "project_id", of_projects)):
        columns = ("account_id", key, "day", "billable", "approved", "minutes", "entries")
        rows = ((1, *place[1:], False, minutes, numbers[place]) for place, minutes in sums.items())
        yield Table(model._meta.db_table, columns, rows)


def _entries(data: DataSet) -> Iterator[TimeEntry]:
    at = datetime.combine(MONDAY, time(17), UTC)
    for n, entry in enumerate(data.entries, 1):
        yield TimeEntry(id=n, account_id=1, person_id=entry.user + 1, task_id=entry.task + 1,
                        project_id=data.tasks[entry.task][0] + 1, day=entry.day, minutes=entry.minutes,
                        note=entry.note, billable=entry.billable, created_at=at, updated_at=at)  # fmt: skip
