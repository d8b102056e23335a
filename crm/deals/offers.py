"""What may follow a won deal. Apps above offer it, in their ``panels.py``::

register(Offer("Mark as won and create project", action="project.edit", view="timetracking:project_create"))
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import can
from crm.models import Deal


@dataclass(frozen=True)
class Offer:
    """A page that goes on with a deal, given ``?deal=``; for those who may do ``action``."""

    words: str
    action: str
    view: str

    def url(self, slug: str, deal: Deal) -> str:
        return reverse(self.view, args=[slug], query={"deal": deal.public_id})


_offers: list[Offer] = []


def register(offer: Offer) -> None:
    _offers.append(offer)


def offers_for(member: Membership) -> list[Offer]:
    """What this member can go on with."""
    return [offer for offer in _offers if can(member, offer.action)]
