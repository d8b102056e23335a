"""What the requests are about: real rows of the large firm, seen as one of its members sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from accounts.actions import create_api_key
from accounts.models import Membership
from crm.listing.kinds import CONTACTS
from crm.models import Contact
from lib.keyset import SIZE, page
from tenancy.context import Actor, activate
from timetracking.models import Task, work_value

MEMBER = 5
OWNER = 1
SOME = 1_500
SCOPES = ["crm:read", "crm:write", "time:read", "time:write"]
DEEP_PAGE = 1_800
SATURDAYS = [day for day in (date(2026, 1, 3) + timedelta(weeks=n) for n in range(50)) if day.weekday() == 5]


@dataclass(frozen=True)
class Scene:
    """Everything is asked with a running number, so that no two requests are the same work."""

    membership: Membership

    def contact(self, number: int) -> Contact:
        return self._contacts[number * 37 % len(self._contacts)]

    @cached_property
    def _contacts(self) -> list[Contact]:
        with self.inside():
            live = Contact.objects.live().select_related("company", "owner")
            every = max(1, live.count() // SOME)
            return list(islice(live.order_by("id").iterator(), 0, None, every))[:SOME]

    @cached_property
    def deep_cursors(self) -> dict[str, str]:
        """Where page 1,800 of the contacts begins, or a smaller list is nearly over: on the page, in the API."""
        order, named = CONTACTS.by_name.order, {"page": "", "API": f"{self.membership.account_id} contacts name"}
        with self.inside():
            live = Contact.objects.live()
            place = min(DEEP_PAGE * SIZE, live.count() - 2 * SIZE)
            rest = live.filter(name_key__gte=live.order_by(*order)[place].name_key)
            return {where: page(rest, order=order, size=1, only_for=name).next or "" for where, name in named.items()}

    @cached_property
    def as_program(self) -> dict[str, str]:
        """What a program with a key sends along."""
        return self._program_of(self.membership)

    @cached_property
    def as_owners_program(self) -> dict[str, str]:
        """The same of the owner's, who sees everybody's hours."""
        return self._program_of(Membership.objects.select_related("account", "user").get(pk=OWNER))

    def _program_of(self, member: Membership) -> dict[str, str]:
        with self.inside():
            _, key = create_api_key(member, name="Bench", scopes=SCOPES, days=1)
        return {"Authorization": f"Bearer {key}"}

    def empty_cell(self, number: int) -> dict[str, Any]:
        """A task on a Saturday, when nobody has worked; the week around it holds a week's work."""
        task = self._tasks[number // len(SATURDAYS) % len(self._tasks)]
        return {"work": task, "day": SATURDAYS[number % len(SATURDAYS)].isoformat()}

    @cached_property
    def _tasks(self) -> list[str]:
        with self.inside():
            return [work_value(task.project, task) for task in Task.objects.select_related("project").order_by("id")]

    def inside(self) -> Any:
        return activate(self.membership.account, actor=Actor("member", self.membership.pk, "Bench"))


def look_round() -> Scene:
    """The scene as an ordinary member of the large firm sees it."""
    return Scene(Membership.objects.select_related("account", "user").get(pk=MEMBER + 1))
