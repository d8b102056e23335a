"""From draft to paid or void: who may change what, numbers without gaps, and hours that are on one invoice at most."""

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from audit.models import Event
from crm.merging.actions import merge
from crm.models import Company
from invoicing import actions
from invoicing.actions import Line
from invoicing.errors import NotADraft, Refused
from invoicing.models import BilledTime, Invoice, InvoiceLine, InvoiceSettings
from invoicing.open_time import open_entries
from tenancy.errors import Conflict
from tests.timetracking.statements import asked
from timetracking import actions as time_actions
from timetracking.errors import Locked
from timetracking.models import Project, TimeEntry

TODAY = date(2026, 11, 24)
PHOTOS = Line("Photos", Decimal(2), Decimal("49.90"), Decimal(20))


@pytest.fixture
def drafted(worked, alices, museum):
    worked(60)
    return actions.draft_open_time(museum, "EUR", by=alices)


def sent(invoice):
    return actions.send(invoice, today=TODAY, expected=invoice.version)


def test_a_draft_locks_its_hours_and_says_why(drafted, museum):
    entry = TimeEntry.objects.select_related("project__company", "task", "person").get()
    assert entry.is_locked and entry.lock_reason == "On a draft invoice for Tidewater Museum"
    with pytest.raises(Locked, match="On a draft invoice"):
        time_actions.change_entry(entry, minutes=30)
    with pytest.raises(Locked):
        time_actions.delete_entries([entry])
    assert drafted.recipient == "Tidewater Museum\nHavnegade 14\n1058 Copenhagen"


def test_an_entry_is_never_on_two_lines(drafted):
    billed = BilledTime.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        BilledTime.objects.create(line=billed.line, entry=billed.entry)


def test_a_line_that_goes_lets_go_of_its_hours(drafted, alices):
    changed = actions.change(drafted, [PHOTOS], {}, expected=drafted.version)
    assert (changed.net, changed.tax, changed.gross) == (Decimal("99.80"), Decimal("19.96"), Decimal("119.76"))
    assert open_entries(alices).count() == 1 and not BilledTime.objects.exists()


def test_hours_keep_their_number_and_take_another_price(drafted):
    [line] = actions.lines_of(drafted)
    cheaper = Line("Less", Decimal(99), Decimal(50), Decimal(0), line.public_id)
    changed = actions.change(drafted, [cheaper], {}, expected=drafted.version)
    assert (changed.lines.get().quantity, changed.gross) == (1, 50)


def test_sending_numbers_without_gaps_and_freezes_the_words(drafted, alices, museum):
    InvoiceSettings.objects.create(prefix="2026-", next_number=7, payment="IBAN 1", due_days=10)
    first = sent(drafted)
    assert (first.number, first.issued_on, first.due_on) == ("2026-0007", TODAY, date(2026, 12, 4))
    assert TimeEntry.objects.get().lock_reason == "On invoice 2026-0007"
    assert first.sender.startswith("Acme") and first.payment == "IBAN 1"
    second = actions.draft(museum, "EUR", by=alices)
    with pytest.raises(Refused, match="needs a line"):
        sent(second)
    actions.change(second, [PHOTOS], {}, expected=second.version)
    assert sent(second).number == "2026-0008"
    assert Event.objects.filter(kind="invoice.sent").count() == 2


def test_a_number_that_is_there_is_refused_and_nothing_is_stored(drafted, alices, museum):
    sent(drafted)
    InvoiceSettings.objects.update(next_number=1)
    other = actions.draft(museum, "EUR", by=alices)
    actions.change(other, [PHOTOS], {}, expected=other.version)
    with pytest.raises(Refused, match="0001 already"):
        sent(other)
    assert Invoice.objects.get(pk=other.pk).is_draft and InvoiceSettings.objects.get().next_number == 1


def test_what_was_sent_changes_no_more(drafted):
    invoice = sent(drafted)
    for step in (
        lambda: actions.change(invoice, [PHOTOS], {}, expected=invoice.version),
        lambda: actions.remove(invoice),
        lambda: sent(invoice),
    ):
        with pytest.raises(NotADraft, match="was sent and stays"):
            step()


def test_who_read_an_older_version_changes_nothing(drafted):
    actions.change(drafted, [PHOTOS], {}, expected=1)
    for step in (lambda: actions.change(drafted, [], {}, expected=1), lambda: sent(Invoice(pk=drafted.pk, version=1))):
        with pytest.raises(Conflict):
            step()


