"""How the log tells what happened to contacts and companies."""

from __future__ import annotations

from django.db.models import QuerySet

import crm.activities.audit_words  # noqa: F401
from accounts.history import pages_of
from accounts.models import Membership
from audit.words import Data, Field, Kind, Noun, Ref, register, register_noun
from crm.contact_privacy import audit_words as contact_privacy  # noqa: F401
from crm.deals import audit_words as deals  # noqa: F401  (a room's own words)
from crm.fields.audit_words import own_fields
from crm.mails import audit_words as mails  # noqa: F401
from crm.merging import audit_words as merging  # noqa: F401
from crm.models import BulkEdit, Company, Contact, ContactImport
from crm.timeline import audit_words as timeline  # noqa: F401


def _export(data: Data) -> dict[str, str | Ref]:
    return {"narrowed_to": f" ({data['narrowed']})" if data.get("narrowed") else ""}


GROUP = "Contacts and companies"

for noun, label in (("contact", "Contact"), ("company", "Company")):
    register(
        GROUP,
        Kind(f"{noun}.created", f"{label} added", f"added [the {noun} ]{{record}}", "plus"),
        Kind(f"{noun}.changed", f"{label} changed", "changed {changes}[ of {record}]", "pencil"),
        Kind(f"{noun}.deleted", f"{label} moved to the bin", f"moved [the {noun} ]{{record}} to the bin", "trash"),
        Kind(f"{noun}.restored", f"{label} restored", f"took [the {noun} ]{{record}} out of the bin", "arrow-back-up"),
    )
register(
    GROUP,
    Kind(
        "contacts.imported",
        "Contacts imported",
        "imported {record}: {stored} added, {merged} completed, {skipped} left as they were, {rejected} not imported",
        "upload",
    ),
    Kind(
        "contacts.import_undone",
        "Import undone",
        "took {record} back: {removed} removed, {put_back} put back, {kept} left as they are now",
        "arrow-back-up",
    ),
)
register(
    GROUP,
    *(
        Kind(f"{noun}.purged", f"{label} removed for good", f"removed {words} from the bin for good", "trash-x")
        for noun, label, words in (
            ("contact", "Contact", "a contact"),
            ("company", "Company", "a company"),
            ("deal", "Deal", "a deal"),
            ("activity", "Activity", "an activity"),
            ("note", "Note", "a note"),
            ("mail", "Mail", "a mail"),
        )
    ),
    Kind("records.edited", "Many records changed at once", "changed {changed} {kind} at once: {record}", "list-check"),
    Kind(
        "records.put_back",
        "Change of many records undone",
        "took {record} back: {restored} {kind} have what they had before, {kept} were changed since",
        "arrow-back-up",
    ),
    Kind(
        "records.exported",
        "List taken as a file",
        "took {rows} {kind} along as {form}{narrowed_to}",
        "download",
        _export,
    ),
    Kind("view.created", "View of a list kept", "kept the view {record} of a list", "layout-list"),
    Kind("view.changed", "View of a list changed", "changed the view {record} of a list", "pencil"),
    Kind("view.deleted", "View of a list removed", "removed the view {record} of a list", "trash"),
)


def _bulk_edits(member: Membership) -> QuerySet[BulkEdit]:
    return BulkEdit.objects.visible_to(member)


_ADDRESS = {
    "street": Field("Street"),
    "postal_code": Field("Postal code"),
    "city": Field("City"),
    "region": Field("State or region"),
    "country": Field("Country"),
}
_ADDRESS |= {"addresses": Field("Further addresses", is_long=True)}
_LAST = {"owner": Field("Owner"), "tags": Field("Tags"), "note": Field("Note", is_long=True)}
_CONTACT = {
    "first_name": Field("First name"),
    "last_name": Field("Last name"),
    "company": Field("Company"),
    "title": Field("Job title"),
    "positions": Field("Further companies"),
    "email": Field("E-mail"),
    "email_label": Field("E-mail label"),
    "emails": Field("Further e-mail addresses"),
    "phone": Field("Phone"),
    "phone_label": Field("Phone label"),
    "phones": Field("Further phone numbers"),
    "website": Field("Website"),
    **_ADDRESS,
    "source": Field("Source"),
    "legal_basis": Field("Legal basis"),
    "mail_permission": Field("Mail permission"),
    "retention_until": Field("Kept until"),
    "retention_reason": Field("Why until then"),
    **_LAST,
}
_COMPANY = {"name": Field("Company name"), "domain": Field("Website"), "phone": Field("Phone"), **_ADDRESS, **_LAST}

register_noun(
    Noun(
        "crm.contact",
        "contact",
        _CONTACT,
        pages_of("crm:contact", "contact.view", lambda member: Contact.objects.visible_to(member)),
        own=own_fields("contact"),
    )
)
register_noun(
    Noun(
        "crm.company",
        "company",
        _COMPANY,
        pages_of("crm:company", "company.view", lambda member: Company.objects.visible_to(member)),
        own=own_fields("company"),
    )
)
register_noun(
    Noun(
        "crm.contactimport",
        "import",
        urls=pages_of("imports:import", "contact.import", lambda member: ContactImport.objects.visible_to(member)),
    )
)
register_noun(
    Noun("crm.savedview", "view", {"name": Field("Name"), "is_shared": Field("Shared"), "is_pinned": Field("Pinned")})
)
register_noun(Noun("crm.bulkedit", "change of many", urls=pages_of("crm:bulk_edit", "contact.edit", _bulk_edits)))
register_noun(Noun("crm.listexport", "export"))
