"""What the API asks of the database: few statements, the same number for few rows and for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Company, Contact, ContactTag, Tag
from crm.search import reindex
from timetracking.models import Project, TimeEntry

# A test runs inside a transaction, so entering the account takes one statement more: it is told to leave it again.
IN_A_TEST = 1


def statements(program, method, path, body=None, status=200):
    with CaptureQueriesContext(connection) as asked:
        response = program.ask(method, path, body)
    assert response.status_code == status, response.data
    return [query["sql"] for query in asked]


@pytest.fixture
def program(alices):
    alices.get("contacts/")  # its first use is noted
    return alices


@pytest.fixture
def fill(acme, alice, inside):
    def make(number):
        with inside(acme):
            member = acme.memberships.get(user=alice)
            tag = Tag.objects.get_or_create(name_key="a", defaults={"name": "a"})[0]
            for each in range(number):
                company = Company.objects.create(name=f"Firm {each}")
                contact = Contact.objects.create(first_name="x", company=company, owner=member)
                ContactTag.objects.create(contact=contact, tag=tag)
                reindex([contact])
                project = Project.objects.create(name="p", company=company)
                TimeEntry.objects.create(project=project, person=member, day="2026-11-20", minutes=5)

    return make


LISTS = ("contacts", "companies", "tags", "projects", "tasks", "time-entries")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_same_for_many_rows_and_for_a_later_page(name, program, fill):
    fill(2)
    few = statements(program, "get", f"{name}/?page_size=5")
    fill(10)
    many = statements(program, "get", f"{name}/?page_size=5")
    assert len(few) == len(many) <= 7 + IN_A_TEST
    following = program.get(f"{name}/?page_size=5").data["next"]
    if following:
        assert len(statements(program, "get", following)) == len(many)


@pytest.mark.parametrize("query", ["search=firm", "company={}", "owner={}", "tag=a"])
def test_a_narrowed_list_asks_at_most_once_more(query, program, fill):
    fill(3)
    one = program.get("contacts/").data["results"][0]
    path = f"contacts/?{query.format(one['company' if 'company' in query else 'owner'])}"
    assert program.get(path).data["results"]
    assert len(statements(program, "get", path)) <= 8 + IN_A_TEST


def test_a_contact_is_added_with_nine_statements(program, fill):
    fill(1)
    company = program.get("companies/").data["results"][0]["id"]
    body = {"first_name": "New", "email": "new@x.example", "company": company, "address": {"city": "Balton"}}
    asked = statements(program, "post", "contacts/", body, 201)
    assert len(asked) <= 9 + IN_A_TEST, asked


def test_time_is_logged_with_ten_statements(program, fill):
    fill(1)
    project = program.get("projects/").data["results"][0]["id"]
    body = {"project": project, "day": "2026-11-20", "minutes": 30}
    task = program.post("tasks/", {"project": project, "name": "Design"}).data["id"]
    for more in ({}, {"task": task}):
        asked = statements(program, "post", "time-entries/", body | more, 201)
        assert len(asked) == 10 + IN_A_TEST, asked  # the person is held whether somebody approves or not
