"""Activities for programs: the same form and actions as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts import choices
from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import (
    CREATED,
    DELETED,
    EXAMPLE_ID,
    ID,
    SAMPLE,
    UPDATED,
    VERSION,
    MaybeClock,
    MaybeDay,
    MaybeInstant,
    OneOf,
    Reference,
    Switch,
    Text,
    Whole,
)
from accounts.api.problems import Problem
from accounts.models import Membership
from accounts.permissions import can_for_others
from crm.activities import actions
from crm.activities.about import MODELS, NOUNS
from crm.activities.forms import WholeRecordForm
from crm.activities.repeats import read
from crm.bin_api import BINNED, BinnedResource
from crm.models import Activity


class ActivityBody(BodyForm, WholeRecordForm):
    """An activity, its repeat written as a rule."""

    repeats = forms.CharField(required=False, max_length=200)
    time_zone = forms.ChoiceField(required=False, choices=choices.time_zones)
    done = forms.BooleanField(required=False)

    class Meta:
        model = Activity
        fields = [
            "kind", "subject", "note", "due_on", "due_time", "minutes", "remind_before", "remind_at", "outcome",
            "owner", *NOUNS,
        ]  # fmt: skip
        error_messages = {
            **{noun: {"invalid_choice": f"There is no such {noun}."} for noun in NOUNS},
            "owner": {"invalid_choice": "There is no such member."},
        }

    def __init__(self, given: Mapping[str, Any], **kwargs: Any) -> None:
        if kwargs["instance"]._state.adding:
            given = {"kind": Activity.Kind.TASK, **given}
        super().__init__(given, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        due = cleaned.get("due_on", self.instance.due_on)
        rule = cleaned.get("repeats", self.repeated)
        try:
            self.instance.repeats = self.rule_of(read(rule), due) if rule and due else rule
        except ValueError:
            self.add_error(
                "repeats", "Write a rule of RFC 5545 by day, week, month or year, as in FREQ=WEEKLY;BYDAY=MO."
            )
        if zone := cleaned.get("time_zone"):
            self.instance.time_zone = zone
        self._clean_reminder(cleaned)
        return cleaned

    def _clean_reminder(self, cleaned: dict[str, Any]) -> None:
        """One of the two: so long before, or at a moment. What is given takes the other's place."""
        if cleaned.get("remind_before") is not None:
            cleaned["remind_at"] = None
        elif "remind_at" in cleaned:
            self.instance.remind_before = None
        elif "remind_before" in cleaned:
            self.instance.remind_at = None
        if {"remind_before", "remind_at"} & cleaned.keys():
            self.instance.reminded_at = None


class Activities(BinnedResource):
    """``/activities/``"""

    name, one = "activities", "activity"
    about = "What is to be done for a client, and what was done. Done ones stay; deleted ones lie in the bin."
    model, scope, is_searched = Activity, "crm", False
    may = {"browse": "activity.view", "create": "activity.edit", "read": "activity.view", "change": "activity.edit",
           "delete": "activity.edit", "restore": "activity.edit"}  # fmt: skip
    fields = (
        ID,
        VERSION,
        OneOf("kind", "What it takes to do it.", "call", words=tuple(Activity.Kind.values)),
        Text("subject", "What is to be done.", "Call Maren about the loans", is_required=True),
        MaybeDay("due_on", "Its day; null for some day.", "2026-11-24"),
        MaybeClock("due_time", "Its time by the clock of its zone.", "15:00"),
        Text("time_zone", "Where day and time are meant; the member's if not said.", "Europe/Copenhagen"),
        Whole("minutes", "How long it takes.", 30, most=24 * 60, may_be_null=True),
        Text("repeats", "An RRULE that begins with it, or nothing. A change is for all that follow.", "FREQ=WEEKLY"),
        Whole("remind_before", "Reminds its owner so many minutes before.", 10, least=0, most=366 * 1440,
              may_be_null=True),
        MaybeInstant("remind_at", "When it reminds its owner.", "2026-11-24T13:50:00Z"),
        Switch("done", "Writing true completes it, false reopens it.", False, column="done_at"),
        MaybeInstant("done_at", "When it was done.", None, is_read_only=True),
        Text("outcome", "What came of it.", "She agrees"),
        Reference("contact", "The contact it is about.", EXAMPLE_ID, to="contacts"),
        Reference("company", "The company it is about.", EXAMPLE_ID, to="companies"),
        Reference("deal", "The deal it is about.", EXAMPLE_ID, to="deals"),
        Reference("owner", "The member who does it.", EXAMPLE_ID, to="members"),
        Text("note", "Anything worth knowing.", "Ask for the new floor plan."),
        SAMPLE,
        CREATED,
        UPDATED,
        DELETED,
    )  # fmt: skip
    put_back = staticmethod(actions.restore)
    orders = {
        "due_on": ("due_on", "due_time", "id"),
        "-due_on": ("-due_on", "-due_time", "-id"),
        "updated_at": ("updated_at", "id"),
        "-updated_at": ("-updated_at", "-id"),
        "created_at": ("id",),
        "-created_at": ("-id",),
    }
    filters = (
        lists.by_reference(
            "owner", lambda member: Membership.objects.filter(account_id=member.account_id), "Of this member."
        ),
        lists.by_day("due_from", "due_on__gte", "Due on this day or later."),
        lists.by_day("due_to", "due_on__lte", "Due on this day or earlier."),
        lists.by_flag("done", "Done or open.", lambda flag: Q(done_at__isnull=not flag)),
        lists.by_word("kind", {kind: Q(kind=kind) for kind in Activity.Kind.values}, "Of this kind."),
        *(
            lists.by_reference(noun, lambda member, model=model: model._default_manager.visible_to(member),
                               f"About this {noun}.")
            for noun, model in MODELS.items()
        ),
        lists.by_instant("updated_since", "updated_at__gte", "Changed at or after this moment."),
        BINNED,
    )  # fmt: skip

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Activity.objects.live().visible_to(member)

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).with_names()  # type: ignore[attr-defined]

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        member = request.membership
        if "owner" in given and not can_for_others(member, "activity.edit"):
            raise Problem("invalid", errors={"owner": ["The key's member sees only own records: they stay own."]})
        return ActivityBody(given, instance=record or Activity(), member=member)

    def store(self, form: Any, request: Any) -> Any:
        done, by = form.cleaned_data.get("done"), request.membership
        if form.is_new and done:
            return actions.log(form.instance, by=by)
        record = form.save()
        if done is True and not record.is_done:
            actions.complete(record, by=by)
        elif done is False and record.is_done:
            actions.reopen(record)
        return record

    def remove(self, record: Any, request: Any) -> None:
        actions.move_to_bin(record, by=request.membership)
