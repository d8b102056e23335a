"""What every firm has to hear from us: announced once, by a letter to each owner, and kept with the day and the number.

An announcement is a row. The clock writes its letters, all in one transaction with the day: killed on the way, none was
written, and the next round begins again.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import mail
from accounts.lifecycle import living_accounts, owners
from accounts.models import Account
from lib import formats
from privacy.registers.books import processors_used
from privacy.registers.models import Announcement, BusinessTransfer, Disclosure, Incident


def announce(key: str, *, title: str, words: str, path: str) -> Announcement:
    """Let every firm hear of something; the same key is said once."""
    said = {"title": title, "words": words, "path": path}
    return Announcement.objects.get_or_create(key=key, defaults=said)[0]


def announce_processors() -> None:
    """Whoever is to work for us is announced before they do (83)."""
    for each in processors_used():
        if each.is_to_come:
            day = formats.day(each.since, "year")
            announce(
                f"processor {each.key} {each.since}",
                title=f"From {day}, {each.name} works for us",
                words=f"{each.name}, {each.place}: {each.does} If you do not want that, tell us before {day}, or "
                "take your data with you and close your account; both cost nothing.",
                path="/processors/",
            )


def announce_transfer(transfer: BusinessTransfer) -> Announcement:
    """Our business goes to somebody else (92)."""
    day = formats.day(transfer.happens_on, "year")
    return announce(
        f"transfer {transfer.public_id}",
        title=f"From {day}, Candor is run by {transfer.successor}",
        words=f"{transfer.passes}\n\nUntil {day} nothing passes over. Before that day you can take everything with you "
        "(Admin, Export) and close your account (Admin, Account); what you closed does not pass over.",
        path="/transparency/#transfers",
    )


def announce_incident(incident: Incident) -> Announcement:
    """Something went wrong, and firms hear of it without undue delay (81)."""
    incident.told_at = timezone.now()
    incident.save(update_fields=["told_at"])
    return announce(
        f"incident {incident.public_id}",
        title=f"About your data: {incident.title}",
        words="\n\n".join(filter(None, [incident.facts, incident.effects, incident.remedy])),
        path="/transparency/#incidents",
    )


def tell() -> int:
    """Write the letters of everything that was announced and not told. Returns how many letters."""
    announce_processors()
    waiting = list(_waiting().values_list("pk", flat=True))
    return sum(_tell(pk) for pk in waiting)


@transaction.atomic
def _tell(pk: int) -> int:
    found = _waiting().select_for_update(skip_locked=True).filter(pk=pk).first()
    if found is None:
        return 0
    found.letters = sum(_write(found, number) for number in living_accounts())
    found.told_at = timezone.now()
    found.save(update_fields=["letters", "told_at"])
    return found.letters


def _waiting() -> QuerySet[Announcement]:
    return Announcement.objects.filter(told_at=None).order_by("made_at")


def _write(announcement: Announcement, number: int) -> int:
    account = Account.objects.get(pk=number)
    people = owners(account)
    for person in people:
        words = {"title": announcement.title, "words": announcement.words, "firm": account.name}
        mail.write("announcement", person.email, account=account, url=settings.SITE_URL + announcement.path, **words)
    return len(people)


def due() -> list[tuple[str, datetime]]:
    """Clocks that run: incidents that the authority has to hear of, the nearest first."""
    running = Incident.objects.filter(is_risk=True, authority_told_at=None)
    return sorted(
        ((each.title, each.authority_due_at) for each in running if each.authority_due_at), key=lambda item: item[1]
    )


def unexamined() -> QuerySet[Disclosure]:
    """What was handed over at once, in danger, and has to be examined afterwards (88)."""
    return Disclosure.objects.filter(kind=Disclosure.Kind.EMERGENCY, state="released", reviewed_at=None)
