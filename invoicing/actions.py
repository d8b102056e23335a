"""What happens to invoices: each verb one transaction, one line in the log.

An entry's own app knows nothing of invoices: it honours ``locked_at``, which is set here and taken off again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

import audit
from accounts.choices import country_name
from accounts.models import Account, Membership
from crm.models import Company
from crm.search import reindex
from invoicing.amounts import MOST, of_hours, of_pieces
from invoicing.errors import NotADraft, NothingOpen, Refused
from invoicing.models import BilledTime, Invoice, InvoiceLine, InvoicePayment, InvoiceSettings
from invoicing.open_time import Grouping, Proposed, open_entries, proposed
from lib import formats
from tenancy.context import memory
from tenancy.errors import Conflict
from timetracking.models import Project, ReportUse, TimeEntry
from timetracking.reports.periods import Period
from timetracking.reports.uses import note

FROZEN = ("sender", "tax_name", "tax_number", "payment")
WRITTEN = ("position", "text", "quantity", "unit_price", "tax_rate", "amount")
MOST_LINES = 500
MOST_ENTRIES = 5_000


@dataclass(frozen=True)
class Line:
    """A line as somebody typed it; ``public_id`` of one that is there."""

    text: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal
    public_id: UUID | None = None


@transaction.atomic
def draft(company: Company, currency: str, *, by: Membership) -> Invoice:
    """An invoice without lines."""
    invoice = _new(company, currency, by)
    audit.record("invoice.drafted", invoice, data=_told(invoice))
    return invoice


@transaction.atomic
def draft_open_time(
    company: Company,
    currency: str,
    *,
    by: Membership,
    through: date | None = None,
    grouping: str = Grouping.TASK,
    only_approved: bool = False,
    project: Project | None = None,
) -> Invoice:
    """An invoice of a client's open hours, which are locked from then on. Raises NothingOpen, or Refused."""
    wanted = {"company": company, "project": project, "through": through, "only_approved": only_approved}
    # The keys are locked by themselves, in their order; what is on them is read afterwards.
    numbers = list(
        open_entries(by, **wanted).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    if len(numbers) > MOST_ENTRIES:
        raise Refused(
            f"{len(numbers):,} entries are more than one invoice takes ({MOST_ENTRIES:,}). "
            "Choose one project, or an earlier last day."
        )
    entries = TimeEntry.objects.open().filter(pk__in=numbers).select_related("project", "task", "person__user")
    lines = proposed(entries, currency, grouping)
    if not lines:
        raise NothingOpen(f"{company} has no open hours with a rate in {currency} in these days.")
    if len(lines) > MOST_LINES:
        raise Refused(f"{len(lines):,} lines are more than one invoice takes ({MOST_LINES}). Put more into one line.")
    invoice = _new(company, currency, by)
    _bill(invoice, lines)
    _sum_up(invoice)
    invoice.save(update_fields=["net", "tax", "gross"])
    if grouping == Grouping.PERSON:
        _note_use(by, lines)
    hours = sum(line.minutes for line in lines)
    audit.record("invoice.drafted", invoice, data={**_told(invoice), "minutes": hours})
    return invoice


@transaction.atomic
def change(invoice: Invoice, lines: Sequence[Line], changes: dict[str, Any], *, expected: int) -> Invoice:
    """Store a changed draft with all its lines: those that are not among them go, and let go of their hours.

    Raises NotADraft, or Conflict when it is not the version expected.
    """
    _held_for_us(invoice, expected)
    there = {line.public_id: line for line in invoice.lines.all()}
    kept = {line.public_id for line in lines if line.public_id}
    if kept - there.keys():
        raise Conflict
    _drop([line for key, line in there.items() if key not in kept])
    _write(invoice, lines, there)
    before = invoice.gross
    _sum_up(invoice)
    invoice.save_checked(expected)
    if before != invoice.gross:
        written = [formats.money(each, invoice.currency, cents=True) for each in (before, invoice.gross)]
        changes = {**changes, "gross": written}
    audit.record("invoice.changed", invoice, data={"changes": changes})
    return invoice


def lines_of(invoice: Invoice) -> list[Line]:
    """The lines of an invoice as they would be typed."""
    return [
        Line(line.text, line.quantity, line.unit_price, line.tax_rate, line.public_id) for line in invoice.lines.all()
    ]


@transaction.atomic
def remove(invoice: Invoice) -> None:
    """Delete a draft; its hours are open again. Raises NotADraft, Held, or Conflict."""
    _held_for_us(invoice, invoice.version)
    audit.record("invoice.deleted", invoice, data=_told(invoice))
    _drop(list(invoice.lines.all()))
    invoice.delete()


@transaction.atomic
def send(invoice: Invoice, *, today: date, expected: int) -> Invoice:
    """Give a draft its number and let it stand: from now on it is owed. Raises NotADraft, Refused, or Conflict.

    Numbers have no gap: the settings' row is held until the number is written.
    """
    _held_for_us(invoice, expected)
    if not invoice.lines.exists():
        raise Refused("An invoice needs a line. Add one first.")
    if invoice.gross <= 0:
        raise Refused("An invoice asks for more than nothing. Look at its lines.")
    settings = _settings_for_us()
    invoice.number = settings.number_of(settings.next_number)
    if Invoice.objects.filter(number=invoice.number).exists():
        raise Refused(f"There is an invoice {invoice.number} already. Choose the next number in Admin, Invoices.")
    settings.next_number += 1
    settings.save_checked(settings.version)
    memory().pop(InvoiceSettings, None)
    for name in FROZEN:
        setattr(invoice, name, getattr(settings, name))
    invoice.sender = settings.sender or address_of_account(invoice.account)
    invoice.status, invoice.sent_at = Invoice.Status.SENT, timezone.now()
    invoice.issued_on = invoice.issued_on or today
    invoice.due_on = invoice.due_on or invoice.issued_on + timedelta(days=settings.due_days)
    if invoice.due_on < invoice.issued_on:
        raise Refused("An invoice is due on its date or later. Change one of the two.")
    invoice.save_checked(expected)
    _entries_of(invoice).update(lock_reason=f"On invoice {invoice.number}")
    reindex([invoice])
    audit.record("invoice.sent", invoice, data=_told(invoice))
    return invoice


@transaction.atomic
def void(invoice: Invoice, *, reason: str, expected: int) -> Invoice:
    """Take a sent invoice back: it keeps its number and its words, and its hours are open again.

    Raises Refused where it is not sent, or was paid in part; Conflict.
    """
    _lock(invoice, expected)
    if not invoice.is_sent:
        raise Refused("Only a sent invoice can be made void. A draft is deleted.")
    if invoice.paid:
        raise Refused("Something was paid of this invoice. Take the payments off first, if they were a mistake.")
    if not reason.strip():
        raise Refused("Say why it is void: whoever looks at the books will ask.")
    invoice.status, invoice.voided_at, invoice.void_reason = Invoice.Status.VOID, timezone.now(), reason.strip()
    invoice.save_checked(expected)
    _release(BilledTime.objects.filter(line__invoice=invoice))
    audit.record("invoice.voided", invoice, data={**_told(invoice), "reason": invoice.void_reason})
    return invoice


@transaction.atomic
def receive(invoice: Invoice, amount: Decimal, received_on: date, note: str = "") -> InvoicePayment:
    """Write down money that came in. Raises Refused where it is more than is open."""
    _lock(invoice)
    if not invoice.is_sent:
        raise Refused("Payments belong to sent invoices.")
    if not 0 < amount <= invoice.open_amount:
        still = formats.money(invoice.open_amount, invoice.currency, cents=True)
        raise Refused(f"{still} is still open. Write an amount up to that.")
    payment = InvoicePayment.objects.create(invoice=invoice, amount=amount, received_on=received_on, note=note)
    invoice.paid += amount
    invoice.save_checked(invoice.version)
    audit.record("invoice.paid", invoice, data={**_told(invoice), "amount": str(amount)})
    return payment


@transaction.atomic
def take_back(payment: InvoicePayment) -> Invoice:
    """Remove a payment that was written down by mistake. Raises Conflict where it is gone, or Held."""
    invoice = payment.invoice
    _lock(invoice)
    if not InvoicePayment.objects.filter(pk=payment.pk).delete()[0]:
        raise Conflict
    invoice.paid -= payment.amount
    invoice.save_checked(invoice.version)
    audit.record("invoice.unpaid", invoice, data={**_told(invoice), "amount": str(payment.amount)})
    return invoice


@transaction.atomic
def change_settings(settings: InvoiceSettings, changes: dict[str, list[str]], *, expected: int) -> InvoiceSettings:
    """Keep changed settings; raises Conflict when they are not the version expected."""
    if changes:
        settings.save(force_insert=True) if settings._state.adding else settings.save_checked(expected)
        audit.record("invoice_settings.changed", settings, data={"changes": changes})
    memory().pop(InvoiceSettings, None)
    return settings


def address_of(company: Company) -> str:
    """As it stands at the top of an invoice."""
    town = f"{company.postal_code} {company.city}".strip()
    return "\n".join(filter(None, [company.name, company.street, town, company.region, company.country]))


def address_of_account(account: Account) -> str:
    """The same of the firm itself."""
    town = f"{account.postal_code} {account.city}".strip()
    name = account.legal_name or account.name
    return "\n".join(filter(None, [name, account.street, town, account.region, country_name(account.country)]))


def _new(company: Company, currency: str, by: Membership) -> Invoice:
    return Invoice.objects.create(company=company, currency=currency, author=by, recipient=address_of(company))


def _told(invoice: Invoice) -> dict[str, str]:
    """What the log keeps of it."""
    return {"company": str(invoice.company), "gross": str(invoice.gross), "currency": invoice.currency}


def _lock(invoice: Invoice, expected: int | None = None) -> None:
    """The invoice as it stands now, kept for us until commit; raises Conflict when it is not the version expected."""
    try:
        invoice.refresh_from_db(from_queryset=Invoice.objects.select_related("company").select_for_update(of=("self",)))
    except Invoice.DoesNotExist:
        raise Conflict from None
    if expected is not None and invoice.version != expected:
        raise Conflict


def _held_for_us(invoice: Invoice, expected: int) -> None:
    """The stored row is a draft of this version, and nobody else changes it until commit."""
    stored = Invoice.objects.filter(pk=invoice.pk).select_for_update().first()
    if stored is None or stored.version != expected:
        raise Conflict
    if not stored.is_draft:
        raise NotADraft(f"{stored} was sent and stays as it was. Make it void to bill its hours anew.")


def _settings_for_us() -> InvoiceSettings:
    """The settings' row, kept until commit; the first invoice makes it."""
    settings, _ = InvoiceSettings.objects.select_for_update().get_or_create()
    return settings


def _bill(invoice: Invoice, lines: Sequence[Proposed]) -> None:
    tax_rate = InvoiceSettings.current().tax_rate
    for line in lines:
        _refuse_riches(line.amount)
    stored = InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            project=line.project,
            text=line.text,
            minutes=line.minutes,
            quantity=in_hours(line.minutes),
            unit_price=line.rate,
            tax_rate=tax_rate,
            amount=line.amount,
        )
        for position, line in enumerate(lines, 1)
    )
    pairs = [(kept, entry) for kept, line in zip(stored, lines, strict=True) for entry in line.entries]
    BilledTime.objects.bulk_create((BilledTime(line=line, entry=entry) for line, entry in pairs), batch_size=1000)
    _lock_time([entry.pk for _, entry in pairs], f"On a draft invoice for {invoice.company}"[:200])


