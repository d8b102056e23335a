"""Sample companies, contacts, deals and activities: how they go, without anything that is the firm's own.

What was made as a sample stays one, also when somebody changed it. A company that own records hang on stays and
becomes the firm's own.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from crm.fields import keys
from crm.models import About, Activity, Company, Contact, Deal, Record, SearchToken


def kept_contacts() -> QuerySet[Contact]:
    """The sample contacts that own activities, notes and mails are about."""
    return Contact.objects.filter(_named_by_own("contact"), is_sample=True)


def kept_deals() -> QuerySet[Deal]:
    """The sample deals that own activities, notes and mails are about."""
    return Deal.objects.filter(_named_by_own("deal"), is_sample=True)


def _named_by_own(noun: str) -> Q:
    """The condition that something of the firm's own is about a record."""
    condition = Q(pk__in=[])
    for model in About.__subclasses__():
        rows: Any = model._default_manager.filter(**{f"{noun}__isnull": False})
        own = rows.filter(is_sample=False) if hasattr(model, "is_sample") else rows
        condition |= Q(pk__in=own.values(f"{noun}_id"))
    return condition


def kept_companies(needed: Collection[int] = ()) -> list[Company]:
    """The sample companies that own contacts, deals and the like name, or that are ``needed`` by what stands above."""
    people = Contact.objects.filter(Q(is_sample=False) | Q(pk__in=kept_contacts().values("pk")))
    at_them = Q(pk__in=people.filter(company__is_sample=True).values("company_id"))
    deals = Deal.objects.filter(Q(is_sample=False) | Q(pk__in=kept_deals().values("pk")))
    at_them |= Q(pk__in=deals.filter(company__is_sample=True).values("company_id"))
    kept = Company.objects.filter(at_them | Q(pk__in=needed) | _named_by_own("company"), is_sample=True)
    return list(kept.order_by("name_key", "id"))


def count() -> int:
    """How many sample records there are."""
    return sum(model.objects.filter(is_sample=True).count() for model in (Company, Contact, Deal, Activity))


@transaction.atomic
def remove(needed: Collection[int]) -> int:
    """Remove the samples that nothing own hangs on; returns how many."""
    kept = [company.pk for company in kept_companies(needed)]
    Company.objects.filter(pk__in=kept).update(is_sample=False)
    Contact.objects.filter(pk__in=list(kept_contacts().values_list("pk", flat=True))).update(is_sample=False)
    Deal.objects.filter(pk__in=list(kept_deals().values_list("pk", flat=True))).update(is_sample=False)
    return _delete(Activity) + _delete(Deal) + _delete(Contact) + _delete(Company)


def _delete(model: Any) -> int:
    rows = model.objects.filter(is_sample=True)
    numbers = list(rows.values_list("pk", flat=True))
    SearchToken.objects.filter(kind=model._meta.model_name, record_id__in=numbers).delete()
    if issubclass(model, Record):
        keys.forget(model, numbers)
    deleted: int = rows.delete()[0]
    return deleted
