"""An invoice on paper: A4, one column for the words, the sums at the right, numbered pages."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from invoicing.actions import address_of_account
from invoicing.models import Invoice, InvoiceLine, InvoiceSettings
from lib import formats
from lib.paper import footed, styles

MARGIN = 22 * mm
WIDTH = A4[0] - 2 * MARGIN
RULE = HexColor("#c9ced6")
COLUMNS = (WIDTH - 88 * mm, 20 * mm, 26 * mm, 14 * mm, 28 * mm)


def pdf_of(invoice: Invoice) -> bytes:
    """The invoice as its client gets it. A draft shows what it would be today, and says that it is one."""
    settings = InvoiceSettings.current()
    kept = settings if invoice.is_draft else invoice
    tax_name = kept.tax_name
    sender = kept.sender or address_of_account(invoice.account)
    title = f"Invoice {invoice.number}" if invoice.number else "Invoice (draft)"
    if invoice.status == Invoice.Status.VOID:
        title += " – void"
    looks = styles()
    text = looks["p"]
    story: list[Any] = [
        Paragraph(_lines(sender), ParagraphStyle("sender", text, fontSize=7.5, leading=10.5)),
        Spacer(1, 10 * mm),
        Paragraph(_lines(invoice.recipient), text),
        Spacer(1, 12 * mm),
        Paragraph(escape(title), looks["h1"]),
        _facts(invoice, kept.tax_number, text),
        Spacer(1, 6 * mm),
        _table(invoice, tax_name, text),
        Spacer(1, 6 * mm),
    ]
    if invoice.note:
        story += [Paragraph(_lines(invoice.note), text)]
    if kept.payment:
        story += [Paragraph(_lines(kept.payment), text)]
    out = BytesIO()
    paper = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=20 * mm, bottomMargin=22 * mm, title=title,
        author=sender.partition("\n")[0], invariant=1,
    )  # fmt: skip
    foot = footed(" · ".join(filter(None, [title, sender.partition("\n")[0], kept.tax_number])))
    paper.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _lines(text: str) -> str:
    return "<br/>".join(escape(line) for line in text.splitlines())


def _facts(invoice: Invoice, tax_number: str, text: ParagraphStyle) -> Table:
    facts = [
        ("Date", formats.day(invoice.issued_on, "year") if invoice.issued_on else "not sent yet"),
        ("Due", formats.day(invoice.due_on, "year") if invoice.due_on else ""),
        ("Your reference", invoice.reference),
        ("Our tax number", tax_number),
    ]
    rows = [[Paragraph(name, text), Paragraph(escape(value), text)] for name, value in facts if value]
    return Table(
        rows, colWidths=(36 * mm, WIDTH - 36 * mm), hAlign="LEFT", style=[("LEFTPADDING", (0, 0), (-1, -1), 0)]
    )


def _table(invoice: Invoice, tax_name: str, text: ParagraphStyle) -> Table:
    right = ParagraphStyle("right", text, alignment=2, spaceAfter=0)
    plain = ParagraphStyle("plain", text, spaceAfter=0)
    bold = ParagraphStyle("bold", right, fontName="DejaVu-Bold")

    def money(amount: Decimal) -> str:
        return formats.money(amount, invoice.currency, cents=True).replace("\u202f", "\u00a0")

    def row(words: str, amount: Decimal, look: ParagraphStyle) -> list[Any]:
        return [Paragraph(escape(words), look), "", "", "", Paragraph(money(amount), look)]

    head = [Paragraph(words, look) for words, look in (
        ("What", plain), ("Quantity", right), ("Price", right), (escape(tax_name), right), ("Amount", right)
    )]  # fmt: skip
    rows: list[list[Any]] = [head]
    for line in invoice.lines.all():
        cells = (
            _quantity(line),
            money(line.unit_price),
            f"{formats.number(line.tax_rate.normalize())} %",
            money(line.amount),
        )
        rows.append([Paragraph(escape(line.text), plain), *(Paragraph(cell, right) for cell in cells)])
    last = len(rows) - 1
    sums = invoice.totals
    rows.append(row("Net", sums.net, right))
    for taxed in sums.taxes:
        if taxed.rate:
            rate = f"{tax_name} {formats.number(taxed.rate.normalize())} % on {money(taxed.net)}"
            rows.append(row(rate, taxed.tax, right))
    rows.append(row("To be paid", sums.gross, bold))
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, last), 0.5, RULE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        *(("SPAN", (0, place), (3, place)) for place in range(last + 1, len(rows))),
    ]
    return Table(rows, colWidths=COLUMNS, repeatRows=1, style=style)


def _quantity(line: InvoiceLine) -> str:
    """Hours with their minutes, since the amount is worked out from these."""
    if line.minutes is not None:
        return f"{line.minutes // 60}:{line.minutes % 60:02} h"
    return formats.number(line.quantity.normalize())