def _note_use(by: Membership, lines: Sequence[Proposed]) -> None:
    """Whoever's hours stand on an invoice by name can read who put them there, as with reports."""
    entries = [entry for line in lines for entry in line.entries]
    days = sorted(entry.day for entry in entries)
    note(by, {entry.person_id for entry in entries}, ReportUse.Report.HOURS, Period("days", days[0], days[-1]))


def in_hours(minutes: int) -> Decimal:
    """As a number of hours with two decimals; amounts are worked out from the minutes."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"))


def _lock_time(numbers: list[int], reason: str) -> None:
    entries = TimeEntry.objects.filter(pk__in=numbers)
    entries.update(locked_at=timezone.now(), lock_reason=reason, version=F("version") + 1)


def _entries_of(invoice: Invoice) -> Any:
    return TimeEntry.objects.filter(pk__in=BilledTime.objects.filter(line__invoice=invoice).values("entry"))


def _release(billed: Any) -> None:
    """Let go of hours: they may be changed, and billed, again."""
    numbers = list(billed.values_list("entry_id", flat=True))
    billed.delete()
    TimeEntry.objects.filter(pk__in=numbers).update(locked_at=None, lock_reason="", version=F("version") + 1)


def _drop(lines: list[InvoiceLine]) -> None:
    numbers = [line.pk for line in lines]
    _release(BilledTime.objects.filter(line__in=numbers))
    InvoiceLine.objects.filter(pk__in=numbers).delete()


def _write(invoice: Invoice, lines: Sequence[Line], there: Mapping[UUID, InvoiceLine]) -> None:
    """Store these lines in their order: two statements, however many are new or changed."""
    new, changed = list[InvoiceLine](), list[InvoiceLine]()
    for position, typed in enumerate(lines, 1):
        line = there.get(typed.public_id) if typed.public_id else None
        is_new = line is None
        line = line or InvoiceLine(invoice=invoice)
        before = [getattr(line, name) for name in WRITTEN]
        line.position, line.text = position, typed.text
        line.unit_price, line.tax_rate = typed.unit_price, typed.tax_rate
        if line.minutes is None:
            line.quantity = typed.quantity
            line.amount = of_pieces(line.quantity, line.unit_price)
        else:
            line.amount = of_hours(line.minutes, line.unit_price)
        _refuse_riches(line.amount)
        if is_new:
            new.append(line)
        elif before != [getattr(line, name) for name in WRITTEN]:
            changed.append(line)
    InvoiceLine.objects.bulk_create(new)
    InvoiceLine.objects.bulk_update(changed, WRITTEN)


def _refuse_riches(amount: Decimal) -> None:
    if abs(amount) > MOST:
        raise Refused(f"A line comes to at most {formats.number(MOST)}. Make several of it.")


def _sum_up(invoice: Invoice) -> None:
    """What its lines come to, ready to be saved."""
    sums = invoice.totals
    invoice.net, invoice.tax, invoice.gross = sums.net, sums.tax, sums.gross
