"""A list taken along: exactly what stood on the screen, and nothing that its reader may not have."""

import csv
import io
from dataclasses import replace

from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from audit.models import Event, Payload
from crm.actions import set_tags
from crm.imports import mapping
from crm.imports.values import own_labels
from crm.listing import export
from crm.models import Contact, CustomField, ListExport
from crm.search import reindex
from tests.promises import promise

URL = "/a/acme/lists/export/"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def taken(client, **words):
    response = client.post(URL, {"list": "contacts", **words})
    return b"".join(response.streaming_content)


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_an_amounts_currency_stands_above_it_and_is_found_again(bob, acme, inside, maren):
    with inside(acme):
        field = CustomField(noun="contact", key="budget", label="Budget", kind="money", currency="EUR", position=1)
        field.save()
        maren.custom = {"budget": "1250.50"}
        maren.phone = "+45 20 55 01 77"
        maren.save()
    rows = rows_of(taken(browser(bob), asked="?columns=own.budget,phone"))
    assert rows[0] == ["Name", "Budget (EUR)", "Phone"]
    assert ["Maren Holt", "1250.50", "+45 20 55 01 77"] in rows
    with inside(acme):
        assert mapping.guess(rows[0], rows[1:], own_labels())[1] == "contact.custom.budget"


def test_filters_columns_and_order_are_those_of_the_screen(bob, acme, inside, maren, edith, tidewater):
    with inside(acme):
        set_tags(maren, ["client", "board"])
        evil = Contact.objects.create(first_name="=1+1", last_name="Holt", city="=cmd|x")
        reindex([evil])
    content = taken(browser(bob), asked="?q=holt&sort=-name&columns=tags,company,city&panel=columns")
    assert rows_of(content) == [
        ["Name", "Tags", "Company", "City"],
        ["Maren Holt", "board, client", "Tidewater Museum", ""],
        ["'=1+1 Holt", "", "", "'=cmd|x"],
    ]
    with inside(acme):
        event = Event.objects.get(kind="records.exported")
        said = Payload.objects.get(event_id=event.pk).data
        assert (said["rows"], said["narrowed"], said["form"]) == (2, "“holt”", "CSV")
        job = ListExport.objects.get()
        assert job.file.expires_at is not None


def test_a_workbook_holds_texts_and_no_formulas(bob, acme, inside):
    with inside(acme):
        Contact.objects.create(first_name="=1+1", phone="+45 20 55 01 77")
    sheet = load_workbook(io.BytesIO(taken(browser(bob), asked="?columns=phone", form="xlsx"))).active
    assert [[cell.value for cell in row] for row in sheet] == [["Name", "Phone"], ["=1+1", "+45 20 55 01 77"]]
    assert {cell.data_type for row in sheet for cell in row} == {"s"}


@promise(105)
def test_a_workbook_names_who_answers_for_it(bob, maren, settings):
    settings.OPERATOR = replace(
        settings.OPERATOR,
        name="Example & Daughters Ltd",
        address="1 Example Street",
        legal_email="legal@candor.example",
    )
    book = load_workbook(io.BytesIO(taken(browser(bob), asked="?columns=phone", form="xlsx")))
    assert book.properties.creator == "Example & Daughters Ltd, 1 Example Street, legal@candor.example"


def test_restricted_contacts_and_colleagues_records_are_not_in_it(bob, only_own, acme, inside, maren, edith):
    assert [row[0] for row in rows_of(taken(browser(bob)))[1:]] == ["Maren Holt"]
    with inside(acme):
        Contact.objects.update(restricted_at=timezone.now())
    assert len(rows_of(taken(browser(bob)))) == 1
    with inside(acme):
        assert ListExport.objects.latest("pk").left_out == 1


def test_who_only_reads_takes_nothing_along(carol, maren):
    assert browser(carol).post(URL, {"list": "contacts"}).status_code == 403
    assert "This list as CSV" not in browser(carol).get("/a/acme/contacts/").content.decode()


def test_a_long_list_is_written_by_a_worker_for_its_maker_alone(alice, bob, acme, inside, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 5)
    with inside(acme):
        Contact.objects.bulk_create(Contact(first_name=f"Given{number}") for number in range(12))
    response = browser(bob).post(URL, {"list": "contacts"})
    assert "Writing the list" in browser(bob).get(response.url).content.decode()
    with inside(acme):
        export.go_on(str(ListExport.objects.get().public_id))
    assert "12 contacts" in browser(bob).get(response.url).content.decode()
    content = b"".join(browser(bob).get(f"{response.url}file/").streaming_content)
    assert len(rows_of(content)) == 13
    assert browser(alice).get(f"{response.url}file/").status_code == 404
