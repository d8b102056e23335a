"""What would be erased, for programs: the same previews as on the pages, of a contact, a member and the account."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path

from accounts.api.fields import ID, Schema
from accounts.api.operations import Endpoint
from accounts.api.resource import Resource, answer
from accounts.api.values import EXAMPLE_ID
from accounts.models import Account, Membership
from crm.models import Contact
from privacy.deletion import persons, preview
from privacy.deletion.persons.preview import DELETED, FATES

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


class _Erasure(Resource):
    """What would become of somebody's data, row by row. Nothing is changed by asking."""

    scope, is_versioned, works_read_only = "privacy", False, True
    may: ClassVar[dict[str, str]] = {"read": "person.erase"}
    fields = (ID,)
    orders: ClassVar[dict[str, tuple[str, ...]]] = {}
    examples: ClassVar[dict[str, Any]] = {
        "answer": {"id": EXAMPLE_ID, "lines": [LINE], "mentions": [MENTION], "hindrances": [], "others": []}
    }

    def schemas(self) -> dict[str, Schema]:
        said: dict[str, Schema] = {
            "id": {"type": "string", "format": "uuid"},
            "lines": {"type": "array", "items": _LINE},
            "mentions": {"type": "array", "items": _MENTION},
            "hindrances": TEXTS,
            "others": TEXTS,
        }
        return {self.one.title().replace("_", ""): _object(said)}

    def read(self, request: Any, public_id: UUID) -> HttpResponse:
        person = self.visible(request.membership).filter(public_id=public_id).first()
        if person is None:
            raise Http404
        seen = persons.preview(person)
        mentions = [
            {"name": each.name, "what": each.what, "text": each.words, "is_sure": each.is_sure}
            for each in seen.mentions
        ]
        return answer(
            {
                "id": person.public_id,
                "lines": [line.as_json() for line in seen.lines],
                "mentions": mentions,
                "hindrances": list(seen.hindrances),
                "others": list(seen.others),
            }
        )


class ContactErasures(_Erasure):
    """``/contact-erasures/<contact>/``"""

    name, one, model = "contact-erasures", "contact_erasure", Contact
    about = (
        "What would become of a contact’s data: per table what is deleted, blanked or kept and why, which texts about "
        "others name them, and what is in the way. The id is the contact’s. Erasing itself is done on the page."
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        found: QuerySet[Any] = Contact.objects.visible_to(member)
        return found


class MemberErasures(_Erasure):
    """``/member-erasures/<member>/``"""

    name, one, model = "member-erasures", "member_erasure", Membership
    about = "The same of a member: hours stay for the books, without name and notes. The id is the member’s."

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Membership.objects.filter(account_id=member.account_id).select_related("user", "account")


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


RESOURCES = (ContactErasures(), MemberErasures(), AccountErasure())
