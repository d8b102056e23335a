"""The firm's own fields themselves for programs: whoever sees records reads them, admins write them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import CREATED, ID, UPDATED, VERSION, Field, Flag, OneOf, Schema, Switch, Text, Whole
from accounts.api.problems import WHOLE, Problem
from accounts.api.resource import Resource
from accounts.api.values import Wrong, a_text
from accounts.models import Membership
from crm.fields import actions
from crm.fields.admin_forms import CHOSEN, LONGEST_CHOICE, FieldForm
from crm.models import CustomField
from crm.models.field_kinds import KINDS
from crm.models.fields import NOUNS

NOUN_NAMES = tuple(name for name, _ in NOUNS)
A_CHOICE: Schema = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "maxLength": 60, "description": "Never changes; left out for a new one."},
        "label": {"type": "string", "minLength": 1, "maxLength": LONGEST_CHOICE},
        "is_retired": {"type": "boolean", "description": "Not offered any more; records that have it keep it."},
    },
    "required": ["label"],
    "additionalProperties": False,
}


class Choices(Field):
    """What there is to choose from, in order."""

    kind = {"type": "array", "items": A_CHOICE, "maxItems": actions.MOST_CHOICES}

    @property
    def form_names(self) -> tuple[str, ...]:
        return ("more", "choices")

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise Wrong("Write a list of objects with some of: key, label, is_retired.")
        rows = [_choice(each) for each in value[: actions.MOST_CHOICES + 1]]
        kept = [row for row in rows if row["key"]]
        typed: dict[str, Any] = {"choices-TOTAL_FORMS": len(kept), "choices-INITIAL_FORMS": len(kept)}
        for number, row in enumerate(kept):
            typed |= {f"choices-{number}-{name}": part for name, part in row.items() if part is not False}
            typed[f"choices-{number}-place"] = number + 1
        return {**typed, "more": "\n".join(row["label"] for row in rows if not row["key"])}


def _choice(given: dict[str, Any]) -> dict[str, Any]:
    label, key = a_text(given.get("label")), a_text(given.get("key", ""), 60)
    is_retired = given.get("is_retired", False)
    if given.keys() - {"key", "label", "is_retired"} or not isinstance(is_retired, bool):
        raise Wrong("A choice has key, label and is_retired, which is true or false.")
    if not label.strip() or len(label) > LONGEST_CHOICE or len(label.splitlines()) > 1:
        raise Wrong(f"The label of a choice is one line of at most {LONGEST_CHOICE} characters.")
    return {"key": key, "label": label, "is_retired": is_retired}


class DefinitionBody(BodyForm, FieldForm):
    """A field of the firm's own."""


class CustomFields(Resource):
    """``/custom-fields/``"""

    name, one = "custom-fields", "custom_field"
    about = "What the firm added to its contacts, companies and deals; their values stand there in `custom`, by key."
    model, scope = CustomField, "crm"
    may = {"browse": "contact.view", "read": "contact.view",
           **dict.fromkeys(("create", "change", "delete"), "field.manage")}  # fmt: skip
    fields = (
        ID,
        VERSION,
        OneOf("of", "Which records have it.", "contact", words=NOUN_NAMES, column="noun", is_required=True,
              is_fixed=True),
        Text("key", "What programs call it; it follows from the first name, and never changes.", "level",
             is_read_only=True),
        Text("label", "What people call it.", "Level", is_required=True),
        OneOf("kind", "What its values are.", "choice", words=tuple(KINDS), is_required=True, is_fixed=True),
        Text("hint", "Stands under the field in forms.", "By last year's turnover."),
        Choices("choices", "Of kinds `choice` and `choices`. One that is not sent stays.", [{"label": "Gold"}]),
        Text("currency", "Of kind `money`; the account's if not said.", "", is_fixed=True),
        Flag("is_required", "Who changes a record on its page fills it in.", False),
        Flag("is_personal", "About a person: theirs to see, correct and have erased.", True),
        Whole("position", "Its place among the fields.", 1, least=0, is_read_only=True),
        Switch("archived", "Out of sight, with all its values.", False, column="archived_at"),
        CREATED,
        UPDATED,
    )  # fmt: skip
    orders = {"position": ("noun", "position", "id"), "updated_at": ("updated_at", "id")}
    filters = (
        lists.by_word("of", {name: Q(noun=name) for name in NOUN_NAMES}, "Of these records."),
        lists.by_flag("archived", "Archived, or in use.", lambda flag: Q(archived_at__isnull=not flag)),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return CustomField.objects.all()

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        archived = given.pop("archived", None)
        if record is None:
            record = CustomField(noun=given.pop("of"), kind=given.pop("kind"))
            record.is_personal = record.noun == "contact"
            usual = {"currency": request.account.currency} if record.kind == "money" else {}
            given = usual | ({"more": ""} if record.kind in CHOSEN else {}) | given
        _refuse_what_is_none_of_its(record, given)
        form = DefinitionBody(given, instance=record)
        form.archived = archived
        return form

    def store(self, form: Any, request: Any) -> CustomField:
        try:
            field: CustomField = form.save()
        except actions.TooMany:
            words = f"There are {actions.MOST_FIELDS} fields, which is as many as there may be."
            raise Problem("invalid", errors={WHOLE: [words]}) from None
        if form.archived is not None and form.archived != field.is_archived:
            try:
                (actions.archive if form.archived else actions.restore)(field)
            except actions.InUse:
                raise Problem("invalid", errors={"archived": ["The field is being deleted."]}) from None
        return field

    def remove(self, record: Any, request: Any) -> None:
        if not record.is_archived:
            words = "Only an archived field can be deleted: its values go, too."
            raise Problem("invalid", errors={"archived": [words]})
        actions.remove(record, by=request.membership)


def _refuse_what_is_none_of_its(field: CustomField, given: dict[str, Any]) -> None:
    """A field of another kind has no choices and no currency; a choice that there is not can't be renamed."""
    known = {choice["key"] for choice in field.choices}
    keys = {value for name, value in given.items() if name.startswith("choices-") and name.endswith("-key")}
    if field.kind not in CHOSEN and "more" in given:
        raise Problem("invalid", errors={"choices": ["A field of this kind has no choices."]})
    if field.kind != "money" and given.pop("currency", ""):
        raise Problem("invalid", errors={"currency": ["A field of this kind has no currency."]})
    if unknown := sorted(keys - known):
        raise Problem("invalid", errors={"choices": [f"There is no choice with the key “{unknown[0][:60]}”."]})


RESOURCES = (CustomFields(),)
