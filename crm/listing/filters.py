"""What a list can be narrowed to. A filter reads its words from the address, says them, and has fields in the panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import can_for_others
from crm.models import Company, Tag
from lib import formats
from lib.addresses import id_in
from lib.keyset import begins
from lib.text import fold
from tenancy.models import AccountModel

Asked = Mapping[str, str]
NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Chip:
    """A filter that is set, in words, and the parameter that takes it off."""

    words: str
    parameter: str


@dataclass(frozen=True)
class Set:
    """A filter somebody has set: its words, and the rows that it leaves."""

    chip: Chip
    condition: Q


def given(asked: Asked, name: str) -> str:
    """A parameter of the address. What PostgreSQL takes for an error is exchanged, never left out: an unreadable
    filter finds nothing, not everything."""
    return asked.get(name, "").replace("\0", "\ufffd").strip()[:300]


class Filter:
    """One thing to narrow a list by; its ``parameters`` stand in the address."""

    def __init__(self, parameter: str, label: str) -> None:
        self.parameter, self.label = parameter, label

    @property
    def parameters(self) -> tuple[str, ...]:
        return (self.parameter,)

    def set_by(self, asked: Asked, member: Membership) -> Iterator[Set]:
        """What the address asks for; nothing when it says nothing of this filter."""
        if text := given(asked, self.parameter):
            words, condition = self.narrow(text, member)
            yield Set(Chip(f"{self.label}: {words}", self.parameter), condition)

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        """The words of a chip, and the condition."""
        raise NotImplementedError

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        """The fields of the panel, by parameter."""
        return {self.parameter: forms.CharField(label=self.label, required=False, max_length=200)}


class Choice(Filter):
    """One of a few words, each with its condition: also for “has” and “has not”."""

    def __init__(self, parameter: str, label: str, choices: Mapping[str, tuple[str, Q]], anything: str) -> None:
        super().__init__(parameter, label)
        self.choices, self.anything = choices, anything

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        return self.choices.get(text, (text[:60], NOTHING))

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        words = [("", self.anything), *((value, words) for value, (words, _) in self.choices.items())]
        return {self.parameter: forms.ChoiceField(label=self.label, required=False, choices=words)}


def has(parameter: str, label: str, column: str) -> Choice:
    """Whether there is something in a column of text."""
    return Choice(
        parameter, label, {"yes": ("given", ~Q(**{column: ""})), "no": ("missing", Q(**{column: ""}))}, "Given or not"
    )


class Contains(Filter):
    """Some of a text, in any case."""

    def __init__(self, parameter: str, label: str, column: str) -> None:
        super().__init__(parameter, label)
        self.column = column

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        return text, Q(**{f"{self.column}__icontains": text})


class Person(Filter):
    """A member, by id, or nobody."""

    def __init__(self, parameter: str, label: str, sees_all: str) -> None:
        super().__init__(parameter, label)
        self.sees_all = sees_all  # the action of those to whom it means anything

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        if text == "nobody":
            return "nobody", Q(**{self.parameter: None})
        if text == "me":
            return "me", Q(**{f"{self.parameter}_id": member.pk})
        people = Membership.objects.filter(account_id=member.account_id).select_related("user")
        person = people.filter(public_id=id_in(text)).first()
        return (str(person), Q(**{f"{self.parameter}_id": person.pk})) if person else ("nobody", NOTHING)

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        if not can_for_others(member, self.sees_all):
            return {}
        people = sorted(Membership.objects.filter(account_id=member.account_id).select_related("user"), key=str)
        named = [(str(person.public_id), person.choice_label) for person in people]
        choices = [("", "Anybody"), ("me", "Me"), ("nobody", "Nobody"), *named]
        return {self.parameter: forms.ChoiceField(label=self.label, required=False, choices=choices)}


class Tagged(Filter):
    """By one of the firm's words; offered are those that such a record has (hours have tags, too)."""

    def __init__(self, parameter: str, label: str, link: type[AccountModel]) -> None:
        super().__init__(parameter, label)
        self.link = link  # the table between tags and these records

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        return tagged(text)

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        in_use = Tag.objects.filter(Exists(self.link._default_manager.filter(tag=OuterRef("pk"))))
        names = in_use.order_by("name_key").values_list("name", flat=True)[:500]
        choices = [("", "Any or none"), *((name, name) for name in names)]
        return {self.parameter: forms.ChoiceField(label=self.label, required=False, choices=choices)}


def tagged(text: str) -> tuple[str, Q]:
    """The tag in any spelling, as it is written, and what has it."""
    found = Tag.objects.filter(name_key=fold(text)).first()
    return (found.name, Q(tags__tag_id=found.pk)) if found else (text[:60], NOTHING)


class OfCompany(Filter):
    """By its id, as links have it, or by how its name starts, as people type it."""

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        if public_id := id_in(text):
            company = Company.objects.visible_to(member).filter(public_id=public_id).first()
            return (company.name, Q(company_id=company.pk)) if company else ("unknown", NOTHING)
        return text, begins("company__name_key", fold(text))

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        widget = forms.TextInput(attrs={"placeholder": "The start of its name", "autocomplete": "off"})
        return {self.parameter: forms.CharField(label=self.label, required=False, max_length=200, widget=widget)}


class Days(Filter):
    """From a day, to a day, or both: of a moment or a date. ``condition`` may say it otherwise than by a column."""

    def __init__(
        self, parameter: str, label: str, column: str = "", condition: Callable[[str, date], Q] | None = None
    ) -> None:
        super().__init__(parameter, label)
        self.column, self.condition = column, condition or self._of_moment

    @property
    def parameters(self) -> tuple[str, ...]:
        return (f"{self.parameter}_from", f"{self.parameter}_to")

    def set_by(self, asked: Asked, member: Membership) -> Iterator[Set]:
        for name, word, sign in zip(self.parameters, ("from", "to"), ("gte", "lte"), strict=True):
            if text := given(asked, name):
                day = a_day(text)
                words = formats.day(day, "year") if day else text[:60]
                yield Set(Chip(f"{self.label} {word} {words}", name), self.condition(sign, day) if day else NOTHING)

    def _of_moment(self, sign: str, day: date) -> Q:
        at = datetime.combine(day, time.min if sign == "gte" else time.max, timezone.get_current_timezone())
        return Q(**{f"{self.column}__{sign}": at})

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        return {
            name: forms.DateField(
                label=f"{self.label} {word}", required=False,
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            )
            for name, word in zip(self.parameters, ("from", "to"), strict=True)
        }  # fmt: skip


class Panel(forms.Form):
    """The fields of filters, as they are set now; of many, the later ones that are not set stand behind a word."""

    FIRST = 8

    def __init__(self, filters: Iterable[Filter], asked: Asked, member: Membership) -> None:
        filters = list(filters)
        super().__init__(initial={name: asked.get(name, "") for one in filters for name in one.parameters})
        for one in filters:
            self.fields.update(one.fields(member))
        later = [name for name in [*self.fields][self.FIRST :] if not self.initial.get(name)]
        self.usual = [self[name] for name in self.fields if name not in later]
        self.further = [self[name] for name in later]


def a_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1900, 1, 1) <= day <= date(2199, 12, 31) else None
