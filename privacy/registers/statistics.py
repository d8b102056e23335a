"""Figures that we give away: of four topics and no other, in groups of ten at least, released by two (89, 90, 91, 143).

Only counts are read, never a row's words: a figure's name is a country, a standing, a size, a month, or what the
nightly counts of visits are called. What was counted is kept beside what is said, so the figures can be made again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Sum

from accounts import consents
from accounts.choices import country_name
from accounts.models import Account, Membership, User
from privacy.registers.models import Release
from privacy.visits.gate import REST, K, gated
from privacy.visits.models import Figure

Topic, Purpose = Release.Topic, Release.Purpose
Tally = dict[str, dict[str, int]]
AT_ONCE = 500
SIZES = ((1, "1 person"), (5, "2 to 5 people"), (20, "6 to 20 people"), (None, "More than 20 people"))
METHODS = {
    Topic.CUSTOMERS: "Firms that had an account on the last day, by country and by how many people they are.",
    Topic.SALES: "Firms that began within these days, by month; and all firms by where they stood on the last day.",
    Topic.TRAFFIC: "Pages, by the networks that looked at them, each counted once a day.",
    Topic.SITE: "Browsers, systems and kinds of devices, by the networks that came with them, each counted once a day.",
}
FOR_RESEARCH = (Topic.CUSTOMERS, Topic.SALES)  # visits name nobody, so nobody could say yes for theirs
GATE = (
    f"Nothing is said of fewer than {K}; smaller groups are one, “all others”, and where that would give one away, the "
    "next smallest with them."
)
ASKED = "Only firms whose owners all said yes to research are counted."
LEFT_OUT = "Firms with an owner who wants their data kept and not used are left out."


@dataclass(frozen=True)
class Firm:
    """One that is counted, and how many people it is."""

    account: Account
    people: int


def tally(topic: str, purpose: str, since: date, until: date) -> Tally:
    """What there is to count, before anything is hidden. It never leaves the house."""
    return COUNTS[Topic(topic)](purpose, since, until)


def figures(counted: Tally) -> Tally:
    """What may be said of it. Pages overlap, so each stands alone; everything else is parts of a whole."""
    return {
        name: {cell: number for cell, number in cells.items() if number >= K} if name == "Pages" else gated(cells)
        for name, cells in counted.items()
    }


def method(topic: str, purpose: str) -> str:
    """How it was counted, in the words that stand beside the figures."""
    further = {Topic.CUSTOMERS: [LEFT_OUT], Topic.SALES: [LEFT_OUT]}.get(Topic(topic), [])
    asked = [ASKED] if purpose == Purpose.RESEARCH else []
    return " ".join([METHODS[Topic(topic)], *asked, *further, GATE])


def digest(release: Release) -> str:
    """What names these very figures: the hash of all that is said about them."""
    said = {name: str(getattr(release, name)) for name in ("topic", "purpose", "since", "until", "version", "method")}
    text = json.dumps({**said, "figures": release.figures}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_made_again(release: Release) -> bool:
    """Whether the same figures, and the same hash, come out of what was counted."""
    return figures(release.tally) == release.figures and digest(release) == release.digest


def _customers(purpose: str, since: date, until: date) -> Tally:
    found = list(_firms(purpose, until))
    places = Counter(country_name(firm.account.country) if firm.account.country else "Unknown" for firm in found)
    return {"Countries": dict(places), "People": dict(Counter(_size(firm.people) for firm in found))}


def _sales(purpose: str, since: date, until: date) -> Tally:
    found, ends = [firm.account for firm in _firms(purpose, until)], _end(until)
    began = [firm.created_at.astimezone(UTC) for firm in found]
    return {
        "New firms": dict(Counter(f"{moment:%Y-%m}" for moment in began if since <= moment.date() <= until)),
        "Standing": dict(Counter(firm.standing(ends).words.capitalize() for firm in found)),
    }


def _traffic(purpose: str, since: date, until: date) -> Tally:
    return dict(_counted([Figure.Kind.PAGE], since, until))


def _site(purpose: str, since: date, until: date) -> Tally:
    return dict(_counted([Figure.Kind.BROWSER, Figure.Kind.SYSTEM, Figure.Kind.DEVICE], since, until))


def _counted(kinds: list[Figure.Kind], since: date, until: date) -> Iterator[tuple[str, dict[str, int]]]:
    """What the nights wrote down, added up; what they hid stays hidden."""
    for kind in kinds:
        days = Figure.objects.filter(kind=kind, day__gte=since, day__lte=until)
        sums = days.order_by().values("name").annotate(number=Sum("networks"))
        yield str(kind.label), {each["name"] or REST: each["number"] for each in sums}


def _firms(purpose: str, until: date) -> Iterator[Firm]:
    """The firms that lived on the last day, page by page, without those that are not to be counted."""
    last, ends = 0, _end(until)
    every = Account.objects.order_by("pk")
    while numbers := list(every.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        page = [account for account in every.filter(pk__in=numbers) if _lived(account, ends)]
        for account in page:
            here = Membership.objects.select_related("user").filter(account_id=account.pk, removed_at=None)
            members = list(here)
            owners = [each.user for each in members if each.role == Membership.Role.OWNER and each.user.is_active]
            if _may_be_counted(owners, purpose):
                yield Firm(account, len(members))
        last = numbers[-1]


def _lived(account: Account, moment: datetime) -> bool:
    return account.created_at < moment and (account.closed_at is None or account.closed_at >= moment)


def _may_be_counted(owners: list[User], purpose: str) -> bool:
    if any(owner.restricted_at for owner in owners):
        return False
    if purpose != Purpose.RESEARCH:
        return True
    return bool(owners) and all(consents.has_given(owner, consents.Further.RESEARCH) for owner in owners)


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, UTC)


def _size(people: int) -> str:
    return next(words for most, words in SIZES if most is None or people <= most)


COUNTS: dict[Release.Topic, Callable[[str, date, date], Tally]] = {
    Topic.CUSTOMERS: _customers,
    Topic.SALES: _sales,
    Topic.TRAFFIC: _traffic,
    Topic.SITE: _site,
}
