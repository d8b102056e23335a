"""Is this row somebody we know? One answer for the check, which only counts, and for the run, which writes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from crm.imports.rows import Candidate
from crm.models import Company, Contact, ContactEmail, ContactImport
from lib.text import fold


def keys_of(candidate: Candidate, job: ContactImport) -> list[str]:
    """What a row is recognised by, best first: its e-mail addresses, or name and company where it has none."""
    emails = [candidate.email, *(address for address, _ in candidate.emails)]
    found = [f"mail {email.lower()}" for email in emails if email]
    if found or job.match_by != job.MatchBy.NAME:
        return found
    name = fold(f"{candidate.last_name} {candidate.first_name}")
    return [f"name {name} at {fold(candidate.company)}"] if name else []


def known_contacts(candidates: Iterable[Candidate], job: ContactImport) -> dict[str, Contact]:
    """The contacts that are there already, by every key that could mean them; the oldest of several. Two queries."""
    keys = {key for candidate in candidates for key in keys_of(candidate, job)}
    emails = [key.removeprefix("mail ") for key in keys if key.startswith("mail ")]
    names = [key.removeprefix("name ").rpartition(" at ")[0] for key in keys if key.startswith("name ")]
    further = (
        ContactEmail.objects.filter(email_lower__in=emails).values_list("email_lower", "contact_id") if emails else []
    )
    is_known = Q(email_lower__in=emails) | Q(pk__in=[pk for _, pk in further]) | Q(name_key__in=names)
    contacts = _visible(Contact.objects.filter(is_known), job).select_related("company").order_by("-pk") if keys else []
    by_id = {contact.pk: contact for contact in contacts}
    found = {f"name {contact.name_key} at {_company_key(contact)}": contact for contact in by_id.values()}
    found |= {f"mail {email}": by_id[pk] for email, pk in further if pk in by_id}
    found |= {f"mail {contact.email_lower}": contact for contact in by_id.values() if contact.email_lower}
    return found


def known_companies(names: Iterable[str], job: ContactImport) -> dict[str, Company]:
    """The companies that are there already, by folded name; of two with the same name the older one."""
    keys = {fold(name) for name in names if name}
    companies = _visible(Company.objects.all(), job).filter(name_key__in=keys).order_by("-pk") if keys else []
    return {company.name_key: company for company in companies}


def _company_key(contact: Contact) -> str:
    return contact.company.name_key if contact.company else ""


def _visible(records, job):  # type: ignore[no-untyped-def]
    """Not in the bin; and for who sees only their own records, theirs."""
    return records.live().visible_to(job.by) if job.by else records.live()
