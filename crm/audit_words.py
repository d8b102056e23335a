"""How the log tells what happened to contacts and companies."""

from __future__ import annotations

from accounts.history import pages_of
from audit.words import Field, Kind, Noun, register, register_noun
from crm.models import Company, Contact, ContactImport

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
)

_ADDRESS = {
    "street": Field("Street"),
    "postal_code": Field("Postal code"),
    "city": Field("City"),
    "region": Field("State or region"),
    "country": Field("Country"),
}
_LAST = {"owner": Field("Owner"), "tags": Field("Tags"), "note": Field("Note", is_long=True)}
_CONTACT = {
    "first_name": Field("First name"),
    "last_name": Field("Last name"),
    "company": Field("Company"),
    "title": Field("Job title"),
    "email": Field("E-mail"),
    "email_label": Field("E-mail label"),
    "emails": Field("Further e-mail addresses"),
    "phone": Field("Phone"),
    "phone_label": Field("Phone label"),
    "phones": Field("Further phone numbers"),
    "website": Field("Website"),
    **_ADDRESS,
    "source": Field("Source"),
    **_LAST,
}
_COMPANY = {"name": Field("Company name"), "domain": Field("Website"), "phone": Field("Phone"), **_ADDRESS, **_LAST}

register_noun(
    Noun(
        "crm.contact",
        "contact",
        _CONTACT,
        pages_of("crm:contact", "contact.view", lambda member: Contact.objects.visible_to(member)),
    )
)
register_noun(
    Noun(
        "crm.company",
        "company",
        _COMPANY,
        pages_of("crm:company", "company.view", lambda member: Company.objects.visible_to(member)),
    )
)
register_noun(
    Noun(
        "crm.contactimport",
        "import",
        urls=pages_of("imports:import", "contact.import", lambda member: ContactImport.objects.visible_to(member)),
    )
)
