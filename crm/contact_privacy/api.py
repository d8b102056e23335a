"""A contact's rights for programs: what they said about mail, and whether they may be used."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone

from accounts.api import lists
from accounts.api.body import BodyForm, read_body
from accounts.api.fields import ID, Day, Instant, OneOf, Reference, Schema, Since, Text
from accounts.api.problems import Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID, EXAMPLE_INSTANT
from accounts.models import Membership
from accounts.permissions import can
from crm.contact_privacy import actions
from crm.contact_privacy.forms import ConsentForm, ReasonForm
from crm.models import Contact, ContactConsent, Permission

WHY: Schema = {
    "type": "object",
    "properties": {"reason": {"type": "string", "minLength": 1, "maxLength": 300, "description": "Why."}},
    "required": ["reason"],
    "additionalProperties": False,
    "examples": [{"reason": "She asked for it on the telephone."}],
}


class RestrictMixin:
    """Contacts may be stored and not used; only who may restrict one lifts that."""

    sent: ClassVar[dict[str, Schema]] = {"restrict": WHY, "lift": WHY}

    def restrict(self, request: Any, public_id: UUID) -> HttpResponse:
        """Keep it, and use it no more; a restricted one stays so, for its first reason."""
        return self._turn(request, public_id, is_restricted=True)

    def lift(self, request: Any, public_id: UUID) -> HttpResponse:
        """Use it again."""
        return self._turn(request, public_id, is_restricted=False)

    def _turn(self, request: Any, public_id: UUID, *, is_restricted: bool) -> HttpResponse:
        resource: Any = self
        contact: Contact = resource._editable(request, public_id)
        if not can(request.membership, "contact.restrict", contact):
            raise Problem("forbidden")
        reason = _reason_in(read_body(request))
        if is_restricted and not contact.is_restricted:
            actions.restrict(contact, reason=reason, by=request.membership)
        elif contact.is_restricted and not is_restricted:
            actions.lift(contact, reason=reason)
        answer: HttpResponse = resource.read(request, public_id)
        return answer


def _reason_in(body: dict[str, Any]) -> str:
    wrong = {name: ["There is no such field."] for name in body.keys() - {"reason"}}
    form = ReasonForm(body) if isinstance(body.get("reason"), str) else ReasonForm({})
    if wrong or not form.is_valid():
        raise Problem("invalid", errors={**wrong, **{name: list(map(str, form.errors[name])) for name in form.errors}})
    return str(form.cleaned_data["reason"])


class ConsentBody(BodyForm, ConsentForm):
    """What a contact said about mail. Its proof is added on the page."""


class Consents(Resource):
    """``/consents/``"""

    name, one = "consents", "consent"
    about = "What contacts said about mail, each word of theirs a line that stays; the last one counts."
    model, scope, is_versioned = ContactConsent, "crm", False
    may = {"browse": "contact.edit", "create": "contact.edit", "read": "contact.edit"}
    fields = (
        ID,
        Reference("contact", "Who said it.", EXAMPLE_ID, to="contacts", is_required=True, may_be_null=False),
        OneOf("permission", "Whether the firm may write.", "given", words=tuple(Permission.values), is_required=True),
        Day("said_on", "When; today if not said.", "2026-11-20"),
        OneOf("how", "By which way it came.", "phone", words=tuple(ContactConsent.How.values), is_required=True),
        Text("words", "The words they agreed to, or wrote.", "Yes, send me the newsletter."),
        Since("has_proof", "A file proves it.", False, column="file_id", is_read_only=True),
        Reference("by", "Who noted it.", EXAMPLE_ID, to="members", is_read_only=True),
        Instant("at", "When it was noted.", EXAMPLE_INSTANT, is_read_only=True),
    )
    orders = {"-at": ("-at", "-id"), "at": ("at", "id")}
    filters = (lists.by_reference("contact", lambda member: Contact.objects.live().visible_to(member), "Of this one."),)

    def visible(self, member: Membership) -> QuerySet[Any]:
        return ContactConsent.objects.filter(contact__in=Contact.objects.live().visible_to(member).values("pk"))

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        member, public_id = request.membership, given.pop("contact")
        contact = Contact.objects.live().visible_to(member).filter(public_id=public_id).first()
        if contact is None:
            raise Problem("invalid", errors={"contact": ["There is no such contact."]})
        said = {"said_on": timezone.localdate(), **given}
        return ConsentBody(said, instance=ContactConsent(contact=contact), member=member)


RESOURCES = (Consents(),)
