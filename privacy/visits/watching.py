"""Rules over the logs that notice intruders (49). What they find is an alert for staff, once a day for an address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import mail
from accounts.models import SecurityEvent
from accounts.security import FAILURES
from privacy.visits.models import Alert, Visit
from privacy.visits.probes import ANOTHER_ACCOUNT, MARK

WITHIN, TOLD_EVERY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """So many tries from one address within an hour are no accident."""

    kind: Alert.Kind
    tries: QuerySet[Any]
    moment: str
    many: int

    def found(self) -> Iterable[tuple[str, int]]:
        """Addresses and how often each tried."""
        since = {f"{self.moment}__gt": timezone.now() - WITHIN, "ip__isnull": False}
        tries = self.tries.filter(**since).order_by().values("ip").annotate(number=Count("pk"))
        return [(each["ip"], each["number"]) for each in tries.filter(number__gte=self.many)]


def rules() -> list[Rule]:
    """All there are."""
    probing = Visit.objects.filter(page__startswith=MARK)
    failed = SecurityEvent.objects.filter(kind__in=FAILURES)
    return [
        Rule(Alert.Kind.SCANNER, probing.exclude(page=ANOTHER_ACCOUNT), "seen_at", 5),
        Rule(Alert.Kind.ACCOUNTS, probing.filter(page=ANOTHER_ACCOUNT), "seen_at", 10),
        Rule(Alert.Kind.SIGN_INS, failed, "happened_at", 30),
    ]


@transaction.atomic
def look() -> list[Alert]:
    """Raise what is new, and write to whoever answers for security. Safe to run twice."""
    told = set(Alert.objects.filter(raised_at__gt=timezone.now() - TOLD_EVERY).values_list("kind", "ip"))
    new = [
        Alert(kind=rule.kind, ip=ip, number=number)
        for rule in rules()
        for ip, number in rule.found()
        if (rule.kind.value, ip) not in told
    ]
    Alert.objects.bulk_create(new)
    if new:
        kinds = sorted({str(alert.get_kind_display()) for alert in new})
        url = settings.SITE_URL + reverse("visits_desk:visits")
        mail.write("intruders", settings.OPERATOR.security_email, number=len(new), kinds=kinds, url=url)
    return new
