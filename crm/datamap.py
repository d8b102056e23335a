"""What a firm keeps about its clients. A company is the firm's trade; the people at it are contacts."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts import jobs
from crm.contact_privacy import datamap as contact_privacy  # noqa: F401  (a room's own tables)
from crm.deals import datamap as deals  # noqa: F401
from crm.mails import datamap as mails  # noqa: F401
from crm.merging import datamap as merging  # noqa: F401
from crm.models import (
    BulkChange,
    BulkEdit,
    Company,
    CompanyAddress,
    CompanyTag,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactPosition,
    ContactTag,
    CustomField,
    CustomKey,
    FieldRemoval,
    ListChoice,
    ListExport,
    SavedView,
    SearchToken,
    Tag,
)
from crm.timeline import datamap as timeline  # noqa: F401
from datamap import SELF, Column, Erasure, Subject, Support, describe

KEEPING_IN_TOUCH = "Keeping in touch with the firm's clients"
FINDING = "Finding records by their words"
A_COPY = Column("technical", export="A copy of what the record itself carries.", support=Support.HIDDEN)


def words_of(contact: Contact) -> QuerySet[SearchToken]:
    """The contact's own, and those of the activities, notes and mails about it."""
    of_activities = Q(kind="activity", record_id__in=contact.activitys.values("pk"))
    of_notes = Q(kind="note", record_id__in=contact.notes.values("pk"))
    of_mails = Q(kind="mail", record_id__in=contact.mails.values("pk"))
    own = Q(kind="contact", record_id=contact.pk)
    return SearchToken.objects.filter(own | of_activities | of_notes | of_mails)


def keys_of(contact: Contact) -> QuerySet[CustomKey]:
    return CustomKey.objects.filter(field__noun="contact", record_id=contact.pk)


def changes_of(contact: Contact) -> QuerySet[BulkChange]:
    return BulkChange.objects.filter(bulk_edit__kind="contacts", record_id=contact.pk)


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
        "custom": "business",
        "sound_key": A_COPY,
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
        "custom": "free text",
        "sound_key": "search",
        "legal_basis": "business",
        "mail_permission": "consent",
        "retention_until": "business",
        "retention_reason": "free text",
        "restriction_reason": "free text",
    },
    not_personal=frozenset({"deleted_at", "is_sample", "restricted_at"}),
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
    ContactAddress,
    purpose=KEEPING_IN_TOUCH,
    subject=Subject.CONTACT,
    fields={
        "label": "postal address",
        "street": "postal address",
        "postal_code": "postal address",
        "city": "postal address",
        "region": "postal address",
        "country": "postal address",
    },
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    ContactPosition,
    purpose=KEEPING_IN_TOUCH,
    subject=Subject.CONTACT,
    fields={"title": "work", "company": "work"},
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    CompanyAddress,
    fields={
        "label": "business",
        "street": "business",
        "postal_code": "business",
        "city": "business",
        "region": "business",
        "country": "business",
    },
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
    exported="Words copied out of records so that they can be found.",
)

describe(
    CustomField,
    fields={
        "label": "business",
        "label_key": A_COPY,
        "hint": "business",
        "choices": "business",
        "key": "business",
        "currency": "business",
    },
    not_personal=frozenset({"noun", "kind", "is_required", "is_personal", "position", "archived_at"}),
)

describe(
    FieldRemoval,
    purpose="Deleting a field with many values, and saying how far that came",
    fields={"failure": "business"},
    not_personal=jobs.FACTS | {"total", "done"},
    rows_for="by",
)

describe(
    CustomKey,
    purpose="Finding records by the firm's own fields",
    subject=Subject.CONTACT,
    fields={"sort_key": "search"},
    not_personal=frozenset({"record_id"}),
    rows_for=keys_of,
    erase=Erasure.DELETE_ROW,
    exported="Values copied out of records so that lists can be put in order by them.",
)

describe(
    SavedView,
    purpose="Keeping lists with their filters under a name",
    fields={"name": "business", "asked": "business", "columns": "technical"},
    not_personal=frozenset({"kind", "is_shared", "is_pinned"}),
    rows_for="owner",
)

describe(
    ListChoice,
    purpose="Showing lists as each member likes them",
    fields={"columns": "technical"},
    not_personal=frozenset({"kind"}),
    rows_for="member",
    erase=Erasure.DELETE_ROW,
)

describe(
    BulkEdit,
    purpose="Changing many records at once, and saying who did and what became of it",
    fields={
        "value": "business",
        "words": "business",
        "asked": "business",
        "chosen": Column("technical", export="Numbers of records exported themselves.", support=Support.HIDDEN),
        "failure": "business",
    },
    not_personal=jobs.FACTS | {"kind", "what", "last", "total", "done", "changed", "left_out", "restored", "kept"},
    rows_for="by",
)

describe(
    BulkChange,
    purpose="Taking a change of many records back",
    subject=Subject.CONTACT,
    fields={
        "before": Column("free text", support=Support.HIDDEN),
        "after": Column("free text", support=Support.HIDDEN),
    },
    not_personal=frozenset({"record_id"}),
    rows_for=changes_of,
    erase=Erasure.DELETE_ROW,
)

describe(
    ListExport,
    purpose="Handing a list out as a file, and saying who took which",
    fields={"asked": "business", "columns": "technical", "failure": "business"},
    not_personal=jobs.FACTS | {"kind", "form", "total", "left_out"},
    rows_for="by",
)
import crm.activities.datamap  # noqa: E402
import crm.imports.datamap  # noqa: E402, F401
