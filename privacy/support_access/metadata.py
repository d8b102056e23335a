"""What staff see of an account without any grant: how it stands, and how many; never what."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Account, Membership, OutgoingMail, User
from billing.queries import overview
from privacy.support_access.granting import staff_actor
from privacy.support_access.kinds import kinds
from tenancy.context import activate

COUNTED = ("crm.contact", "crm.company", "crm.deal", "timetracking.project", "timetracking.timeentry")
LATELY = timedelta(days=7)


def facts_of(account: Account, *, by: User) -> list[tuple[str, str]]:
    """Standing, plan, members, numbers of records and letters that did not arrive."""
    members = Membership.objects.filter(account_id=account.pk, removed_at=None).count()
    failed = OutgoingMail.objects.filter(
        account_id=account.pk, state=OutgoingMail.State.FAILED, ended_at__gt=timezone.now() - LATELY
    )
    models = [kinds()[kind] for kind in COUNTED if kind in kinds()]
    with activate(account, actor=staff_actor(by)):
        plan = overview(account).plan
        counted = [
            (str(model._meta.verbose_name_plural).capitalize(), str(model._default_manager.count())) for model in models
        ]
    return [
        ("Standing", account.standing().words),
        ("Plan", plan.name if plan else "none"),
        ("Members", str(members)),
        *counted,
        ("Letters that failed lately", str(failed.count())),
    ]
