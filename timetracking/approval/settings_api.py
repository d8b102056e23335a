"""``/time-settings/`` for programs: the pages under Admin, Time as one."""

from __future__ import annotations

from copy import copy
from typing import Any

from accounts.api.body import BodyForm
from accounts.api.fields import VERSION, Clock, Flag, MaybeDay, OneOf, Text, Whole
from accounts.api.single import Single
from timetracking.approval import actions
from timetracking.approval.forms import ApprovalForm, HoursForm, LockForm
from timetracking.models import TimeSettings
from timetracking.models.settings import LEVELS, SMALLEST_GROUP


class SettingsBody(BodyForm, ApprovalForm):
    """All of the settings."""

    class Meta(ApprovalForm.Meta):
        fields = [*HoursForm.Meta.fields, *ApprovalForm.Meta.fields, *LockForm.Meta.fields]
        field_classes = {**ApprovalForm.Meta.field_classes, **LockForm.Meta.field_classes}


class Settings(Single):
    """``/time-settings/``"""

    name, one = "time-settings", "time_settings"
    about = "What the firm decided about hours: how they are logged, who approves them, and up to which day they stay."
    model, scope = TimeSettings, "time"
    may = {"read": "time.settings", "change": "time.settings"}
    fields = (
        VERSION,
        Clock("day_ends", "The end of the working day: a timer that still runs then is asked about.", "19:00"),
        Flag("allows_future", "Whether time may be logged for days to come.", True),
        Flag("needs_clock", "Whether every new entry says when it began and ended.", False),
        Flag("needs_note", "Whether every entry needs a note before it is submitted.", False),
        Whole(
            "smallest_group", "People a report needs to put them side by side.", SMALLEST_GROUP,
            least=SMALLEST_GROUP, most=1000,
        ),
        OneOf("approval", "Who approves timesheets.", "manager", words=tuple(TimeSettings.Approval.values)),
        Whole("levels", "How many approve: the manager, the manager’s manager, and so on.", 1, most=LEVELS),
        OneOf("period", "How long a timesheet is.", "week", words=tuple(TimeSettings.Period.values)),
        MaybeDay("period_starts_on", "A day in the first of the two weeks; only for two weeks.", None),
        MaybeDay("locked_through", "Hours and expenses up to and including this day stay; null for no lock.", None),
        Text("lock_reason", "As people read it at the padlock.", "Books closed"),
    )  # fmt: skip

    def record(self, request: Any) -> TimeSettings:
        return copy(TimeSettings.current())

    def form(self, given: dict[str, Any], request: Any, record: Any) -> SettingsBody:
        return SettingsBody(given, instance=record)

    def store(self, form: Any, request: Any) -> TimeSettings:
        settings, changes = form.instance, form.changes()
        if changes and settings._state.adding:
            settings.version = 2  # who read them before anybody changed them read version 1
        return actions.change_settings(settings, changes, expected=form.stored_version)


RESOURCES = (Settings(),)
