"""Erasing for programs: the same previews as on the pages, of a contact, a member, oneself and the account; and the
erasing of a contact or a former member, for a key that was made for it.
"""

from __future__ import annotations

from dataclasses import replace
from secrets import compare_digest
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path, reverse

from accounts.api.body import read_body
from accounts.api.fields import ID, Schema
from accounts.api.operations import Endpoint, Operation
from accounts.api.problems import Problem
from accounts.api.resource import Resource, answer
from accounts.api.values import EXAMPLE_ID
from accounts.models import Account, Membership
from accounts.people.members import may_manage
from crm.models import Contact
from privacy.deletion import ledger, persons, preview
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons import users
from privacy.deletion.persons.preview import DELETED, FATES, Preview, mark_of

ERASING = "admin:erase"
PREVIEWED = "previewed"
EXAMPLE_SEEN = "5f2a8c1e0b7d4f6390a1c2e3d4f5a6b7c8d9e0f1"
READ_AGAIN = "Something about them has changed since that preview. Read it once more."
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
NUMBER: Schema = {"type": "integer", "minimum": 0}
LINE = {
    "table": "crm_note", "words": "Notes", "fate": DELETED, "rows": 3, "fields": [], "reason": "", "why": "",
    "review_on": "",
}  # fmt: skip
MENTION = {"name": f"crm.company {EXAMPLE_ID} note", "what": "Company, note", "text": "Ask Maren.", "is_sure": True}


