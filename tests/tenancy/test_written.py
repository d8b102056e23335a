"""A query that is put together once answers each account with its own rows."""

import uuid

import pytest
from django.db import connection

from crm.models import Company, Contact
from tenancy.written import Written, WrittenRecords
from timetracking.models import Project, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def names():
    made = []

    def rows():
        made.append(1)
        return Contact.objects.order_by().values("id", "last_name", "company__name", "custom")

    written = Written(rows, by="id")
    yield written
    assert len(made) <= 1


def test_rows_come_in_the_order_of_their_numbers_and_are_as_django_reads_them(in_acme, names):
    one, two = (Contact.objects.create(last_name=name, custom={"level": name}) for name in ("One", "Two"))
    found = names.of([two.pk, 0, one.pk])
    assert found == [
        {"id": each.pk, "last_name": each.last_name, "company__name": None, "custom": each.custom}
        for each in (two, one)
    ]
    assert names.of([]) == []


def test_each_account_gets_its_own_rows_from_the_statement_that_another_had_first(acme, globex, inside, names):
    numbers = {}
    for account in (acme, globex):
        with inside(account):
            numbers[account.pk] = Contact.objects.create(last_name=account.name).pk
    everybody = [*numbers.values()]
    for account in (acme, globex, acme, globex):
        with inside(account):
            assert [row["last_name"] for row in names.of(everybody)] == [account.name]


def test_the_server_keeps_the_plan(in_acme, names):
    number = Contact.objects.create(last_name="One").pk
    for _ in range(3):
        assert names.of([number])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%crm_contact%%ANY(%%'")
        assert cursor.fetchone() == (1,)


def test_nothing_is_sent_where_no_account_is_active(acme, names):
    with pytest.raises(Exception, match="No account is active"):
        names.of([1])


@pytest.fixture
def projects():
    return WrittenRecords(Project, "company", by="public_id")


def test_a_record_comes_with_those_that_its_keys_lead_to(in_acme, projects, django_assert_num_queries):
    company = Company.objects.create(name="Fjord Museum", custom={"level": "high"})
    made = Project.objects.create(name="Website", company=company)
    with django_assert_num_queries(1):
        found = projects.get(made.public_id)
        assert (found, found.company, found.company.custom) == (made, company, company.custom)
    found.name = "Renamed"
    found.save()
    assert Project.objects.get().name == "Renamed"


def test_a_key_that_points_at_nothing_is_none(in_acme, projects, django_assert_num_queries):
    found = projects.get(Project.objects.create(name="Alone").public_id)
    with django_assert_num_queries(0):
        assert found.company is None


def test_nobody_gets_a_record_of_another_account(acme, globex, inside, projects):
    with inside(globex):
        theirs = Project.objects.create(name="Theirs").public_id
        assert projects.get(theirs) is not None
    with inside(acme):
        assert projects.get(theirs) is None
        assert projects.get(uuid.uuid4()) is None


def test_what_a_task_is_of_has_its_company(in_acme, django_assert_num_queries):
    project = Project.objects.create(name="Website", company=Company.objects.create(name="Fjord Museum"))
    task = Task.objects.create(project=project, name="Design")
    alone = Task.objects.create(project=Project.objects.create(name="Alone"), name="Design")
    tasks = WrittenRecords(Task, "project", "project__company", by="public_id")
    found, other = tasks.get(task.public_id), tasks.get(alone.public_id)
    with django_assert_num_queries(0):
        assert (found.project, found.project.company, other.project.company) == (project, project.company, None)
