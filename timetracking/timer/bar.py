"""The timer in the bar of every page: one statement, for those who may log time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership
from accounts.permissions import can
from timetracking.models import RunningTimer
from timetracking.timer.actions import note_seen
from timetracking.timer.queries import running_timer


@dataclass(frozen=True)
class Bar:
    """What runs, as of now."""

    timer: RunningTimer | None
    now: datetime

    @property
    def seconds(self) -> int:
        return int((self.now - self.timer.started_at).total_seconds()) if self.timer else 0

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    @property
    def is_forgotten(self) -> bool:
        return self.timer is not None and self.timer.ask_at <= self.now

    @property
    def state(self) -> str:
        """Another one means that the bar shows something else by now."""
        return f"{self.timer.public_id}.{self.timer.version}" if self.timer else ""


def context(request: HttpRequest) -> dict[str, Any]:
    """``timer_bar`` for ``base.html``. Made when it is shown: a piece that htmx swaps asks nothing."""
    membership = getattr(request, "membership", None)
    if membership is None or not can(membership, "time.log"):
        return {}
    return {"timer_bar": SimpleLazyObject(lambda: bar_of(request))}


def timer_of(request: Any, person: Membership) -> RunningTimer | None:
    """What this person works on now; one's own is asked for once a page."""
    return bar_of(request).timer if person.pk == request.membership.pk else running_timer(person)


def bar_of(request: Any, *, is_here: bool = True) -> Bar:
    """The bar of whoever asks. A page that is opened shows that they are here; a timed look does not."""
    if known := getattr(request, "timer_bar", None):
        return known
    now = timezone.now()
    timer = running_timer(request.membership)
    request.timer_bar = bar = Bar(timer, now)
    if timer is not None and is_here and not bar.is_forgotten:  # being asked is no sign of work
        note_seen(timer, now)
    return bar
