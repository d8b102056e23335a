"""What the log is narrowed to: a person, a record, kinds of event, days. All of it stands in the address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Membership
from audit.models import Event
from audit.words import kinds_by_group
from lib import formats

OTHERS = {"staff": "Candor support", "job": "Background jobs", "system": "Candor itself", "visitor": "Visitors"}
NO_SUCH = "This is not in the list any more. Choose another."
NO_RECORD = "This holds no record's id. Paste the address of its page, or its id."
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

Choices = list[tuple[str, Any]]


@dataclass(frozen=True)
class Chip:
    """A filter that is set, in words, and the address without it."""

    words: str
    url: str


class DayField(forms.DateField):
    """A day, for the browser's own calendar."""

    def __init__(self, label: str) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        within = [MinValueValidator(_FIRST), MaxValueValidator(_LAST)]
        super().__init__(label=label, required=False, widget=widget, validators=within)


class RecordField(forms.CharField):
    """A record by its id, bare, in quotes, or within the address of its page."""

    def clean(self, value: Any) -> UUID | None:
        text = super().clean(value)
        found = _UUID.findall(text)
        if text and not found:
            raise forms.ValidationError(NO_RECORD)
        return UUID(found[-1]) if found else None


class LogFilterForm(forms.Form):
    """Each filter may be left out; those that are set all hold. A value nobody knows matches nothing."""

    who = forms.ChoiceField(label="Who", required=False, error_messages={"invalid_choice": NO_SUCH})
    kind = forms.ChoiceField(label="What", required=False, error_messages={"invalid_choice": NO_SUCH})
    since = DayField("From")
    until = DayField("To")
    record = RecordField(label="Record", max_length=500, required=False)

    def __init__(self, data: Mapping[str, str], *, reader: Membership) -> None:
        super().__init__(data)
        people = Membership.objects.filter(account_id=reader.account_id).select_related("user")
        self.people = {
            str(person.public_id): person for person in sorted(people, key=lambda each: str(each).casefold())
        }
        self.fields["who"].choices = _who(self.people.values())
        self.fields["kind"].choices = _kinds()
        for name in ("who", "kind"):
            self.fields[name].widget.attrs["class"] = "form-select"
        for name in ("since", "until", "record"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["record"].widget.attrs["placeholder"] = "Address or id of a record"

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """The events that were asked for."""
        return events.filter(self.condition()) if self.is_valid() else events.none()

    def condition(self) -> Q:
        """What all filters ask of an event."""
        asked, condition = self.cleaned_data, Q()
        if asked["who"]:
            person = self.people.get(asked["who"])
            condition &= Q(actor_kind="member", actor_id=person.pk) if person else Q(actor_kind=asked["who"])
        if asked["kind"]:
            group = _groups().get(asked["kind"])
            condition &= Q(kind__in=group) if group else Q(kind=asked["kind"])
        if asked["record"]:
            condition &= Q(record_id=asked["record"])
        if asked["since"]:
            condition &= Q(written_at__gte=_midnight(asked["since"]))
        if asked["until"]:
            condition &= Q(written_at__lt=_midnight(asked["until"] + timedelta(days=1)))
        return condition

    @cached_property
    def given(self) -> dict[str, str]:
        """The filters that are set, as the address has them."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}

    def address(self, *, without: str = "", **more: str) -> str:
        """The same filters, but for one, and a page."""
        asked = {name: value for name, value in {**self.given, **more}.items() if value and name != without}
        return f"?{urlencode(asked)}" if asked else "."

    @property
    def query(self) -> str:
        """The filters, to be put behind another address."""
        return f"?{urlencode(self.given)}" if self.given else ""

    def chips(self, record_name: str = "") -> list[Chip]:
        """What is set, in words. A record goes by its name where the events on the page know it."""
        if not self.is_valid():
            return []
        words = {
            "who": str(self.people.get(self.cleaned_data["who"]) or OTHERS.get(self.cleaned_data["who"], "")),
            "kind": _labels().get(self.cleaned_data["kind"], ""),
            "since": self._day("since", "from"),
            "until": self._day("until", "to"),
            "record": record_name or str(self.cleaned_data["record"] or ""),
        }
        return [Chip(words[name], self.address(without=name)) for name in self.given if words[name]]

    def _day(self, name: str, word: str) -> str:
        day = self.cleaned_data[name]
        return f"{word} {formats.day(day, 'year')}" if day else ""


def _who(people: Iterable[Membership]) -> Choices:
    here = [(str(person.public_id), str(person)) for person in people if person.removed_at is None]
    gone = [(str(person.public_id), str(person)) for person in people if person.removed_at is not None]
    groups = [("People", here), ("No longer here", gone), ("Not a person here", list(OTHERS.items()))]
    return [("", "Anybody"), *((label, members) for label, members in groups if members)]


def _kinds() -> Choices:
    groups = [
        (group, [(slugify(group), f"{group}: everything"), *((kind.name, kind.label) for kind in kinds)])
        for group, kinds in kinds_by_group().items()
    ]
    return [("", "Anything"), *groups]


def _groups() -> dict[str, list[str]]:
    return {slugify(group): [kind.name for kind in kinds] for group, kinds in kinds_by_group().items()}


def _labels() -> dict[str, str]:
    kinds = {kind.name: kind.label for kinds in kinds_by_group().values() for kind in kinds}
    return kinds | {slugify(group): group for group in kinds_by_group()}


def _midnight(day: date) -> datetime:
    """Where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))