def _object(properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_LINE = _object(
    {
        "table": TEXT,
        "words": TEXT,
        "fate": {"type": "string", "enum": list(FATES)},
        "rows": NUMBER,
        "fields": TEXTS,
        "reason": TEXT,
        "why": TEXT,
        "review_on": TEXT,
    }
)
_MENTION = _object({"name": TEXT, "what": TEXT, "text": TEXT, "is_sure": {"type": "boolean"}})


REASONS = [each for each in PersonErasure.Ground.values if each != PersonErasure.Ground.AGAIN]
_ORDER: Schema = _object(
    {
        "reason": {"type": "string", "enum": REASONS, "description": "Why, as the GDPR says it."},
        "seen": {"type": "string", "minLength": 1, "maxLength": 60, "description": "From the preview that was read."},
    }
) | {"examples": [{"reason": "asked", "seen": EXAMPLE_SEEN}]}


class _Previewed(Resource):
    """What would become of somebody's data, row by row. Nothing is changed by asking."""

    scope, is_versioned, works_read_only = "privacy", False, True
    fields = (ID,)
    orders: ClassVar[dict[str, tuple[str, ...]]] = {}
    examples: ClassVar[dict[str, Any]] = {
        "answer": {
            "id": EXAMPLE_ID, "state": PREVIEWED, "lines": [LINE], "mentions": [MENTION], "hindrances": [],
            "others": [], "seen": EXAMPLE_SEEN, "certificate": None,
        }
    }  # fmt: skip

    def schemas(self) -> dict[str, Schema]:
        said: dict[str, Schema] = {
            "id": {"type": "string", "format": "uuid"},
            "state": {"type": "string", "enum": [PREVIEWED, *PersonErasure.State.values]},
            "lines": {"type": "array", "items": _LINE},
            "mentions": {"type": "array", "items": _MENTION},
            "hindrances": TEXTS,
            "others": TEXTS,
            "seen": TEXT,
            "certificate": {"type": ["string", "null"], "format": "uri"},
        }
        name = self.one.title().replace("_", "")
        sent = {f"{name}Erase": _ORDER} if "erase" in self.may else {}
        return {name: _object(said), **sent}

    def shown(self, public_id: UUID, seen: Preview) -> HttpResponse:
        mentions = [
            {"name": each.name, "what": each.what, "text": each.words, "is_sure": each.is_sure}
            for each in seen.mentions
        ]
        return answer(
            {
                "id": public_id,
                "state": PREVIEWED,
                "lines": [line.as_json() for line in seen.lines],
                "mentions": mentions,
                "hindrances": list(seen.hindrances),
                "others": list(seen.others),
                "seen": mark_of(seen),
                "certificate": None,
            }
        )


class _Erasure(_Previewed):
    """The preview of one person, and the erasing itself: only as it was previewed, and only where nobody has to read
    texts about others first.
    """

    may: ClassVar[dict[str, str]] = {"read": "person.erase", "erase": "person.erase"}
    sent: ClassVar[dict[str, Schema]] = {"erase": _ORDER}
    kind: ClassVar[PersonErasure.Kind]
    page: ClassVar[str]

    def operation(self, verb: str) -> Operation:
        found = super().operation(verb)
        return replace(found, scope=ERASING) if verb == "erase" else found

    def read(self, request: Any, public_id: UUID) -> HttpResponse:
        if done := self._done(request, public_id):
            return _told(public_id, done)
        return self.shown(public_id, persons.preview(self._person(request, public_id)))

    def erase(self, request: Any, public_id: UUID) -> HttpResponse:
        """What was previewed, once: asked for again it says what was done."""
        if done := self._done(request, public_id):
            return _told(public_id, done)
        person, order = self._person(request, public_id), _order_in(read_body(request))
        seen = persons.preview(person)
        if not compare_digest(order["seen"].encode(), mark_of(seen).encode()):
            raise Problem("invalid", errors={"seen": [READ_AGAIN]})
        if seen.hindrances:
            raise Problem("in-the-way", " ".join(seen.hindrances))
        if seen.mentions:
            page = reverse(self.page, args=[request.account.slug, public_id])
            raise Problem("to-be-read", f"{to_be_read(len(seen.mentions))} {settings.SITE_URL}{page}")
        try:
            erasure = persons.erase(person, asked_by=request.membership, reason=order["reason"], blanked=[])
        except persons.Refused as refusal:
            raise Problem("in-the-way", str(refusal)) from None
        return _told(public_id, erasure)

    def _person(self, request: Any, public_id: UUID) -> Any:
        person = self.visible(request.membership).filter(public_id=public_id).first()
        if person is None:
            raise Http404
        return person

    def _done(self, request: Any, public_id: UUID) -> PersonErasure | None:
        """The erasing of the one who had this id here."""
        known = PersonErasure.objects.filter(account_id=request.account.pk, kind=self.kind)
        return known.filter(digest__in=ledger.digests_of(self.kind, public_id)).order_by("-pk").first()


def _order_in(body: dict[str, Any]) -> dict[str, str]:
    wrong = {name: ["There is no such field."] for name in body.keys() - {"reason", "seen"}}
    if body.get("reason") not in REASONS:
        wrong["reason"] = [f"Say one of {', '.join(REASONS)}."]
    if not isinstance(body.get("seen"), str):
        wrong["seen"] = ["Read the preview first, and send its “seen” back."]
    if wrong:
        raise Problem("invalid", errors=wrong)
    return body


def _told(public_id: UUID, erasure: PersonErasure) -> HttpResponse:
    """What was done, by the id that the person had here."""
    return answer(
        {
            "id": public_id,
            "state": erasure.state,
            "lines": erasure.lines,
            "mentions": [],
            "hindrances": [],
            "others": [],
            "seen": "",
            "certificate": settings.SITE_URL + reverse("person_certificate", args=[erasure.public_id]),
        }
    )


def to_be_read(number: int) -> str:
    """Why a program can't erase them: somebody has to look."""
    texts = "1 text is" if number == 1 else f"{number:,} texts are"
    return f"{texts} about something else and may name them. Somebody reads that and erases them on the page:"


class ContactErasures(_Erasure):
    """``/contact-erasures/<contact>/``"""

    name, one, model = "contact-erasures", "contact_erasure", Contact
    kind, page = PersonErasure.Kind.CONTACT, "deletion:contact_erase"
    about = (
        "What would become of a contact’s data: per table what is deleted, blanked or kept and why, which texts about "
        "others name them, and what is in the way. The id is the contact’s. `erase` does what the preview said, for a "
        "key with the scope `admin:erase`; where texts about others may name them, somebody reads those on the page."
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        found: QuerySet[Any] = Contact.objects.visible_to(member)
        return found


class MemberErasures(_Erasure):
    """``/member-erasures/<member>/``"""

    name, one, model = "member-erasures", "member_erasure", Membership
    kind, page = PersonErasure.Kind.MEMBER, "deletion:member_erase"
    about = (
        "The same of a member who has left: hours stay for the books, without name and notes. The id is the member’s."
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Membership.objects.filter(account_id=member.account_id).select_related("user", "account")

    def _person(self, request: Any, public_id: UUID) -> Any:
        person = super()._person(request, public_id)
        if person.role == Membership.Role.OWNER and not may_manage(request.membership, person):
            raise Http404
        return person


class MyErasure(_Previewed):
    """``/my-erasure/``"""

    name, one, model = "my-erasure", "my_erasure", Membership
    about = (
        "What would become in this account of the member whose key it is, if they erased themselves from every account "
        "and lost their sign-in. They do that on a page, where other accounts and the sign-in itself are told, too."
    )
    may: ClassVar[dict[str, str]] = {"read": "profile.edit"}

    def path(self, verb: str) -> str:
        return f"/{self.name}/"

    def urls(self) -> list[URLPattern]:
        return [path(f"{self.name}/", Endpoint({"GET": self.operation("read")}), name=self.one)]

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        seen = users.of_account_holder_here(request.membership)
        page = f"{settings.SITE_URL}{reverse('erase_me')}"
        others = (*seen.others, f"Your sign-in, and what other firms keep of you, is told where you erase it: {page}")
        return self.shown(request.membership.public_id, replace(seen, others=others))


class AccountErasure(Resource):
    """``/account-erasure/``"""

    name, one, model = "account-erasure", "account_erasure", Account
    about = "What would be erased with the account as it stands now, table by table, what stays, and who is concerned."
    scope, is_versioned, works_read_only = "privacy", False, True
    may: ClassVar[dict[str, str]] = {"read": "account.close"}
    fields = (ID,)
    orders: ClassVar[dict[str, tuple[str, ...]]] = {}
    examples: ClassVar[dict[str, Any]] = {
        "answer": {
            "rows": {"crm_note": 3}, "kept": [{"table": "audit_event", "rows": 12, "why": "The log stays provable."}],
            "people_go": 2, "people_stay": 1, "files": 4, "bytes": 2048,
        }
    }  # fmt: skip

    def path(self, verb: str) -> str:
        return f"/{self.name}/"

    def urls(self) -> list[URLPattern]:
        return [path(f"{self.name}/", Endpoint({"GET": self.operation("read")}), name=self.one)]

    def schemas(self) -> dict[str, Schema]:
        kept = _object({"table": TEXT, "rows": NUMBER, "why": TEXT})
        said: dict[str, Schema] = {
            "rows": {"type": "object", "additionalProperties": NUMBER},
            "kept": {"type": "array", "items": kept},
            **dict.fromkeys(("people_go", "people_stay", "files", "bytes"), NUMBER),
        }
        return {"AccountErasure": _object(said)}

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        seen = preview.of_account(request.account)
        kept = [{"table": line.table, "rows": line.rows, "why": why} for line, why in seen.stays()]
        counts = {name: getattr(seen, name) for name in ("people_go", "people_stay", "files", "bytes")}
        return answer({"rows": seen.rows, "kept": kept, **counts})


RESOURCES = (ContactErasures(), MemberErasures(), MyErasure(), AccountErasure())
