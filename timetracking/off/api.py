"""Time off and its kinds for programs: the same form and actions as on the pages."""

from __future__ import annotations

from copy import copy
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm, missing
from accounts.api.fields import CREATED, EXAMPLE_ID, ID, UPDATED, VERSION, Day, Flag, OneOf, Reference, Since, Text
from accounts.api.problems import WHOLE, Problem
from accounts.api.resource import Resource
from accounts.models import Membership
from tenancy.fields import AccountChoiceField
from timetracking.inputs import people_for
from timetracking.models import TimeOff, TimeOffType
from timetracking.off import actions
from timetracking.off.forms import TimeOffForm

HALVES = ("", "am", "pm")


class TimeOffBody(BodyForm, TimeOffForm):
    """Days off, whose they are, and of which kind."""

    person = AccountChoiceField(
        model=Membership, required=False, error_messages=missing("member to enter time off for")
    )

    class Meta(TimeOffForm.Meta):
        error_messages = {"type": missing("kind of time off")}

    def __init__(self, given: Any, *, by: Membership, instance: TimeOff) -> None:
        self.is_new = instance._state.adding
        super().__init__(given, person=by if self.is_new else instance.person, by=by, instance=instance)
        if "person" in self.fields:
            self.fields["person"].queryset = people_for(by, "timeoff.edit", self.instance.person)

    def clean_person(self) -> Membership:
        whose: Membership = self.cleaned_data["person"] or self.instance.person
        if not self.is_new and whose.pk != self.instance.person_id:
            raise forms.ValidationError("Time off stays with its person.")
        self.instance.person = whose
        return whose


class TimesOff(Resource):
    """``/time-off/``"""

    name, one = "time-off", "time_off"
    about = (
        "Days on which somebody is away. A member sees the own ones; who plans the team sees all. "
        "What needs approval is requested until somebody answers."
    )
    model, scope = TimeOff, "time"
    may = {
        "browse": "timeoff.view",
        "create": "timeoff.edit",
        "read": "timeoff.view",
        "change": "timeoff.edit",
        "delete": "timeoff.edit",
    }
    fields = (
        ID,
        VERSION,
        Reference("person", "Who is away; the key's member if not said.", EXAMPLE_ID, to="members", may_be_null=False),
        Reference("type", "The kind.", EXAMPLE_ID, to="time-off-types", is_required=True, may_be_null=False),
        Day("first_day", "The first day.", "2026-12-21", is_required=True),
        Day("last_day", "The last day; the first one if not said.", "2026-12-23"),
        OneOf("half", "Which half of a single day: am or pm; empty for all of it.", "", words=HALVES),
        Text("note", "For the person and who plans the team.", "Skiing"),
        OneOf("state", "Where it stands.", "approved", is_read_only=True, words=tuple(TimeOff.State.values)),
        Text("answer", "What was said to the request.", "", is_read_only=True),
        CREATED,
        UPDATED,
    )
    orders = {
        "-first_day": ("-first_day", "-id"),
        "first_day": ("first_day", "id"),
        "created_at": ("id",),
        "-created_at": ("-id",),
    }
    filters = (
        lists.by_reference("person", lambda member: Membership.objects.filter(account_id=member.account_id), "Whose."),
        lists.by_day("day_from", "last_day__gte", "Lasts until this day or later."),
        lists.by_day("day_to", "first_day__lte", "Begins on this day or earlier."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return TimeOff.objects.visible_to(member)

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).with_names()

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return TimeOffBody(given, instance=copy(record) if record else TimeOff(), by=request.membership)

    def store(self, form: Any, request: Any) -> Any:
        stored = form.save()
        if stored is None:
            raise Problem("invalid", errors={WHOLE: [str(each) for each in form.non_field_errors()]})
        return stored

    def remove(self, record: Any, request: Any) -> None:
        actions.delete(record)


class TimeOffTypes(Resource):
    """``/time-off-types/``"""

    name, one, about = "time-off-types", "time_off_type", "The firm's kinds of time off."
    model, scope = TimeOffType, "time"
    may = {"browse": "timeoff.view", "read": "timeoff.view"}
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Vacation"),
        Flag("is_paid", "Whether it is paid.", True),
        Flag("lowers_target", "Whether fewer hours are expected meanwhile.", True),
        Flag("needs_approval", "Whether somebody has to say yes.", False),
        Since("is_archived", "Whether it is chosen no more.", False, column="archived_at"),
    )
    orders = {"name": ("name", "id"), "-name": ("-name", "-id")}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return TimeOffType.objects.all()


RESOURCES = (TimesOff(), TimeOffTypes())
