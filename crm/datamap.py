"""What a firm keeps about its clients. A company is the firm's trade; the people at it are contacts."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts import jobs
from crm.models import (
    Company,
    CompanyTag,
    Contact,
    ContactEmail,
    ContactImport,
    ContactPhone,
    ContactTag,
    ImportedRow,
    SearchToken,
    Tag,
)
from datamap import SELF, Column, Erasure, Subject, Support, describe

KEEPING_IN_TOUCH = "Keeping in touch with the firm's clients"
FINDING = "Finding records by their words"
A_COPY = Column("technical", export="A copy of what the record itself carries.", support=Support.HIDDEN)


def words_of(contact: Contact) -> QuerySet[SearchToken]:
    return SearchToken.objects.filter(kind="contact", record_id=contact.pk)


describe(
    Company,
    purpose="Knowing who looks after a client, and who removed one",
    fields={
        "name": "business",
        "name_key": A_COPY,
        "domain": "business",
        "phone": "business",
        "phone_e164": A_COPY,
        "street": "business",
        "postal_code": "business",
        "city": "business",
        "region": "business",
        "country": "business",
        "note": "business",
    },
    not_personal=frozenset({"deleted_at", "is_sample"}),
)

describe(
    Contact,
    purpose=KEEPING_IN_TOUCH,
    subject=Subject.CONTACT,
    fields={
        "first_name": "identity",
        "last_name": "identity",
        "name_key": "search",
        "title": "work",
        "company": "work",
        "email": "contact details",
        "email_label": "contact details",
        "email_lower": "search",
        "phone": "contact details",
        "phone_label": "contact details",
        "phone_e164": "search",
        "website": "contact details",
        "street": "postal address",
        "postal_code": "postal address",
        "city": "postal address",
        "region": "postal address",
        "country": "postal address",
        "note": "free text",
        "source": "free text",
    },
    not_personal=frozenset({"deleted_at", "is_sample"}),
    rows_for=SELF,
    erase=Erasure.DELETE_ROW,
)

describe(
    ContactEmail,
    purpose=KEEPING_IN_TOUCH,
    subject=Subject.CONTACT,
    fields={"email": "contact details", "email_lower": "search", "label": "contact details"},
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    ContactPhone,
    purpose=KEEPING_IN_TOUCH,
    subject=Subject.CONTACT,
    fields={"phone": "contact details", "phone_e164": "search", "label": "contact details"},
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    ContactTag,
    purpose="Sorting clients by the firm's own words",
    subject=Subject.CONTACT,
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(Tag, fields={"name": "business", "name_key": A_COPY})

describe(CompanyTag)

describe(
    SearchToken,
    purpose=FINDING,
    subject=Subject.CONTACT,
    fields={"token": "search", "kind": "technical"},
    not_personal=frozenset({"record_id"}),
    rows_for=words_of,
    erase=Erasure.DELETE_ROW,
)

describe(
    ContactImport,
    purpose="Bringing in a contacts file, and saying who did and what became of it",
    fields={
        "preview": Column("free text", export="A first look at rows that are contacts by now.", support=Support.HIDDEN),
        "sheet": "business",
        "mapping": "business",
        "failure": "business",
    },
    not_personal=jobs.FACTS
    | {"match_by", "on_match", "rows_total", "rows_read", "stored", "merged", "skipped", "rejected", "companies_added"},
    rows_for="by",
)

describe(
    ImportedRow,
    purpose="Saying what became of each row of an imported file, and giving back the rows turned away",
    subject=Subject.CONTACT,
    fields={
        "reason": "free text",
        "values": Column("free text", support=Support.HIDDEN),
        "raw": Column("free text", support=Support.HIDDEN),
    },
    not_personal=frozenset({"row", "outcome"}),
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)
