"""Admin, Fields: what contacts, companies and deals have beside what every firm's have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.history import history_of
from accounts.permissions import allow
from crm.fields import actions
from crm.fields.admin_forms import FieldForm
from crm.fields.registry import definitions, every
from crm.models import CustomField, FieldRemoval
from crm.models.field_kinds import KINDS
from crm.models.fields import NOUNS
from lib.forms import posted
from lib.htmx import asks_for_part, page_or_part

WORDS = dict(NOUNS)


@require_safe
@allow("field.manage")
def fields(request: Any) -> HttpResponse:
    """The fields of one kind of record, and those that are archived."""
    noun = _noun(request)
    archived = [(field, actions.values_of(field)) for field in every(noun) if field.is_archived]
    context = {
        "noun": noun,
        "records": WORDS[noun].lower(),
        "fields": definitions(noun),
        "archived": archived,
        "tabs": [_tab(request, each, each == noun) for each in WORDS],
    }
    return render(request, "crm/fields/fields.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("field.manage")
def field_create(request: Any) -> HttpResponse:
    """First the kind, then the rest: nobody is asked for what their field does not have."""
    noun, kind = _noun(request), request.GET.get("kind")
    if kind not in KINDS:
        context = {"noun": noun, "record": WORDS[noun].lower(), "kinds": KINDS.values()}
        return render(request, "crm/fields/kinds.html", context, status=422 if request.method == "POST" else 200)
    currency = request.account.currency if kind == "money" else ""
    field = CustomField(noun=noun, kind=kind, currency=currency, is_personal=noun == "contact")
    form = FieldForm(posted(request), instance=field)
    if form.is_valid():
        try:
            form.save()
        except actions.TooMany:
            form.add_error(None, f"{WORDS[noun]} have {actions.MOST_FIELDS} fields, which is as many as they may have.")
        else:
            messages.success(request, f"{WORDS[noun]} have the field “{field}” now.")
            return _to_list(request, noun)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("field.manage")
def field(request: Any, public_id: UUID) -> HttpResponse:
    """One field: its name, its choices, what happened to it."""
    found = get_object_or_404(CustomField, public_id=public_id)
    form = FieldForm(posted(request), instance=found)
    if form.is_valid():
        form.save()
        messages.success(request, f"Saved. “{found}” is as you left it.")
        return _to_list(request, found.noun)
    return _form_page(request, form, history=history_of(found, request.membership, request.GET.get("older")))


@require_POST
@allow("field.manage")
def field_move(request: Any, public_id: UUID) -> HttpResponse:
    """One place up, or with ``down`` one down."""
    found = get_object_or_404(CustomField.objects.live(), public_id=public_id)
    actions.move(found, 1 if "down" in request.POST else -1)
    return _to_list(request, found.noun, f"#field-{found.public_id}")


@require_POST
@allow("field.manage")
def field_archive(request: Any, public_id: UUID) -> HttpResponse:
    """Out of sight, with all its values."""
    found = get_object_or_404(CustomField.objects.live(), public_id=public_id)
    actions.archive(found)
    undo = reverse("fields:field_restore", args=[request.account.slug, public_id])
    messages.success(request, f"“{found}” is archived. Its values are kept.", extra_tags=undo)
    return _to_list(request, found.noun)


@require_POST
@allow("field.manage")
def field_restore(request: Any, public_id: UUID) -> HttpResponse:
    """Back in its place, with the values that records had."""
    found = get_object_or_404(CustomField, public_id=public_id)
    try:
        actions.restore(found)
    except actions.InUse:
        messages.warning(request, f"“{found}” is being deleted.")
    else:
        messages.success(request, f"“{found}” is back, with its values.")
    return _to_list(request, found.noun)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("field.manage")
def field_delete(request: Any, public_id: UUID) -> HttpResponse:
    """For good, after saying how many values go."""
    found = CustomField.objects.filter(public_id=public_id, archived_at__isnull=False).first()
    if found is None and asks_for_part(request):  # a worker is done with it
        return HttpResponseClientRedirect(reverse("fields:fields", args=[request.account.slug]))
    if found is None:
        raise Http404
    if request.method == "POST":
        values = actions.values_of(found)
        if actions.remove(found, by=request.membership):
            return redirect(request.path)
        messages.success(request, f"“{found}” is deleted, with {values} value{'' if values == 1 else 's'}.")
        return _to_list(request, found.noun)
    context = {"field": found, "values": actions.values_of(found), "records": WORDS[found.noun].lower()}
    context |= {"job": FieldRemoval.objects.filter(field=found).first(), "back": _list_url(request, found.noun)}
    return page_or_part(request, "crm/fields/field_delete.html", "state", context)


def _form_page(request: Any, form: FieldForm, **more: Any) -> HttpResponse:
    found = form.instance
    context = {"form": form, "field": found, "kind": KINDS[found.kind], "back": _list_url(request, found.noun), **more}
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(
        request, "crm/fields/field_form.html", {**context, "records": WORDS[found.noun].lower()}, status=status
    )


def _noun(request: Any) -> str:
    asked = request.GET.get("of", "")
    return asked if asked in WORDS else "contact"


def _tab(request: Any, noun: str, is_current: bool) -> dict[str, Any]:
    count = len(definitions(noun)) or None
    return {"label": WORDS[noun], "url": _list_url(request, noun), "is_current": is_current, "count": count}


def _list_url(request: Any, noun: str) -> str:
    return reverse("fields:fields", args=[request.account.slug], query={"of": noun})


def _to_list(request: Any, noun: str, place: str = "") -> HttpResponse:
    return redirect(_list_url(request, noun) + place)
