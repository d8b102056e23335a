"""The empty sheet that people fill in: a column for each field we take, and one row that shows how."""

from __future__ import annotations

from django.conf import settings

from crm.imports import mapping
from crm.imports.values import own_fields, own_labels
from crm.models import CustomField, Stage
from lib.workbooks import as_csv, written

EXAMPLE = {
    "first_name": "Maren",
    "last_name": "Ölschläger",
    "email": "maren@nordlicht.example",
    "phone": "+49 30 901820",
    "company": "Nordlicht Beratung GmbH",
    "title": "Managing director",
    "street": "Hafenstraße 7",
    "postal_code": "10115",
    "city": "Berlin",
    "region": "Berlin",
    "country": "Germany",
    "website": "https://nordlicht.example",
    "tags": "Client, Berlin",
    "source": "Trade fair",
    "legal_basis": "Legitimate interest",
    "note": "Met at the fair. Delete this row before you import.",
    "owner": "",
    "deal_name": "Website relaunch",
    "deal_value": "12000.00",
    "deal_currency": "EUR",
    "deal_stage": "",
    "deal_status": "open",
    "deal_close": "2027-03-31",
    "activity_subject": "Send the proposal",
    "activity_kind": "task",
    "activity_due": "2027-01-15",
}


OWN = {
    "text": "A text",
    "long_text": "A longer text",
    "number": "12.5",
    "money": "1250.00",
    "date": "2026-11-20",
    "yes_no": "yes",
    "link": "https://nordlicht.example/team",
}


def columns() -> list[tuple[str, str]]:
    """(header, example) of every column; our own words, so the import knows each of them again."""
    first = Stage.objects.offered().in_order().first()
    example = EXAMPLE | {"deal_stage": first.name if first else ""}
    labels = own_labels()
    return [
        *((mapping.FIELDS[name], text) for name, text in example.items()),
        *((labels[name], _example(field)) for name, field in own_fields().items()),
    ]


def _example(field: CustomField) -> str:
    """A value that the field takes; the first of its choices."""
    first = next((choice["label"] for choice in field.choices if not choice["is_retired"]), "")
    return first or OWN.get(field.kind, "")


def as_text() -> bytes:
    """With a mark at the beginning, or Excel would take its letters for others."""
    return b"\xef\xbb\xbf" + b"".join(as_csv(zip(*columns(), strict=True)))


def as_workbook() -> bytes:
    return written("Contacts", zip(*columns(), strict=True), author=settings.OPERATOR.line())
