"""Invoices in the browser: from open hours to a paid invoice, and what is refused in words."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import pytest
from pypdf import PdfReader

from accounts.models import Membership
from crm.models import Company
from invoicing.models import Invoice, InvoiceSettings
from invoicing.open_time import open_entries
from tests.house.samples import sent_invoice
from tests.statements import assert_same_statements
from timetracking.actions import create
from timetracking.models import Project, TimeEntry


@pytest.fixture
def museum(acme, alice, inside):
    """A client with two hours at 95."""
    with inside(acme):
        museum = Company.objects.create(name="Tidewater Museum")
        website = create(Project(name="Website", company=museum, hourly_rate=95, currency="EUR"))
        person = Membership.objects.get(account_id=acme.pk, user_id=alice.pk)
        TimeEntry.objects.create(project=website, person=person, day="2026-11-16", minutes=120)
        return museum


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    return client


def only(acme, inside):
    with inside(acme):
        return Invoice.objects.select_related("company").get()


def lines(*typed, **head):
    """What the form of a draft sends: a line as (text, quantity, price, tax)."""
    sent = {"recipient": "Museum", "lines": str(len(typed)), **head}
    for place, values in enumerate(typed):
        for name, value in zip(("text", "quantity", "unit_price", "tax_rate", "line", "gone"), values, strict=False):
            sent[f"lines-{place}-{name}"] = value
    return sent


def finish(page, invoice, acme, inside):
    with inside(acme):
        hours = invoice.lines.get()
    sent = lines((hours.text, "", str(hours.unit_price), "0", str(hours.public_id)), version="1", finish="1")
    assert page.post(f"/a/acme/invoices/{invoice.public_id}/", sent).status_code == 302


@pytest.fixture
def drafted(page, museum, acme, inside):
    asked = {"company": str(museum.public_id), "currency": "EUR", "grouping": "task"}
    response = page.post("/a/acme/invoices/unbilled/invoice/", asked)
    invoice = only(acme, inside)
    assert response["Location"] == f"/a/acme/invoices/{invoice.public_id}/"
    return invoice


def test_open_hours_lead_to_a_draft(page, museum):
    content = page.get("/a/acme/invoices/unbilled/").content.decode()
    assert "Tidewater Museum" in content and "€190.00" in content
    leads = re.search(r'href="(/a/acme/invoices/unbilled/invoice/\?[^"]+)"', content)[1].replace("&amp;", "&")
    assert "2:00 are open, €190.00 before tax" in page.get(leads).content.decode()


def test_a_draft_is_written_and_finished(page, drafted, acme, inside):
    url = f"/a/acme/invoices/{drafted.public_id}/"
    with inside(acme):
        hours = str(drafted.lines.get().public_id)
    typed = lines(("Website", "", "100", "20", hours), ("Photos", "2", "49,90", "20"), ("", "", "", "0"), version="1")
    assert page.post(url, typed).status_code == 302
    invoice = only(acme, inside)
    assert (invoice.net, invoice.gross, invoice.version) == (Decimal("299.80"), Decimal("359.76"), 2)
    assert "Finish as 0001" in page.get(url).content.decode()
    with inside(acme):
        there = [str(line.public_id) for line in invoice.lines.all()]
    photos = ("Photos", "3", "49,90", "20", there[1])
    page.post(url, lines(("Website", "", "100", "20", there[0]), photos, version="2", finish="1"))
    invoice = only(acme, inside)
    assert (invoice.net, invoice.number) == (Decimal("349.70"), "0001")  # what was typed last is on it
    content = page.get(url).content.decode()
    assert "Invoice 0001" in content and "Save draft" not in content
    assert page.post(url, typed).status_code == 302 and only(acme, inside).net == invoice.net


def test_a_half_typed_line_is_told_at_its_place_and_nothing_is_lost(page, drafted, acme, inside):
    url = f"/a/acme/invoices/{drafted.public_id}/"
    response = page.post(url, lines(("Photos", "2", "", "20"), ("", "1", "5", ""), version="1"))
    content = response.content.decode()
    assert response.status_code == 422
    assert "Write a price." in content and "Write what it is for." in content and 'value="Photos"' in content
    quantity = page.post(url, lines(("", "3", "", ""), version="1")).content.decode()
    assert "Write what it is for." in quantity and 'value="3"' in quantity
    with inside(acme):
        assert Invoice.objects.get().net == 190


def test_where_approved_hours_alone_are_billed_both_pages_say_so(page, museum, acme, inside):
    with inside(acme):
        InvoiceSettings.objects.create(only_approved=True)
    asked = f"/a/acme/invoices/unbilled/invoice/?company={museum.public_id}&currency=EUR"
    for url in ("/a/acme/invoices/unbilled/", asked):
        assert "€190.00" not in page.get(url).content.decode()
    with inside(acme):
        TimeEntry.objects.update(rates_frozen_at="2026-11-20T12:00Z", bill_rate=95, rate_currency="EUR")
    for url in ("/a/acme/invoices/unbilled/", asked):
        assert "€190.00" in page.get(url).content.decode()


def test_who_was_slower_sees_both_and_keeps_what_they_typed(page, drafted, acme, inside):
    url = f"/a/acme/invoices/{drafted.public_id}/"
    page.post(url, lines(("Photos", "1", "5", "0"), reference="PO 1", version="1"))
    response = page.post(url, lines(("Films", "1", "7", "0"), reference="PO 2", version="1"))
    content = response.content.decode()
    assert response.status_code == 409 and "PO 1" in content and "PO 2" in content and "Films" in content
    assert only(acme, inside).reference == "PO 1"


def test_removing_a_line_of_hours_opens_them(page, drafted, acme, inside, alice):
    with inside(acme):
        line = drafted.lines.get()
    url = f"/a/acme/invoices/{drafted.public_id}/"
    page.post(url, lines(("Website", "", "95", "0", str(line.public_id), "on"), version="1"))
    with inside(acme):
        member = Membership.objects.get(account_id=acme.pk, user_id=alice.pk)
        assert Invoice.objects.get().gross == 0 and open_entries(member).count() == 1
    assert page.post(f"{url}delete/").status_code == 302
    with inside(acme):
        assert not Invoice.objects.exists()


def test_what_cannot_be_finished_is_saved_and_says_why(page, drafted, acme, inside):
    url = f"/a/acme/invoices/{drafted.public_id}/"
    content = page.post(url, lines(("Gift", "1", "0", "0"), version="1", finish="1"), follow=True).content.decode()
    assert "Saved, but not finished. An invoice asks for more than nothing" in content
    with inside(acme):
        assert Invoice.objects.get().is_draft and Invoice.objects.get().lines.get().text == "Gift"


def test_payments_are_written_down_up_to_what_is_open(page, acme, inside):
    with inside(acme):
        invoice = sent_invoice()
    url = f"/a/acme/invoices/{invoice.public_id}/"
    refused = page.post(f"{url}payments/", {"amount": "100.01", "received_on": "2026-11-24"})
    assert refused.status_code == 422 and "€100.00 is still open" in refused.content.decode()
    page.post(f"{url}payments/", {"amount": "100", "received_on": "2026-11-24"})
    content = page.get(url).content.decode()
    assert "Paid" in content and "Write down payment" not in content
    with inside(acme):
        payment = invoice.payments.get()
    page.post(f"/a/acme/invoices/payments/{payment.public_id}/delete/")
    assert only(acme, inside).paid == 0


def test_the_list_is_narrowed_and_sums_what_is_open(page, acme, inside):
    with inside(acme):
        late, paid = sent_invoice("2026-0001"), sent_invoice("2026-0002")
        Invoice.objects.filter(pk=late.pk).update(due_on="2020-01-01")
        Invoice.objects.filter(pk=paid.pk).update(paid=100)
    for asked, numbers in (("", {"0001", "0002"}), ("?show=overdue", {"0001"}), ("?show=settled", {"0002"}),
                           ("?show=drafts", set()), ("?q=-0002", {"0002"}), ("?q=fjord", {"0001", "0002"}),
                           ("?show=nonsense", set())):  # fmt: skip
        content = page.get(f"/a/acme/invoices/{asked}").content.decode()
        assert set(re.findall(r"2026-(\d{4})</a>", content)) == numbers, asked
    assert "€100.00" in page.get("/a/acme/invoices/?show=unpaid").content.decode().partition("<tfoot>")[2]


def test_the_list_asks_no_more_for_more(page, acme, inside):
    def more():
        with inside(acme):
            for number in range(8):
                sent_invoice(f"A{number}")

    with inside(acme):
        sent_invoice("A")
    assert_same_statements(page, "/a/acme/invoices/", more)


def test_the_paper_holds_what_the_invoice_says(page, drafted, acme, inside):
    url = f"/a/acme/invoices/{drafted.public_id}/"
    with inside(acme):
        words = "IBAN DK50\nŐrsi Ágnes, Διονύσιος, Жанна"
        InvoiceSettings.objects.create(payment=words, tax_number="DK 1234")
    draft = text_of(page.get(f"{url}pdf/"))
    assert "Invoice (draft)" in draft and "2:00 h" in draft and "€190.00" in draft
    finish(page, drafted, acme, inside)
    with inside(acme):
        InvoiceSettings.objects.update(payment="Another bank")
    response = page.get(f"{url}pdf/")
    assert 'filename="0001.pdf"' in response["Content-Disposition"]
    words = text_of(response)
    assert "Őrsi Ágnes, Διονύσιος, Жанна" in words  # each letter is one of the font's
    assert "Invoice 0001" in words and "IBAN DK50" in words and "DK 1234" in words and "Website" in words


def text_of(response):
    assert response["Content-Type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def test_the_company_tells_of_its_invoices(page, drafted, museum, acme, inside):
    finish(page, drafted, acme, inside)
    told = page.get(f"/a/acme/companies/{museum.public_id}/?show=invoice").content.decode()
    assert "invoice 0001" in told and "€190.00" in told
    beside = page.get(f"/a/acme/companies/{museum.public_id}/").content.decode()
    assert "invoices_title" in beside


def test_an_invoice_is_found_by_its_number(page, drafted, acme, inside, client, bob):
    with inside(acme):
        InvoiceSettings.objects.create(prefix="2026-")
    finish(page, drafted, acme, inside)
    for typed in ("2026-0001", "0001", "20260001"):
        found = page.get(f"/a/acme/search/?q={typed}").content.decode()
        assert f"/a/acme/invoices/{drafted.public_id}/" in found and "€190.00" in found, typed
    client.force_login(bob)
    assert str(drafted.public_id) not in client.get("/a/acme/search/?q=0001").content.decode()


def test_members_do_not_see_invoices(client, museum, acme, bob):
    client.force_login(bob)
    assert client.get("/a/acme/invoices/").status_code == 403
    assert "?show=invoice" not in client.get(f"/a/acme/companies/{museum.public_id}/").content.decode()


def test_late_invoices_stand_on_the_home_page(page, acme, inside):
    with inside(acme):
        late = sent_invoice()
        Invoice.objects.filter(pk=late.pk).update(due_on="2020-01-01")
    assert "Invoices overdue" in page.get("/a/acme/").content.decode()


def test_settings_are_kept_with_their_history(page, acme, inside):
    new = {
        "prefix": "2026-",
        "next_number": "12",
        "due_days": "30",
        "tax_name": "moms",
        "tax_rate": "25",
        "version": "1",
    }
    assert page.post("/a/acme/admin/invoices/", new).status_code == 302
    content = page.get("/a/acme/admin/invoices/").content.decode()
    assert "The next one is 2026-0012" in content and "moms" in content and "Alice" in content
    assert page.post("/a/acme/admin/invoices/", new | {"tax_rate": "101"}).status_code == 422


def test_an_invoice_without_hours(page, museum, acme, inside):
    assert page.post("/a/acme/invoices/new/", {"company": "Nobody", "currency": "EUR"}).status_code == 422
    made = page.post("/a/acme/invoices/new/", {"company": "Tidewater Museum", "currency": "DKK"})
    assert made.status_code == 302 and only(acme, inside).currency == "DKK"
