"""The kinds that a firm sorts by, for programs: whoever enters something chooses of them, admins write them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from accounts.api import lists
from accounts.api.fields import Switch
from accounts.api.resource import Resource
from accounts.models import Membership
from timetracking.kinds import actions
from timetracking.kinds.forms import KindForm

IS_ARCHIVED = Switch("is_archived", "Whether it is chosen no more; what has it keeps it.", False, column="archived_at")


class Kinds(Resource):
    """Kinds of something; ``body`` is the form that makes one of a body."""

    scope = "time"
    body: ClassVar[type[KindForm]]
    orders = {"name": ("name", "id"), "-name": ("-name", "-id")}
    filters = (lists.by_flag("archived", "Archived, or to choose from.", lambda flag: Q(archived_at__isnull=not flag)),)

    def visible(self, member: Membership) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        archived = given.pop("is_archived", None)
        form = self.body(given, instance=record or self.model())
        form.archived = archived  # type: ignore[attr-defined]
        return form

    def store(self, form: Any, request: Any) -> actions.Kind:
        kind: actions.Kind = form.save()
        if form.archived is not None:
            actions.set_archived(kind, form.archived)
        return kind
