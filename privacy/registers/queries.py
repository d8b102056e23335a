"""What the public pages say of the living registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from privacy.registers.models import Disclosure

FIRST_YEAR = 2026


@dataclass(frozen=True)
class Half:
    """Half a year of the transparency report: how many came, of each kind, and what became of them. Zeros are shown."""

    name: str
    rows: tuple[tuple[str, int, int, int], ...]  # kind, came in, released, refused

    @property
    def came(self) -> int:
        return sum(row[1] for row in self.rows)

    @property
    def released(self) -> int:
        return sum(row[2] for row in self.rows)


def report() -> list[Half]:
    """Every half-year since the beginning, the newest first."""
    return [_half(start, end) for start, end in _halves()]


def _halves() -> list[tuple[date, date]]:
    today, found = timezone.now().date(), []
    for year in range(FIRST_YEAR, today.year + 1):
        found += [(date(year, 1, 1), date(year, 7, 1)), (date(year, 7, 1), date(year + 1, 1, 1))]
    # Candor began in the second half of its first year.
    return [half for half in found[1:] if half[0] <= today][::-1]


def _half(start: date, end: date) -> Half:
    counts = {
        row["kind"]: row
        for row in Disclosure.objects.filter(received_at__date__gte=start, received_at__date__lt=end)
        .values("kind")
        .annotate(
            came=Count("pk"),
            released=Count("pk", filter=Q(state=Disclosure.State.RELEASED)),
            refused=Count("pk", filter=Q(state=Disclosure.State.REFUSED)),
        )
    }
    none = {"came": 0, "released": 0, "refused": 0}
    rows = tuple(
        (kind.label, found["came"], found["released"], found["refused"])
        for kind in Disclosure.Kind
        if (found := counts.get(kind.value, none))
    )
    return Half(f"{'January to June' if start.month == 1 else 'July to December'} {start.year}", rows)
