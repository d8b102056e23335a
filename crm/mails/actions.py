"""Verbs on logged mails. The log says that one was logged or shared, and nothing of what it says."""

from __future__ import annotations

from django.utils import timezone

import audit
from accounts.models import Membership
from crm.mails import address
from crm.models import Mail, MailContact, Record
from crm.search import reindex
from tenancy import held
from tenancy.context import whole


@whole
def note(mail: Mail, body: str) -> Mail:
    """Log a mail by hand."""
    mail.set_body(body)
    mail.save()
    reindex([mail], are_new=True)
    audit.record("mail.logged", mail)
    return mail


@whole
def make_address(member: Membership) -> str:
    """The member's address for logging mail, in place of the former; it is shown once."""
    made = address.new_address(member)
    audit.record("mail_address.made")
    return made


@whole
def revoke_address(member: Membership) -> bool:
    """Mail to it is refused from now on. False where there was none."""
    was_there = address.revoke(member)
    if was_there:
        audit.record("mail_address.revoked")
    return was_there


@whole
def share(mail: Mail, *, expected: int) -> Mail:
    """Let everybody read it who may see its record."""
    mail.shared_at = timezone.now()
    mail.save_checked(expected)
    audit.record("mail.shared", mail)
    return mail


@whole
def unshare(mail: Mail, *, expected: int) -> Mail:
    """Let it be its member's alone again."""
    mail.shared_at = None
    mail.save_checked(expected)
    audit.record("mail.unshared", mail)
    return mail


@whole
def put_on(mail: Mail, record: Record, *, expected: int) -> Mail:
    """File an unsorted mail, or move one to another record; it is private there until it is shared anew."""
    mail.company = mail.contact = mail.deal = None
    setattr(mail, str(record._meta.model_name), record)
    mail.held_because, mail.shared_at = "", None
    MailContact.objects.filter(mail=mail).delete()
    mail.save_checked(expected)
    audit.record("mail.filed", mail)
    return mail


@whole
def remove(mail: Mail) -> Mail:
    """Take it out of the log; it can be put back for thirty days. Raises Held."""
    held.refuse_one(mail)
    mail.deleted_at, mail.shared_at = timezone.now(), None
    mail.save_checked(mail.version)
    audit.record("mail.deleted", mail)
    return mail


@whole
def put_back(mail: Mail) -> Mail:
    mail.deleted_at = None
    mail.save_checked(mail.version)
    audit.record("mail.restored", mail)
    return mail
