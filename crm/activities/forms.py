"""What people type about an activity."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import can, can_for_others
from crm.activities import actions
from crm.activities.about import NOUNS, Found, found_by_name
from crm.activities.repeats import DAY_NAMES, MOST_EVERY, MOST_TIMES, Repeat, read
from crm.forms import Lines, Suggestions
from crm.models import Activity
from crm.models.activities import done_on
from lib.addresses import id_in
from tenancy.forms import VersionedModelForm

UNITS = [("", "Doesn’t repeat"), ("DAILY", "Every day"), ("WEEKLY", "Every week"), ("MONTHLY", "Every month"),
         ("YEARLY", "Every year")]  # fmt: skip
UNSTORED = ("version", "scope", "done")
AT = "at"
REMINDERS = [("", "No reminder"), ("0", "At the time"), ("5", "5 minutes before"), ("10", "10 minutes before"),
             ("30", "30 minutes before"), ("60", "An hour before"), ("120", "2 hours before"), ("1440", "A day before"),
             ("2880", "2 days before"), ("10080", "A week before"), (AT, "At a moment of your choice")]  # fmt: skip
SCOPES = [("this", "This one alone"), ("following", "This one and all that follow")]


class WholeRecordForm(VersionedModelForm):
    """What page and API share: who may own it, and which records it may be about."""

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.is_new = member, self.instance._state.adding
        self.repeated = self.instance.repeats
        self.stored_due = self.instance.due_on
        if self.is_new:
            self.instance.time_zone = self.instance.time_zone or member.user.time_zone
            self.instance.owner = self.instance.owner or member
            self.initial["owner"] = self.instance.owner
        if owner := self.fields.get("owner"):
            owner.queryset, owner.empty_label = owner.queryset.by_name(), "Nobody"
            owner.stands = self.instance.owner
            if not can_for_others(member, "activity.edit"):
                del self.fields["owner"]
        for noun in NOUNS:
            self._offer(noun)

    def _offer(self, noun: str) -> None:
        """Records that this member sees; one that a colleague named stays, unseen."""
        if (field := self.fields.get(noun)) is None:
            return
        present = getattr(self.instance, noun)
        if present is not None and not can(self.member, f"{noun}.view", present):
            del self.fields[noun]
            return
        offered = field.model.offered | Q(pk=present.pk if present else None)
        field.queryset = field.model._default_manager.visible_to(self.member).filter(offered)
        field.stands = present

    def _get_validation_exclusions(self) -> set[str]:
        # What ``clean`` sets is no field of the form, and Django would skip the rules that name it.
        return super()._get_validation_exclusions() - {"repeats", "remind_before"}

    def week_starts(self) -> int:
        return self.member.account.first_weekday

    def rule_of(self, repeat: Repeat, due: date) -> str:
        """The rule that begins on ``due``. A day that stays keeps the day of the month it is meant for."""
        before = read(self.repeated) if self.repeated else None
        if before and due == self.stored_due and repeat.day is None:
            repeat = Repeat(**{**vars(repeat), "day": before.day})
        elif before and self.stored_due and repeat.weekdays == before.weekdays:
            moved = set(repeat.weekdays) - {self.stored_due.weekday()}
            repeat = Repeat(**{**vars(repeat), "weekdays": tuple(moved)})
        return repeat.rule(due, self.week_starts())

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        if self.instance.repeats != self.repeated:
            changes["repeats"] = [self.repeated, self.instance.repeats]
        return changes

    @property
    def is_changed(self) -> bool:
        return self.is_new or any(name not in UNSTORED for name in self.changed_data)

    def is_for_all(self) -> bool:
        """Whether a change of one of a series is for those that follow, too."""
        return True

    def save(self, commit: bool = True) -> Any:
        if self.is_new:
            return actions.add(self.instance)
        if not self.is_changed:
            return self.instance
        return actions.change(self.instance, self.changes(), expected=self.stored_version, is_for_all=self.is_for_all())


class ActivityForm(WholeRecordForm):
    """The form of the page. What it is about stands there by name, and is ticked off or typed."""

    about = forms.CharField(
        required=False,
        max_length=300,
        label="Name",
        help_text="A contact, a company or a deal.",
        widget=Suggestions("records"),
    )
    remind = forms.ChoiceField(required=False, label="Remind me", choices=REMINDERS)
    unit = forms.ChoiceField(required=False, label="Repeat", choices=UNITS)
    every = forms.IntegerField(required=False, label="How often", min_value=1, max_value=MOST_EVERY, initial=1,
                               help_text="2 is every second one.")  # fmt: skip
    weekdays = forms.TypedMultipleChoiceField(
        required=False,
        label="On these days of the week",
        coerce=int,
        choices=list(enumerate(DAY_NAMES)),
        widget=forms.CheckboxSelectMultiple,
        help_text="Its own day is always among them.",
    )
    until = forms.DateField(required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    times = forms.IntegerField(required=False, label="Or so many times", min_value=1, max_value=MOST_TIMES)
    scope = forms.ChoiceField(
        required=False, label="What you change is for", choices=SCOPES, initial="this", widget=forms.RadioSelect
    )

    class Meta:
        model = Activity
        fields = ["kind", "subject", "due_on", "due_time", "minutes", "owner", "outcome", "note", "remind_at", *NOUNS]
        labels = {"due_on": "Day", "due_time": "Time", "minutes": "Minutes", "remind_at": "The moment"}
        widgets = {
            "subject": forms.TextInput(attrs={"autofocus": True}),
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "due_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "remind_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "note": Lines(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, is_done: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_done = is_done or self.instance.is_done
        self.candidates: list[Found] = []
        self._fill_repeat()
        self._fill_reminder()
        if self.is_done:
            for name in ("remind", "remind_at", "unit", "every", "weekdays", "until", "times"):
                del self.fields[name]
        else:
            del self.fields["outcome"]
        if self.is_done or not self.repeated:
            del self.fields["scope"]

    def _fill_repeat(self) -> None:
        if self.repeated:
            repeat = read(self.repeated)
            self.initial |= {name: getattr(repeat, name) for name in ("unit", "every", "weekdays", "until", "times")}
        self.initial["weekdays"] = list(self.initial.get("weekdays") or ())

    def _fill_reminder(self) -> None:
        before = self.instance.remind_before
        self.stored_remind = str(before) if before is not None else AT if self.instance.remind_at else ""
        self.initial["remind"] = self.stored_remind
        if before is not None:
            self.initial["remind_at"] = None  # it follows from the day
        if self.stored_remind not in dict(REMINDERS):
            self.fields["remind"].choices = [*REMINDERS, (self.stored_remind, f"{before} minutes before")]

    @property
    def time_hint(self) -> str:
        """In which zone the time is meant, where that is not the reader's."""
        zone = self.instance.time_zone
        return "" if zone == self.member.user.time_zone else f"In {zone}."

    @property
    def abouts(self) -> list[tuple[str, str, str]]:
        """What it is about, as (noun, public id, name), to be ticked off."""
        rows = []
        for noun in NOUNS:
            if noun in self.fields and (value := self[noun].value()):
                record = self.fields[noun].queryset.filter(public_id=id_in(value)).first()
                rows += [(noun, str(record.public_id), str(record))] if record else []
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if text := cleaned.get("about", "").strip():
            self._take_by_name(cleaned, text)
        if self.is_done:
            self._clean_past(cleaned)
        else:
            self._clean_repeat(cleaned)
            self._clean_reminder(cleaned)
        return cleaned

    def _clean_past(self, cleaned: dict[str, Any]) -> None:
        due, clock = cleaned.get("due_on"), cleaned.get("due_time")
        if self.is_new and due and done_on(due, clock, self.instance.zone) > timezone.now():
            self.add_error("due_time" if clock else "due_on", "That is still to come: plan it, or log it afterwards.")

    def _take_by_name(self, cleaned: dict[str, Any], text: str) -> None:
        found = found_by_name(self.member, text)
        if len(found) != 1:
            self.candidates = found
            self.add_error("about", "Several are called so: choose one below." if found else
                           "Nothing of that name is here. Type another, or leave it empty.")  # fmt: skip
            return
        noun = found[0].noun
        if getattr(found[0].record, "is_restricted", False):
            self.add_error("about", f"{found[0].record} is restricted: stored, and not used.")
            return
        if noun not in self.fields or cleaned.get(noun) not in (None, found[0].record):
            self.add_error("about", f"It is about another {noun} already: untick that first.")
            return
        cleaned[noun] = found[0].record
        self.changed_data.append(noun)

    def _clean_repeat(self, cleaned: dict[str, Any]) -> None:
        due, unit = cleaned.get("due_on"), cleaned.get("unit")
        self.rule = ""
        if not unit:
            return
        until, times = cleaned.get("until"), cleaned.get("times")
        if due is None:
            self.add_error("due_on", "A repeat needs a day to begin with.")
        elif until and times:
            self.add_error("times", "Give a last day or a number of times, not both.")
        elif until and until < due:
            self.add_error("until", "It ends before it begins.")
        else:
            weekdays = tuple(sorted(cleaned.get("weekdays") or ())) if unit == "WEEKLY" else ()
            self.rule = self.rule_of(Repeat(unit, cleaned.get("every") or 1, weekdays, None, until, times), due)

    def _clean_reminder(self, cleaned: dict[str, Any]) -> None:
        remind, due = cleaned.get("remind", ""), cleaned.get("due_on")
        if remind == AT and not cleaned.get("remind_at"):
            self.add_error("remind_at", "Say when to remind you.")
        if remind not in ("", AT) and due is None:
            self.add_error("due_on", "A reminder before it needs a day.")
        if remind != AT:
            cleaned["remind_at"] = None

    def _post_clean(self) -> None:
        if not self.is_done and self.is_bound:
            remind = self.cleaned_data.get("remind", "")
            self.instance.remind_before = int(remind) if remind not in ("", AT) else None
            self.instance.repeats = getattr(self, "rule", "")
            if "remind" in self.changed_data or "remind_at" in self.changed_data:
                self.instance.reminded_at = None
        super()._post_clean()

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        if "remind" in self.changed_data:
            words = dict(self.fields["remind"].choices)
            changes["remind"] = [words.get(self.stored_remind, ""), words.get(self.cleaned_data["remind"], "")]
        return changes

    def is_for_all(self) -> bool:
        repeat_is_changed = {"unit", "every", "weekdays", "until", "times"} & set(self.changed_data)
        return bool(repeat_is_changed) or self.cleaned_data.get("scope") != "this"


class NextStepForm(WholeRecordForm):
    """The next step in one line: what it is, and when."""

    class Meta:
        model = Activity
        fields = ["kind", "subject", "due_on"]
        labels = {"subject": "What comes next", "due_on": "Day"}
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class DoneForm(forms.Form):
    """What came of it, in a few words."""

    outcome = forms.CharField(required=False, max_length=500)
