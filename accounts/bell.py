"""Notices behind the bell: what a member should see next time, told in the words of the app that rings.

An app says once how a kind reads, and rings in the transaction of what happened::

    MENTION = register(BellKind("mention", icon="at", tell=mentions))
    ring([bob, carol], MENTION, note, by=alice)

A notice holds no words of its own: they are made for whoever reads it, of what this member may see by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts import mail
from accounts.models import BellNotice, Membership
from lib.keyset import Page, page

SHOWN = 30


@dataclass(frozen=True)
class Told:
    """What one notice says, after the name of whoever rang: "mentioned you on Maren Holt"; and where it leads."""

    words: str
    url: str


@dataclass(frozen=True)
class BellKind:
    """A kind of notice. ``tell`` answers for a member what each of these records says, in one go."""

    name: str
    icon: str
    tell: Callable[[Membership, Sequence[UUID]], Mapping[UUID, Told]]
    letter: str  # what the letter says happened: "mentioned you in a note"


@dataclass(frozen=True)
class Shown:
    """A notice for its reader."""

    notice: BellNotice
    icon: str
    words: str
    url: str


_kinds: dict[str, BellKind] = {}


def register(kind: BellKind) -> BellKind:
    """Add a kind; raises ValueError when its name is taken."""
    if kind.name in _kinds:
        raise ValueError(f"There is a kind of notice named {kind.name} already.")
    _kinds[kind.name] = kind
    return kind


def ring(members: Iterable[Membership], kind: BellKind, record: Any, *, by: Membership | None = None) -> None:
    """Put a notice behind the bell of each of these members, and write to those who wish for letters."""
    listening = [member for member in members if by is None or member.pk != by.pk]
    if not listening:
        return
    rung = {"kind": kind.name, "record_id": record.public_id, "by": by}
    notices = BellNotice.objects.bulk_create(BellNotice(member=member, **rung) for member in listening)
    numbers = [member.pk for member in listening]
    Membership.objects.filter(pk__in=numbers, account_id=notices[0].account_id).update(unread=F("unread") + 1)
    for notice in notices:
        if notice.member.mails_notices:
            _write(notice, kind)


def notices_of(member: Membership, cursor: str | None) -> Page[Shown]:
    """A page of what the bell holds for the member, newest first."""
    rows = BellNotice.objects.filter(member=member).select_related("by__user")
    found = page(rows, order=("-created_at", "-id"), cursor=cursor, size=SHOWN)
    told: dict[tuple[str, UUID], Told] = {}
    for kind in tuple(_kinds.values()):  # the first address that is made may load more of them
        if asked := [notice.record_id for notice in found.rows if notice.kind == kind.name]:
            told |= {(kind.name, public_id): each for public_id, each in kind.tell(member, asked).items()}
    return Page(
        [_shown(notice, told.get((notice.kind, notice.record_id))) for notice in found.rows], found.next, found.previous
    )


def where(notice: BellNotice) -> str:
    """The page that a notice leads its member to; empty when that is not there any more."""
    kind = _kinds.get(notice.kind)
    told = kind.tell(notice.member, [notice.record_id]).get(notice.record_id) if kind else None
    return told.url if told else ""


def mark_read(member: Membership, *notices: BellNotice) -> None:
    """Mark these notices as read; without any, all of the member's."""
    mine = BellNotice.objects.filter(member=member, read_at=None)
    chosen = mine.filter(pk__in=[notice.pk for notice in notices]) if notices else mine
    chosen.update(read_at=timezone.now())
    member.unread = mine.count()
    member.save(update_fields=["unread"])


def _shown(notice: BellNotice, told: Told | None) -> Shown:
    kind = _kinds.get(notice.kind)
    icon = kind.icon if kind else "bell"
    return Shown(notice, icon, told.words, told.url) if told else Shown(notice, icon, "", "")


def _write(notice: BellNotice, kind: BellKind) -> None:
    """A letter that says who and what kind, and nothing of the words: those stay behind the door."""
    account = notice.member.account
    url = settings.SITE_URL + reverse("accounts:notices", args=[account.slug])
    mail.write(
        "notice", notice.member.user.email, account=account, firm=account.name, by=str(notice.by or "Candor"),
        happened=kind.letter, notices_url=url,
    )  # fmt: skip
