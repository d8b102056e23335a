"""How the log tells of mails: that there was one, and nothing of what it says. Admins read the log, never the mail."""

from __future__ import annotations

from accounts.history import pages_of
from audit.words import Kind, Noun, register, register_noun
from crm.models import Mail

register(
    "Contacts and companies",
    Kind("mail.logged", "Mail logged", "logged {record}", "mail"),
    Kind("mail.filed", "Mail put on a record", "put {record} on a record", "mail"),
    Kind("mail.shared", "Mail shared", "shared {record} with the team", "mail-share"),
    Kind("mail.unshared", "Mail made private", "made {record} private again", "lock"),
    Kind("mail.deleted", "Mail deleted", "deleted {record}", "trash"),
    Kind("mail.handed_over", "Mail handed over", "gave {record} to {to}", "transfer"),
    Kind("mail.restored", "Mail restored", "put {record} back", "arrow-back-up"),
    Kind("mail_address.made", "Address for mail made", "made an address for logging mail", "at"),
    Kind("mail_address.revoked", "Address for mail revoked", "revoked the address for logging mail", "at"),
)
register_noun(
    Noun("crm.mail", "mail", urls=pages_of("crm:mail", "mail.view", lambda member: Mail.objects.visible_to(member)))
)
