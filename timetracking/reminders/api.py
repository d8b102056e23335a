"""``/reminders/`` for programs: of what the key's member wishes to be reminded."""

from __future__ import annotations

from typing import Any

from accounts.api.body import BodyForm
from accounts.api.fields import VERSION, Clock, Flag, SomeOf
from accounts.api.single import Single
from timetracking.models import ReminderWishes
from timetracking.reminders import actions
from timetracking.reminders.forms import WEEKDAYS, WishesForm


class WishesBody(BodyForm, WishesForm):
    """The same, of which a program may leave out what stays."""


class Reminders(Single):
    """``/reminders/``"""

    name, one = "reminders", "reminders"
    about = (
        "Of what the key's member is reminded, on which days and from what time, in their own time zone. "
        "Nobody is reminded on a day on which nothing is expected of them."
    )
    model, scope = ReminderWishes, "time"
    may = {"read": "time.log", "change": "time.log"}
    fields = (
        VERSION,
        Flag("to_log", "Of hours missing on the last working day.", True),
        Flag("to_submit", "Of a period that was not submitted.", True),
        Flag("to_approve", "Of hours that wait for approval.", True),
        Clock("at", "From this time on.", "09:00"),
        SomeOf(
            "weekdays", "On these days.", ["monday", "friday"], words=tuple(name.lower() for _, name in WEEKDAYS)
        ),
    )  # fmt: skip

    def record(self, request: Any) -> ReminderWishes:
        return actions.wishes_of(request.membership)

    def form(self, given: dict[str, Any], request: Any, record: Any) -> WishesBody:
        return WishesBody(given, instance=record)

    def store(self, form: Any, request: Any) -> ReminderWishes:
        wishes: ReminderWishes = form.instance
        return actions.choose(wishes, expected=wishes.version) if form.has_changed() else wishes


RESOURCES = (Reminders(),)
