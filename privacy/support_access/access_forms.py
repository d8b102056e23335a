"""What staff ask to see, what a firm allows, and what a member shows by asking for help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.models import User
from privacy.support_access import kinds
from privacy.support_access.attaching import WithFiles
from privacy.support_access.forms import LONGEST, AccountField
from privacy.support_access.kinds import Named
from privacy.support_access.models import Grant, Look, Review, SupportSettings, Ticket
from privacy.support_access.models.looks import MINUTES, MOST_MINUTES, MOST_RECORDS

LENGTHS = [(15, "15 minutes"), (30, "30 minutes"), (60, "1 hour"), (240, "4 hours"), (MOST_MINUTES, "24 hours")]
NAME_THEM = "One a line, as the firm’s pages quote them: contact 3f2a91c0-5b1e-4a7d-9c66-0f8d2b7e4a11"


def _choose(label: str, choices: Sequence[tuple[str, str]], *, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def fields_in_words(records: Sequence[Named]) -> list[tuple[str, str]]:
    """The masked fields of these records, as a list to tick."""
    return [(field.key, f"{field.label} ({noun})") for noun, field in kinds.maskable(records)]


class NamedRecordsField(forms.CharField):
    """Records by kind and id. Whether they exist is not asked: the answer would tell."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "class": "mono"})
        super().__init__(label="Records", max_length=4000, widget=widget, help_text=NAME_THEM, **kwargs)

    def clean(self, value: Any) -> list[Named]:
        found = kinds.read(super().clean(value))
        if not found:
            raise ValidationError("Name at least one record by its kind and id.")
        if len(found) > MOST_RECORDS:
            raise ValidationError(f"At most {MOST_RECORDS} records at a time.")
        return found


class AskForm(forms.Form):
    """Which records staff want to see, what of them in full, for how long and why."""

    records = NamedRecordsField()
    reason = forms.CharField(label="Why", max_length=300, help_text="The firm reads it before it decides.")
    minutes = forms.TypedChoiceField(label="For how long", choices=LENGTHS, coerce=int, initial=MINUTES)

    def __init__(self, data: Any, *, ticket: Ticket, said: str) -> None:
        in_ticket = kinds.read(said)
        super().__init__(data, initial={"records": "\n".join(f"{each.noun} {each.public_id}" for each in in_ticket)})
        shown = kinds.read(data.get("records", "")) if data else in_ticket
        self.fields["unmasked"] = _choose(
            "In full, not masked", fields_in_words(shown), help_text="Only what the request can’t be solved without."
        )


class AllowForm(forms.Form):
    """The firm's yes: which of the records, which fields in full, for how long."""

    minutes = forms.TypedChoiceField(label="For how long", choices=LENGTHS, coerce=int, initial=MINUTES)

    def __init__(self, data: Any, *, grant: Grant, names: dict[Named, str]) -> None:
        super().__init__(data, initial={"records": grant.records, "unmasked": [], "minutes": grant.minutes})
        records = [Named.of(key) for key in grant.records]
        self.fields["records"] = _choose("Records", [(each.key, names[each]) for each in records])
        self.fields["records"].required = True
        self.fields["unmasked"] = _choose(
            "Show in full",
            [choice for choice in fields_in_words(records) if choice[0] in grant.unmasked],
            help_text="The rest stays masked: names as initials, e-mail and phone in part, texts and money hidden.",
        )
        self.fields["minutes"].choices = [each for each in LENGTHS if each[0] <= grant.minutes] or [  # type: ignore[attr-defined]
            (grant.minutes, f"{grant.minutes} minutes")
        ]


class HelpForm(WithFiles):
    """Help with one record: what is wrong, and what of it support may see in full."""

    subject = forms.CharField(label="In a few words", max_length=120)
    text = forms.CharField(
        label="What is wrong?",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="No names and no values: the record is attached by its id.",
    )

    field_order = ("subject", "text", "attached")

    def __init__(self, data: Any, files: Any, *, record: Named) -> None:
        super().__init__(data, files)
        self.fields["unmasked"] = _choose(
            "Support may see in full",
            [(key, words.rpartition(" (")[0]) for key, words in fields_in_words([record])],
            help_text="The rest is masked: names as initials, e-mail and phone in part, texts and money hidden.",
        )


class PolicyForm(forms.Form):
    """What becomes of wishes to look."""

    policy = forms.ChoiceField(label="Rule", choices=SupportSettings.Policy.choices, widget=forms.RadioSelect)

    def clean_policy(self) -> SupportSettings.Policy:
        return SupportSettings.Policy(self.cleaned_data["policy"])


class LooksFilter(forms.Form):
    """Which looks are shown, in the list and in the file."""

    who = forms.ChoiceField(label="Who", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput({"type": "date"}))
    kind = forms.ChoiceField(label="What", required=False)
    record = forms.CharField(required=False, max_length=90, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, every: QuerySet[Look]) -> None:
        super().__init__(data)
        self.every = every
        people = User.objects.filter(pk__in=every.order_by().values("staff_id")).order_by("first_name", "pk")
        seen = {look.partition("/")[0] for look in every.order_by().values_list("record", flat=True).distinct()}
        nouns = sorted((kinds.Named(kind, UUID(int=0)).noun, kind) for kind in seen)
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", "Anybody"), *((str(each.public_id), each.get_short_name()) for each in people)
        ]  # fmt: skip
        self.fields["kind"].choices = [("", "Any record"), *((kind, noun.capitalize()) for noun, kind in nouns)]  # type: ignore[attr-defined]

    def narrowed(self) -> QuerySet[Look]:
        """What fits all that was chosen; a field that says nonsense narrows nothing."""
        self.full_clean()
        given, found = self.cleaned_data, self.every
        if given.get("who"):
            found = found.filter(staff__public_id=given["who"])
        if given.get("since"):
            found = found.filter(opened_at__date__gte=given["since"])
        if given.get("until"):
            found = found.filter(opened_at__date__lte=given["until"])
        if given.get("kind"):
            found = found.filter(record__startswith=f"{given['kind']}/")
        return found.filter(record__endswith=given["record"]) if given.get("record") else found

    @property
    def asked(self) -> dict[str, str]:
        """What was chosen, for addresses."""
        return {name: self.data.get(name, "") for name in self.fields}


class EmergencyForm(forms.Form):
    """An access without asking first, for the coded reasons alone."""

    account = AccountField()
    code = forms.ChoiceField(label="Why", choices=Grant.Code.choices)
    reason = forms.CharField(label="In a sentence", max_length=300, help_text="The firm reads it.")
    records = NamedRecordsField()


class ReviewForm(forms.Form):
    """What a second person found."""

    verdict = forms.ChoiceField(
        label="Was it as it should be?", choices=Review.Verdict.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("verdict") == Review.Verdict.FLAGGED and not given.get("note"):
            self.add_error("note", "Say what is not as it should be.")
        return given


class SuggestionForm(forms.Form):
    """A new value for one field that was shown."""

    field = forms.ChoiceField(label="Field")
    value = forms.CharField(label="New value", max_length=2000, required=False)
    why = forms.CharField(label="Why", max_length=300)

    def __init__(self, data: Any, *, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["field"].choices = fields  # type: ignore[attr-defined]
