"""Verbs on deals. Each leaves one line in the log; a change of stage leaves a row of its own, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection
from django.db.models import Min, Q
from django.utils import timezone

import audit
from accounts.models import Membership
from crm import actions
from crm.actions import Parts
from crm.models import Contact, Deal, DealContact, Stage, StageMove
from tenancy.context import whole
from tenancy.errors import Conflict

GAP = 1 << 20  # between two cards of a column: room for twenty others before the column is numbered anew

_NUMBER_ANEW = """
    UPDATE crm_deal SET position = numbered.place * %(gap)s
    FROM (
        SELECT id, row_number() OVER (ORDER BY position, id) AS place FROM crm_deal
        WHERE account_id = %(account)s AND stage_id = %(stage)s AND status = 'open' AND deleted_at IS NULL
    ) AS numbered
    WHERE crm_deal.account_id = %(account)s AND crm_deal.id = numbered.id
"""


class NotOpen(Conflict):
    """The deal is won or lost: it moves again once it is reopened."""


@whole
def store(
    deal: Deal,
    parts: Parts,
    *,
    contacts: Iterable[Contact] | None = None,
    by: Membership | None,
    expected: int | None = None,
) -> Deal:
    """Save a new deal, on top of its stage, or a changed one if its version is still ``expected``."""
    is_new = deal._state.adding
    if is_new:
        deal.position = _place(deal.stage, None, deal)
    actions.store(deal, parts, expected=expected)
    if contacts is not None:
        set_contacts(deal, contacts)
    if is_new:
        StageMove.objects.create(deal=deal, to_stage=deal.stage, by=by, at=deal.moved_at)
    return deal


def set_contacts(deal: Deal, contacts: Iterable[Contact]) -> None:
    """Let the deal have exactly these contacts."""
    wanted = {contact.pk for contact in contacts}
    has = set(DealContact.objects.filter(deal=deal).values_list("contact_id", flat=True))
    if gone := has - wanted:
        DealContact.objects.filter(deal=deal, contact_id__in=gone).delete()
    new = [DealContact(deal=deal, contact_id=pk) for pk in sorted(wanted - has)]
    DealContact.objects.bulk_create(new, ignore_conflicts=True)  # somebody else may add the same at this moment


@whole
def change_contacts(
    deal: Deal, before: Sequence[Contact], after: Sequence[Contact], *, hidden: Sequence[Contact] = ()
) -> None:
    """Exchange the deal's contacts, and say so in the log. Who does it does not see the ``hidden`` ones: they stay."""
    if {contact.pk for contact in before} == {contact.pk for contact in after}:
        return
    set_contacts(deal, [*after, *hidden])
    changes = {"contacts": [", ".join(map(str, before)), ", ".join(map(str, after))]}
    audit.record("deal.changed", deal, data={"changes": changes})


@whole
def move(
    deal: Deal,
    stage: Stage,
    *,
    by: Membership | None,
    after: Deal | None = None,
    came_from: Stage | None = None,
) -> Deal:
    """Put an open deal into a stage, below ``after`` or on top. Returns it as it is now.

    Raises NotOpen, or Conflict where it is not in the stage it ``came_from`` any more.
    """
    deal = _locked(deal)
    if not deal.is_open:
        raise NotOpen(f"{deal} is {deal.status}. Reopen it to move it.")
    if came_from is not None and came_from.pk != deal.stage_id:
        raise Conflict("Somebody else moved this deal meanwhile.")
    former, position = deal.stage, _place(stage, after, deal)
    if former.pk == stage.pk:
        Deal.objects.filter(pk=deal.pk).update(position=position)
        return deal
    deal.stage, deal.position, deal.moved_at = stage, position, timezone.now()
    deal.save_checked(deal.version)
    StageMove.objects.create(deal=deal, from_stage=former, to_stage=stage, by=by, at=deal.moved_at)
    audit.record("deal.moved", deal, data={"from": former.name, "to": stage.name})
    return deal


@whole
def move_back(deal: Deal, *, by: Membership) -> Deal:
    """Take back the last move; a deal that never moved stays."""
    last = deal.moves.select_related("from_stage", "to_stage").order_by("-at", "-id").first()
    if last is None or last.from_stage is None or last.from_stage.removed_at is not None:
        return deal
    return move(deal, last.from_stage, by=by, came_from=last.to_stage)


@whole
def win(deal: Deal, closed_on: date) -> Deal:
    """The firm got the work, on that day."""
    deal = _locked(deal)
    if deal.status == Deal.Status.WON and deal.closed_on == closed_on:
        return deal
    return _close(deal, Deal.Status.WON, closed_on)


@whole
def lose(deal: Deal, reason: str, words: str = "", *, closed_on: date | None = None) -> Deal:
    """The firm did not get it: why, in a word of its list and in its own."""
    deal = _locked(deal)
    if deal.status == Deal.Status.LOST and (deal.lost_reason, deal.lost_words) == (reason, words):
        return deal
    deal.lost_reason, deal.lost_words = reason, words
    return _close(deal, Deal.Status.LOST, closed_on or timezone.localdate())


@whole
def reopen(deal: Deal) -> Deal:
    """Back on the board, on top of the stage it was in."""
    deal = _locked(deal)
    if deal.is_open:
        return deal
    deal.status, deal.closed_on, deal.lost_reason, deal.lost_words = Deal.Status.OPEN, None, "", ""
    deal.position, deal.moved_at = _place(deal.stage, None, deal), timezone.now()
    deal.save_checked(deal.version)
    audit.record("deal.reopened", deal)
    return deal


def _close(deal: Deal, status: Deal.Status, closed_on: date) -> Deal:
    deal.status, deal.closed_on = status, closed_on
    if status == Deal.Status.WON:
        deal.lost_reason = deal.lost_words = ""
    deal.save_checked(deal.version)
    data = {"day": closed_on, "reason": deal.lost_reason, "words": deal.lost_words}
    audit.record(f"deal.{status.value}", deal, data=data)
    return deal


def _locked(deal: Deal) -> Deal:
    """The deal as it is now, kept from others until the end of the transaction."""
    found: Deal = Deal.objects.select_for_update(of=("self",)).select_related("stage").get(pk=deal.pk)
    return found


def _place(stage: Stage, after: Deal | None, moving: Deal) -> int:
    """A position in the column: on top, or right below ``after``."""
    column = Deal.objects.open().filter(stage=stage).exclude(pk=moving.pk)
    if after is None or after.stage_id != stage.pk:
        return (column.aggregate(first=Min("position"))["first"] or 0) - GAP
    below = column.filter(Q(position__gt=after.position) | Q(position=after.position, pk__gt=after.pk))
    following = below.order_by("position", "id").values_list("position", flat=True).first()
    if following is None:
        return after.position + GAP
    if following - after.position > 1:
        return (after.position + following) // 2
    _number_anew(stage)
    return _place(stage, Deal.objects.get(pk=after.pk), moving)


def _number_anew(stage: Stage) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER_ANEW, {"gap": GAP, "account": stage.account_id, "stage": stage.pk})
