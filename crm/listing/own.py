"""The firm's own fields in lists: as columns, filters and orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.html import format_html

from accounts.models import Membership
from crm.fields import keys
from crm.fields.registry import definitions
from crm.listing.columns import Column
from crm.listing.filters import NOTHING, Asked, Chip, Days, Filter, Set, given
from crm.models import CustomField

PREFIX, HAS = "own.", "has."
RANGES = {"number", "money"}
FEW = {"choice", "choices", "yes_no"}
GIVEN = {"yes": ("given", "is_set"), "no": ("missing", "is_empty")}


def columns(noun: str) -> list[Column]:
    return [_column(field) for field in definitions(noun)]


def filters(noun: str) -> list[Filter]:
    return [each for field in definitions(noun) for each in (_value_filter(field), Given(field))]


def gone(asked: Asked, filters: Iterable[Filter]) -> list[Filter]:
    """For each field that an address names and none of ``filters`` knows."""
    known = {name for one in filters for name in one.parameters}
    unknown = [name for name in asked if name not in known]
    return [Gone(name, "A field that is gone") for name in unknown if name.startswith((PREFIX, HAS))]


def _column(field: CustomField) -> Column:
    return Column(
        PREFIX + field.key, field.label, ("custom",),
        html=lambda row, reader: format_html("<bdi>{}</bdi>", field.show(row["custom"].get(field.key))),
        plain=lambda row: field.plain(row["custom"].get(field.key)),
        order=("own_order", "id") if field.of_kind.can_be_sorted else (),
        orders_by=lambda: {"own_order": keys.ordering(field)},
        unit=field.currency,
        classes="num hide-sm" if field.kind in RANGES else "hide-sm",
    )  # fmt: skip


def _value_filter(field: CustomField) -> Filter:
    if field.kind == "date":
        return Days(PREFIX + field.key, field.label, condition=_by_day(field))
    if field.kind in RANGES:
        return Range(field)
    return Value(field)


def _by_day(field: CustomField) -> Callable[[str, date], Q]:
    return lambda sign, day: where(field, "at_least" if sign == "gte" else "at_most", day.isoformat())


def where(field: CustomField, operator: str, text: str = "") -> Q:
    """The records that fit; none for a text that the field can't hold."""
    try:
        return keys.where(field, operator, text)
    except ValidationError:
        return NOTHING


class Value(Filter):
    """One of a few choices, or how a text begins."""

    def __init__(self, field: CustomField) -> None:
        super().__init__(PREFIX + field.key, field.label)
        self.field = field

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        return text[:60], where(self.field, "is" if self.field.kind in FEW else "starts", text)

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        if self.field.kind not in FEW:
            widget = forms.TextInput(attrs={"placeholder": "How it begins", "autocomplete": "off"})
            return {self.parameter: forms.CharField(label=self.label, required=False, max_length=200, widget=widget)}
        words = ["Yes", "No"] if self.field.kind == "yes_no" else [each["label"] for each in self.field.choices]
        choices = [("", "Any or none"), *((word, word) for word in words)]
        return {self.parameter: forms.ChoiceField(label=self.label, required=False, choices=choices)}


class Range(Filter):
    """From a number, to a number, or both."""

    signs: Mapping[str, str] = {"from": "at_least", "to": "at_most"}

    def __init__(self, field: CustomField) -> None:
        super().__init__(PREFIX + field.key, field.label)
        self.field = field

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(f"{self.parameter}_{word}" for word in self.signs)

    def set_by(self, asked: Asked, member: Membership) -> Iterator[Set]:
        for name, (word, operator) in zip(self.parameters, self.signs.items(), strict=True):
            if text := given(asked, name):
                yield Set(Chip(f"{self.label} {word} {text[:40]}", name), where(self.field, operator, text))

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        return {
            name: forms.CharField(
                label=f"{self.label} {word}", required=False, max_length=40,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
            for name, word in zip(self.parameters, self.signs, strict=True)
        }  # fmt: skip


class Gone(Filter):
    """What is asked of a field that was archived or deleted: a filter that can't be read finds nothing."""

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        return text[:60], NOTHING


class Given(Filter):
    """Whether the field says anything."""

    def __init__(self, field: CustomField) -> None:
        super().__init__(HAS + field.key, field.label)
        self.field = field

    def narrow(self, text: str, member: Membership) -> tuple[str, Q]:
        words, operator = GIVEN.get(text, (text[:60], ""))
        return words, where(self.field, operator)

    def fields(self, member: Membership) -> dict[str, forms.Field]:
        choices = [("", "Given or not"), *((value, words) for value, (words, _) in GIVEN.items())]
        return {self.parameter: forms.ChoiceField(label=f"{self.label}, given", required=False, choices=choices)}
