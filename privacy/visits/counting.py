"""What many came with, counted each night: networks, not visits, so nobody weighs more than one (47, 144).

A network is what surrounds an address (a /24 or /48), and counts once, by the last that came from it on that day. So
one person with many addresses is one network, and a figure of ten is about ten places at least.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.limits import network_around
from privacy.visits.datamap import AGENTS_KEPT
from privacy.visits.gate import K, gated
from privacy.visits.models import Alert, Figure, Visit
from privacy.visits.probes import MARK
from tenancy.sweeping import sweeps

Kind = Figure.Kind
UNKNOWN = "Unknown"
DAYS_AGAIN = 3  # a night that was missed is made up for
KEPT = timedelta(days=90)


def keep_up() -> None:
    """Count the last days, then drop what is old. Safe to run twice."""
    today = timezone.now().date()
    for back in range(1, DAYS_AGAIN + 1):
        count(today - timedelta(days=back))
    forget_old()


@transaction.atomic
def count(day: date) -> None:
    """Write the figures of one day anew."""
    found = figures_of(day)
    Figure.objects.filter(day=day).delete()
    Figure.objects.bulk_create(
        Figure(day=day, kind=kind, name=name, networks=networks)
        for kind, cells in found.items()
        for name, networks in cells.items()
    )


def figures_of(day: date) -> dict[Kind, dict[str, int]]:
    """What may be said of a day. A network sees several pages, so those are no parts of a whole: each stands alone."""
    last, pages = _seen(day)
    found = {
        kind: gated(Counter(came[place] or UNKNOWN for came in last.values()))
        for place, kind in enumerate((Kind.BROWSER, Kind.SYSTEM, Kind.DEVICE))
    }
    return {**found, Kind.PAGE: {page: len(networks) for page, networks in pages.items() if len(networks) >= K}}


@sweeps()
def forget_old() -> None:
    """Rows after ninety days, what browsers said of themselves after thirty: as the data map says."""
    now = timezone.now()
    Visit.objects.filter(seen_at__lt=now - KEPT).delete()
    Alert.objects.filter(raised_at__lt=now - KEPT).delete()
    Visit.objects.filter(seen_at__lt=now - timedelta(days=AGENTS_KEPT.days or 0)).exclude(agent="").update(agent="")


def _seen(day: date) -> tuple[dict[str, tuple[str, str, str]], dict[str, set[str]]]:
    """Of each network what it came with last; of each page the networks that saw it."""
    begins = datetime.combine(day, time.min, UTC)
    visits = Visit.objects.filter(seen_at__gte=begins, seen_at__lt=begins + timedelta(days=1), ip__isnull=False)
    last, pages = {}, defaultdict(set)
    columns = visits.order_by("seen_at").values_list("ip", "browser", "system", "device", "page")
    for ip, browser, system, device, page in columns.iterator():
        network = network_around(str(ip))
        last[network] = (browser, system, device)
        if page and not page.startswith(MARK):
            pages[page].add(network)
    return last, pages
