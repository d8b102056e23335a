"""What a member is told of new words in the terms and the policy, and how they agree: by a click, or by going on.

The door brings the day of the newest version along, so that nothing is asked while nobody has to be told anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import documents
from accounts.documents import Arrival, Document
from accounts.models import Acceptance, Membership, User

SHOWN_FOR = timedelta(days=7)  # after somebody agreed by going on, for whoever missed it


@dataclass(frozen=True)
class NewWords:
    """What the banner says: the versions that this person does not know yet, those to come apart."""

    in_force: list[Document]
    to_come: list[Document]


def to_tell(request: HttpRequest, membership: Membership) -> NewWords | None:
    """What is new to this member, if anything is; that they go on is kept as agreeing by use (139)."""
    user, newest = membership.user, membership.newest_words_on
    if newest is None or newest <= known(user):
        return None
    new = unknown_to(user)
    if new.in_force and request.method == "GET":
        _agree_by_use(user, new.in_force, Arrival.of(request))
    return new if new.in_force or new.to_come else None


def known(user: User) -> date:
    """The newest version of which this person knows; whoever joined later agreed to it then."""
    return max(filter(None, (user.agreed_through, user.joined_at.date())))


def unknown_to(user: User) -> NewWords:
    """Of each document the version in force and the one to come, if they are news."""
    since, kinds = known(user), documents.FOR_EVERYBODY
    news = [each for each in documents.published(*kinds) if each.version > since]
    news.sort(key=lambda each: kinds.index(each.kind))  # of each kind the newest stays first
    in_force = {each.kind: each for each in reversed(news) if each.is_in_force}
    return NewWords(list(in_force.values()), [each for each in news if not each.is_in_force])


def _agree_by_use(user: User, found: list[Document], arrival: Arrival) -> None:
    given = Acceptance.objects.filter(user=user, document__in=documents.FOR_EVERYBODY)
    agreed = {(row.document, row.version): row for row in given}
    new = [each for each in found if (each.kind, each.version) not in agreed]
    if new:
        documents.keep(user, new, Acceptance.How.USED, arrival)
    elif all(timezone.now() - agreed[each.kind, each.version].accepted_at > SHOWN_FOR for each in found):
        _know(user, max(each.version for each in found))


@transaction.atomic
def agree(user: User, arrival: Arrival) -> None:
    """By a click: to what is in force and to what comes."""
    new = unknown_to(user)
    clicked = Acceptance.objects.filter(user=user, how=Acceptance.How.CLICKED)
    before = set(clicked.values_list("document", "version"))
    found = [each for each in (*new.in_force, *new.to_come) if (each.kind, each.version) not in before]
    if found:
        documents.keep(user, found, Acceptance.How.CLICKED, arrival)
        _know(user, max(each.version for each in found))


def _know(user: User, day: date) -> None:
    user.agreed_through = day
    User.objects.filter(pk=user.pk).update(agreed_through=day)
