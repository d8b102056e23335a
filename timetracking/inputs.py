"""Fields that the forms of several rooms share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Membership
from accounts.permissions import can_for_others
from crm.further import company_named
from crm.inputs import Suggestions
from crm.models import Company

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


class DayField(forms.DateField):
    """A day that time can be logged on, with room for the weeks around it."""

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not FIRST_DAY <= value <= LAST_DAY:
            raise forms.ValidationError(f"Choose a day from {FIRST_DAY.year} to {LAST_DAY.year}.")


def day_in(text: str) -> date | None:
    """A day as an address writes it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def companies_for(member: Membership, present: int | None) -> QuerySet[Company]:
    """The clients that this member may choose, and the one that stands there now."""
    seen = Company.objects.live().visible_to(member).values("pk")
    return Company.objects.filter(Q(pk__in=seen) | Q(pk=present)).order_by("name_key")


def people_for(member: Membership, action: str, present: Membership) -> QuerySet[Membership]:
    """Whom this member may name for this: those at work in the firm, or only themselves; and who stands there now."""
    here = Membership.objects.select_related("user", "account").filter(account_id=member.account_id)
    at_work = Q(removed_at=None) if can_for_others(member, action) else Q(pk=member.pk)
    return here.filter(at_work | Q(pk=present.pk))


class ClientField(forms.CharField):
    """A company by its name, proposed from the page's list as one types. Here it makes no new one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 300, "widget": Suggestions("companies"), **kwargs})

    def offer(self, member: Membership, present: Company | None) -> None:
        """Those that this member sees, and the one that stands there now."""
        self.member, self.present = member, present

    def clean(self, value: Any) -> Company | None:
        found = company_named(super().clean(value), self.member, [self.present] if self.present else ())
        if found is not None and found._state.adding:
            raise forms.ValidationError("There is no company of this name. Choose one that is proposed as you type.")
        return found
