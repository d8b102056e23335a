"""The address of a record that became part of another leads there, as long as the merge stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from crm.merging.queries import became
from crm.models.records import Mergeable


def leads_on(model: type[Mergeable]) -> Callable[[Any], Any]:
    """Decorate the page of a record. Not for good (301): browsers would still go on when the merge was undone."""

    def decorate(view: Any) -> Any:
        @wraps(view)
        def guarded(request: Any, public_id: Any) -> HttpResponse:
            try:
                return view(request, public_id)
            except Http404:
                survivor = became(model, public_id, request.membership)
                if survivor is None:
                    raise
                return redirect(
                    reverse(f"crm:{model._meta.model_name}", args=[request.account.slug, survivor.public_id])
                )

        return guarded

    return decorate
