"""Time off and its kinds for programs: the same form and actions as on the pages."""

from __future__ import annotations

from copy import copy
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse

from accounts.api import lists
from accounts.api.body import BodyForm, errors_of, given_to_form, missing, read_body
from accounts.api.fields import (
    CREATED,
    EXAMPLE_ID,
    ID,
    UPDATED,
    VERSION,
    Day,
    Flag,
    Number,
    OneOf,
    Reference,
    Schema,
    Text,
    Whole,
)
from accounts.api.problems import WHOLE, Problem
from accounts.api.resource import Resource
from accounts.models import Membership
from lib.durations import DAY
from tenancy.fields import AccountChoiceField
from timetracking.api import refusals
from timetracking.inputs import people_for
from timetracking.kinds.api import IS_ARCHIVED, Kinds
from timetracking.models import SpecialDay, TimeOff, TimeOffType, WorkingTime
from timetracking.models.off import FULL_DAY, WEEKDAYS
from timetracking.off import actions
from timetracking.off.forms import AnswerForm, SpecialDayForm, TimeOffForm, TypeForm, WorkingTimeForm

HALVES = ("", "am", "pm")
_ANSWER = {"answer": Text("answer", "A word to whoever asked.", "Have a good time")}
ANSWER: Schema = {
    "type": "object",
    "properties": {"answer": _ANSWER["answer"].schema(TimeOff)},
    "additionalProperties": False,
    "examples": [{"answer": "Have a good time"}],
}


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
        "approve": "timeoff.edit_all",
        "decline": "timeoff.edit_all",
    }
    sent: ClassVar[dict[str, Schema]] = {"approve": ANSWER, "decline": ANSWER}
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

    def approve(self, request: Any, public_id: UUID) -> HttpResponse:
        """Say yes to a request."""
        return self._decide(request, public_id, approved=True)

    def decline(self, request: Any, public_id: UUID) -> HttpResponse:
        """Say no to it."""
        return self._decide(request, public_id, approved=False)

    def _decide(self, request: Any, public_id: UUID, *, approved: bool) -> HttpResponse:
        entry = self._editable(request, public_id)
        form = AnswerForm(given_to_form(read_body(request) if request.body else {}, _ANSWER, is_new=True))
        if not form.is_valid():
            raise Problem("invalid", errors=errors_of(form, _ANSWER.values()))
        if entry.person_id == request.membership.pk:
            raise Problem("forbidden", "Somebody else answers what one asked for.")
        with refusals():
            actions.decide(entry, approved=approved, answer=form.cleaned_data["answer"], by=request.membership)
        return self.read(request, public_id)


class TypeBody(BodyForm, TypeForm):
    """A kind of time off."""


class TimeOffTypes(Kinds):
    """``/time-off-types/``"""

    name, one, about = "time-off-types", "time_off_type", "The firm's kinds of time off."
    model, body = TimeOffType, TypeBody
    may = {"browse": "timeoff.view", "create": "time.settings", "read": "timeoff.view", "change": "time.settings"}
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Parental leave", is_required=True),
        OneOf("colour", "Its colour in charts: blue, orange, green, violet or grey, by its number.", "1",
              words=tuple(TimeOffType.Colour.values)),
        Flag("is_paid", "Whether it is paid.", True),
        Flag("lowers_target", "Whether fewer hours are expected meanwhile.", True),
        Flag("needs_approval", "Whether somebody has to say yes.", False),
        Flag("is_counted", "Whether it comes off the days of the year.", False),
        IS_ARCHIVED,
    )  # fmt: skip


class Minutes(Whole):
    """How long a weekday is; the form reads it as people type it."""

    def take(self, value: Any) -> dict[str, Any]:
        return {name: f"{minutes}m" for name, minutes in super().take(value).items()}


class Who(Reference):
    """Somebody, or everybody."""

    @property
    def form_names(self) -> tuple[str, ...]:
        return ("who",)

    def take(self, value: Any) -> dict[str, Any]:
        return {"who": str(super().take(value)[self.name] or "")}


class WorkingTimeBody(BodyForm, WorkingTimeForm):
    """How long somebody works from a day on. Weekdays that are not said are the usual ones."""

    def __init__(self, given: Any, *, by: Membership) -> None:
        members = Membership.objects.active().filter(account_id=by.account_id).select_related("user")
        super().__init__(given, instance=WorkingTime(), people=members)
        if "who" in self.fields:
            self.fields["who"].error_messages |= missing("member")


class WorkingTimes(Resource):
    """``/working-times/``"""

    name, one = "working-times", "working_time"
    about = (
        "What is expected of everybody, and of single people, each from a day on: minutes of the weekdays, whose "
        "holidays, and the days off of a year. One that begins on the same day takes the other's place; where one is "
        "deleted, what was expected before goes on."
    )
    model, scope, is_versioned = WorkingTime, "time", False
    may = dict.fromkeys(("browse", "create", "read", "delete"), "time.settings")
    fields = (
        ID,
        Who("person", "Whose; null for everybody who has none of their own.", None, to="members"),
        Day("starts_on", "From this day on.", "2026-12-01", is_required=True),
        *(
            Minutes(day, f"Minutes on a {day.title()}.", 0 if day in WEEKDAYS[5:] else FULL_DAY, least=0, most=DAY)
            for day in WEEKDAYS
        ),
        Text("country", "Whose holidays, by two letters; empty for none.", "DK"),
        Text("region", "The part of that country whose holidays those are; empty for all of it.", ""),
        Number("days_off", "Days off in a year; null where nobody counts them.", "25.0", digits=3, places=1),
        CREATED,
    )
    orders = {"-starts_on": ("-starts_on", "-id"), "starts_on": ("starts_on", "id")}
    filters = (
        lists.by_reference("person", lambda member: Membership.objects.filter(account_id=member.account_id), "Whose."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return WorkingTime.objects.all()

    def editable(self, member: Membership) -> QuerySet[Any]:
        return WorkingTime.objects.select_related("person__user")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> WorkingTimeBody:
        return WorkingTimeBody(given, by=request.membership)

    def remove(self, record: Any, request: Any) -> None:
        actions.remove_working_time(record)


class SpecialDayBody(BodyForm, SpecialDayForm):
    """A day that is off for everybody, or not."""


class SpecialDays(Resource):
    """``/special-days/``"""

    name, one = "special-days", "special_day"
    about = (
        "Days that the firm has off, wholly or by half, or works although the calendar says holiday. The holidays "
        "themselves follow from the country of `working-times`."
    )
    model, scope, is_versioned = SpecialDay, "time", False
    may = {
        "browse": "timeoff.view", "create": "time.settings", "read": "timeoff.view", "delete": "time.settings",
    }  # fmt: skip
    fields = (
        ID,
        Day("day", "Which day.", "2026-12-31", is_required=True),
        Text("name", "What it is called.", "New Year’s Eve", is_required=True),
        OneOf("kind", "What it does to the day.", "half", words=tuple(SpecialDay.Kind.values)),
        CREATED,
    )
    orders = {"day": ("day", "id"), "-day": ("-day", "-id")}
    filters = (
        lists.by_day("day_from", "day__gte", "On this day or later."),
        lists.by_day("day_to", "day__lte", "On this day or earlier."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return SpecialDay.objects.all()

    def form(self, given: dict[str, Any], request: Any, record: Any) -> SpecialDayBody:
        return SpecialDayBody(given, instance=SpecialDay())

    def remove(self, record: Any, request: Any) -> None:
        actions.remove_day(record)


RESOURCES = (TimesOff(), TimeOffTypes(), WorkingTimes(), SpecialDays())