def test_a_void_invoice_keeps_its_number_and_frees_its_hours(drafted, alices, museum):
    invoice = sent(drafted)
    with pytest.raises(Refused, match="Say why"):
        actions.void(invoice, reason=" ", expected=invoice.version)
    actions.void(invoice, reason="Wrong client", expected=invoice.version)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.number, invoice.lines.count()) == ("void", "0001", 1)
    assert not TimeEntry.objects.get().is_locked
    again = actions.draft_open_time(museum, "EUR", by=alices)
    assert sent(again).number == "0002"


def test_payments_add_up_to_the_total_and_no_further(drafted):
    invoice = sent(drafted)
    part = actions.receive(invoice, Decimal(40), TODAY)
    assert invoice.state_on(TODAY) == ("Partly paid", "warn") and invoice.open_amount == 55
    assert invoice.state_on(date(2027, 1, 1)) == ("Overdue", "bad")
    with pytest.raises(Refused, match=r"€55\.00 is still open"):
        actions.receive(invoice, Decimal("55.01"), TODAY)
    with pytest.raises(Refused, match="payments off first"):
        actions.void(invoice, reason="Why not", expected=invoice.version)
    actions.receive(invoice, Decimal(55), TODAY)
    assert invoice.state_on(date(2027, 1, 1)) == ("Paid", "ok")
    assert not Invoice.objects.unpaid().exists() and Invoice.objects.settled().exists()
    actions.take_back(part)
    assert Invoice.objects.get().paid == 55


def test_the_database_refuses_sums_that_do_not_add_up(drafted):
    for wrong in ({"gross": 1}, {"paid": 5}, {"status": "sent"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.update(**wrong)


def test_a_merged_company_brings_its_invoices(drafted, museum, alices):
    other = Company.objects.create(name="Tidewater Musem")
    merge(other, [museum], by=alices)
    assert Invoice.objects.get().company == other


def test_two_who_bill_the_same_hours_at_once_share_none(committed, acme, inside, alice):
    """Real transactions: one gets the hours, the other hears that nothing is open."""
    with inside(acme):
        alices = Membership.objects.select_related("account", "user").get(account_id=acme.pk, user_id=alice.pk)
        museum = Company.objects.create(name="Museum")
        website = time_actions.create(Project(name="Website", company=museum, hourly_rate=95, currency="EUR"))
        for _ in range(5):
            TimeEntry.objects.create(project=website, person=alices, day=TODAY, minutes=60)
    said, begin = [], threading.Barrier(2)

    def bill():
        try:
            begin.wait(10)
            with inside(acme):
                said.append(actions.draft_open_time(museum, "EUR", by=alices).gross)
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    both = [threading.Thread(target=bill) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    assert Decimal(475) in said and any("no open hours" in str(each) for each in said), said
    with inside(acme):
        assert BilledTime.objects.count() == 5 and InvoiceLine.objects.count() == 1


def test_a_line_beyond_all_measure_is_refused(drafted):
    riches = Line("Gold", Decimal("99999999"), Decimal("999999999"), Decimal(0))
    with pytest.raises(Refused, match="A line comes to at most"):
        actions.change(drafted, [riches], {}, expected=drafted.version)


def test_whoever_keeps_the_books_bills_everybodys_hours(drafted, worked, bobs, museum):
    bobs.role = "billing"
    bobs.save()
    worked(30)
    assert actions.draft_open_time(museum, "EUR", by=bobs).net == Decimal("47.50")
    bobs.role, bobs.sees_only_own_records = "manager", True
    bobs.save()
    worked(30)
    assert (
        not open_entries(bobs).exists() and not Invoice.objects.visible_to(bobs).filter(author=drafted.author).exists()
    )


def test_a_draft_of_many_lines_is_stored_by_as_few_statements(drafted):
    def stored(lines):
        invoice = Invoice.objects.get()
        return asked(lambda: actions.change(invoice, lines, {}, expected=invoice.version))

    def some(number):
        return [Line(f"Line {place}", Decimal(1), Decimal(5), Decimal(0)) for place in range(number)]

    stored(some(1))
    assert stored(some(2)) == stored(some(40))
    there = actions.lines_of(Invoice.objects.get())
    dearer = [replace(line, unit_price=Decimal(6)) for line in there]
    assert stored(dearer[:1] + there[1:]) == stored(dearer) == stored(dearer) + 1  # the last time nothing changes
