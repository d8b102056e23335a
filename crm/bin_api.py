"""The bin for programs: ``?binned=true`` lists what lies in it, ``POST …/<id>/restore/`` takes one out."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse

from accounts.api import lists
from accounts.api.resource import Resource, check_version
from accounts.models import Membership
from accounts.permissions import within_reach
from crm import actions
from crm.restricted import refuse_change

BINNED = lists.by_flag("binned", "What lies in the bin, or what does not; what does not if not said.", lambda _: Q())


class BinnedResource(Resource):
    """A resource whose deleted records lie in the bin for a while. Who may delete them may look there."""

    put_back: ClassVar[Any] = staticmethod(actions.restore)

    def listed(self, member: Membership, asked: lists.Asked) -> QuerySet[Any]:
        is_binned = any(filter_ is BINNED and value for filter_, value in asked.filters)
        return self.in_bin(member) if is_binned else super().listed(member, asked)

    def in_bin(self, member: Membership) -> QuerySet[Any]:
        rows: Any = self.model._default_manager
        return within_reach(rows.in_bin(), member, self.may["delete"])

    def restore(self, request: Any, public_id: UUID) -> HttpResponse:
        """Take it out of the bin; what is out of it already stays as it is."""
        record = self.in_bin(request.membership).filter(public_id=public_id).first()
        if record is None:
            return self.read(request, public_id)
        check_version(request, record.version)
        refuse_change(record)
        type(self).put_back(record)
        return self.read(request, public_id)
