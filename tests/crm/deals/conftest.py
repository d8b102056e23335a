"""The pipeline that Acme began with, and a way to put deals into it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.models import Membership
from crm.actions import Parts
from crm.deals import actions
from crm.models import Deal, Stage


@pytest.fixture
def alices(acme, alice) -> Membership:
    return Membership.objects.get(account=acme, user=alice)


@pytest.fixture
def bobs(acme, bob) -> Membership:
    return Membership.objects.get(account=acme, user=bob)


@pytest.fixture
def stages(acme, inside) -> dict[str, Stage]:
    with inside(acme):
        return {stage.name: stage for stage in Stage.objects.select_related("pipeline").in_order()}


@pytest.fixture
def add(acme, alices, inside, stages):
    """``add("Brochure", "Lead", 4600, owner=bobs)``: a new deal, on top of its stage."""

    def add(name, stage="Lead", value=None, *, owner=alices, currency="EUR", **facts):
        with inside(acme):
            deal = Deal(name=name, stage=stages[stage], owner=owner, currency=currency, **facts)
            deal.value = None if value is None else Decimal(value)
            return actions.store(deal, Parts(), by=owner)

    return add
