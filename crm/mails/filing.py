"""Putting a letter where it belongs: on the contacts it names, or among the member's unsorted mails."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

import audit
from accounts import jobs
from accounts.bell import BellKind, Told, register, ring
from accounts.files.purposes import Unwelcome
from accounts.files.stored import store
from accounts.models import Membership
from accounts.permissions import can
from crm.mails import actions, attachments, reading
from crm.models import ArrivedMail, Contact, Mail, MailAttachment, MailContact
from crm.search import reindex
from crm.stored_files import MAIL_AS_IT_CAME, MAIL_ATTACHMENT

MOST_MATCHED = 20  # contacts of one mail
NOT_YOURS = "It came from {sender}, which is none of your confirmed addresses."
LEFT = "Whom it was sent to is no longer a member who may log mail."
KNOWN = "It is in the log already."
NOBODY = "No contact that you may see has one of its addresses."
RESTRICTED = "It is with a contact whose data may not be used at the moment."


def arrived(raw: bytes, member: Membership) -> ArrivedMail:
    """Keep a letter as it came, sealed; a worker reads it after the commit, however often one dies."""
    file = store([raw], purpose=MAIL_AS_IT_CAME, name="letter.eml", by=member)
    letter = ArrivedMail(by=member, file=file)
    letter.begin("running")
    return letter


def read(public_id: str) -> None:
    """Read one that arrived. Safe to run twice: it is read once."""
    jobs.go_on(ArrivedMail, public_id, _read)


def _read(arrived: ArrivedMail) -> None:
    with arrived.file.open() as file:
        letter = reading.read(file.read(), log_domain=settings.MAIL_LOG_DOMAIN)
    known = letter.message_id and Mail.objects.of(arrived.by).filter(message_id=letter.message_id).first()
    if arrived.by.removed_at or not can(arrived.by, "mail.edit"):
        arrived.words = LEFT
    elif letter.is_automatic:
        arrived.words = "A program wrote it: automatic answers are not logged."
    elif known and known.deleted_at:
        actions.put_back(known)
    elif known:
        arrived.words = KNOWN
    else:
        try:
            with transaction.atomic():
                log(letter, arrived.by)
        except IntegrityError:  # another copy was read at this very moment
            arrived.words = KNOWN
    arrived.file.discard()
    arrived.end("done")


def log(letter: reading.Letter, member: Membership) -> Mail:
    """Write the letter into the member's log, and on the records of whom it is with."""
    own = _addresses_of(member)
    mail = Mail(
        member=member, subject=letter.subject[:300], sender=str(letter.sender or "")[:320],
        recipients=", ".join(map(str, letter.people_to))[:2000], sent_at=letter.sent_at or timezone.now(),
        message_id=letter.message_id,
    )  # fmt: skip
    if letter.sender and letter.sender.email in own:
        mail.direction = Mail.Direction.SENT
    people = [*letter.people_from, *letter.people_to]
    found, mail.held_because = _whom(member, {person.email for person in people} - own)
    stranger = [person.email for person in letter.outer_senders if person.email not in own]
    if stranger or not letter.outer_senders:
        found, mail.held_because = [], NOT_YOURS.format(sender=(stranger or ["nobody"])[0][:120])
    mail.contact = found[0] if found else None
    mail.set_body(letter.body)
    mail.save()
    MailContact.objects.bulk_create(MailContact(mail=mail, contact=contact) for contact in found[1:])
    _attach(mail, letter.attachments)
    reindex([mail], are_new=True)
    audit.record("mail.logged", mail)
    if mail.held_because:
        ring([member], UNSORTED, mail)
    return mail


def _addresses_of(member: Membership) -> set[str]:
    """Those that the member has proved to read."""
    rows = EmailAddress.objects.filter(user_id=member.user_id, verified=True)
    return {address.lower() for address in rows.values_list("email", flat=True)}


def _whom(member: Membership, addresses: Iterable[str]) -> tuple[list[Contact], str]:
    """The contacts with these addresses that this member may see; or why there is none."""
    asked = list(addresses)[:100]
    called = Q(email_lower__in=asked) | Q(emails__email_lower__in=asked)
    rows = Contact.objects.live().visible_to(member).filter(called).distinct().order_by("id")
    known = list(rows[:MOST_MATCHED]) if asked and can(member, "contact.view") else []
    usable = [contact for contact in known if not contact.is_restricted]
    return usable, "" if usable else RESTRICTED if known else NOBODY


def _attach(mail: Mail, files: list[reading.Attached]) -> None:
    """Keep what may be kept; of the rest its name and the reason."""
    rows = []
    for number, file in enumerate(files):
        row = MailAttachment(mail=mail, name=_shown(file.name), size=len(file.content))
        try:
            if number >= attachments.MOST:
                raise Unwelcome(f"Of one mail, {attachments.MOST} files are kept.")
            row.name = attachments.checked(file.name, file.content)
            row.file = store([file.content], purpose=MAIL_ATTACHMENT, name=row.name, by=mail.member)
        except Unwelcome as trouble:
            row.refused = str(trouble)[:300]
        rows.append(row)
    MailAttachment.objects.bulk_create(rows)


def _shown(name: str) -> str:
    return "".join(each for each in name if each.isprintable())[:255] or "without a name"


def _unsorted(member: Membership, public_ids: Iterable[object]) -> dict:
    mails = Mail.objects.live().of(member).filter(public_id__in=public_ids)
    return {
        mail.public_id: Told(
            "took in a mail that nobody is found for", reverse("crm:mail", args=[member.account.slug, mail.public_id])
        )
        for mail in mails
    }


UNSORTED = register(BellKind("unsorted mail", "inbox", _unsorted, "took in a mail that nobody is found for"))
