"""Sample companies and contacts: how they go, without anything that is the firm's own.

What was made as a sample stays one, also when somebody changed it. A company that own records hang on stays and
becomes the firm's own.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from crm.models import Company, Contact, SearchToken


def kept_companies(needed: Collection[int] = ()) -> list[Company]:
    """The sample companies that own contacts are at, or that are ``needed`` by what stands above."""
    with_own_people = Contact.objects.own().filter(company__is_sample=True).values("company_id")
    kept = Company.objects.filter(Q(pk__in=with_own_people) | Q(pk__in=needed), is_sample=True)
    return list(kept.order_by("name_key", "id"))


def count() -> int:
    """How many sample records there are."""
    return Company.objects.filter(is_sample=True).count() + Contact.objects.filter(is_sample=True).count()


@transaction.atomic
def remove(needed: Collection[int]) -> int:
    """Remove the samples that nothing own hangs on; returns how many."""
    kept = [company.pk for company in kept_companies(needed)]
    Company.objects.filter(pk__in=kept).update(is_sample=False)
    return _delete(Contact) + _delete(Company)


def _delete(model: Any) -> int:
    rows = model.objects.filter(is_sample=True)
    numbers = list(rows.values_list("pk", flat=True))
    SearchToken.objects.filter(kind=model._meta.model_name, record_id__in=numbers).delete()
    deleted: int = rows.delete()[0]
    return deleted
