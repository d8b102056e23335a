"""Admin, Time: a page of kinds, the page of one, and its archive. Each room says who may come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from lib.forms import posted
from timetracking.admin_tabs import tabs
from timetracking.kinds import actions
from timetracking.kinds.forms import KindForm


@dataclass(frozen=True)
class Kinds:
    """The kinds of one room: their form, and where they stand."""

    form: type[KindForm]
    template: str  # of the page that lists them
    fields: str  # the template of the form's fields
    listed_at: str  # URL names
    found_at: str

    @property
    def archive_at(self) -> str:
        return f"{self.found_at}_archive"

    def page(self, request: Any) -> HttpResponse:
        """All of them; posted is a new one."""
        form = self.form(posted(request))
        if form.is_valid():
            form.save()
            messages.success(request, f"{form.instance} can be chosen from now on.")
            return redirect(self.listed_at, request.account.slug)
        context = {"room": self, "kinds": self._all(), "form": form, "tabs": tabs(request)}
        return render(request, self.template, context, status=422 if form.is_bound else 200)

    def page_of(self, request: Any, public_id: UUID) -> HttpResponse:
        """One of them, to be changed."""
        kind = get_object_or_404(self._all(), public_id=public_id)
        form = self.form(posted(request), instance=kind)
        if form.is_valid():
            form.save()
            messages.success(request, "Saved.")
            return redirect(self.listed_at, request.account.slug)
        status = (409 if form.conflict else 422) if form.is_bound else 200
        context = {"room": self, "kind": kind, "form": form}
        return render(request, "timetracking/kinds/kind.html", context, status=status)

    def archive(self, request: Any, public_id: UUID) -> HttpResponse:
        """Offer one no more, or again."""
        actions.set_archived(get_object_or_404(self._all(), public_id=public_id), "restore" not in request.POST)
        return redirect(self.listed_at, request.account.slug)

    def _all(self) -> Any:
        return self.form._meta.model.objects.all()
