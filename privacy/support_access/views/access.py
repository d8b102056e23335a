"""Admin, Support access: what support may see, what it asks for, and each look it took."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import audit
from accounts import limits
from accounts.models import StoredFile
from accounts.permissions import allow, can, open_when_read_only
from accounts.reauthentication import reauthenticated
from lib.addresses import query_of
from lib.forms import posted
from lib.keyset import page
from lib.sheets import BYTE_ORDER_MARK, comma_separated
from privacy.support_access import actions, granting, kinds, suggesting
from privacy.support_access.access_forms import AllowForm, HelpForm, LooksFilter, PolicyForm
from privacy.support_access.granting import NotPossible
from privacy.support_access.kinds import Named
from privacy.support_access.models import Grant, Look, Suggestion, SupportSettings, Topic
from privacy.support_access.models.looks import ANSWERED_WITHIN
from privacy.support_access.queries import grants_of, looks_of, under_way
from privacy.support_access.views.own import files_sent

NEWEST_FIRST = ("-opened_at", "-id")
CSV_HEAD = [
    "When",
    "Who",
    "Record",
    "Fields in full",
    "Request",
    "Reason",
    "Legal basis",
    "Seconds",
    "SHA-256 of what was shown",
]


@require_safe
@allow("look.view")
def looks(request: Any) -> HttpResponse:
    """What waits for an answer, what is open now, the firm's rule, and every look, as far as it was asked for."""
    wanted = _wanted(request)
    shown = page(wanted.narrowed(), order=NEWEST_FIRST, cursor=request.GET.get("page"))
    now = under_way(request.membership)
    named = [Named.of(look.record) for look in shown.rows]
    granted = [Named.of(key) for grant in now for key in grant.records]
    names = kinds.names_for(request.membership, [*named, *granted])
    context = {
        "page": shown,
        "lines": [(look, *names[each], _in_full(look)) for look, each in zip(shown.rows, named, strict=True)],
        "wanted": wanted,
        "file_query": query_of(wanted.asked),
        "now": [(grant, [names[Named.of(key)][0] for key in grant.records]) for grant in now],
        "form": PolicyForm(None, initial={"policy": SupportSettings.current_policy()}),
        "may_decide": can(request.membership, "look.decide"),
        "may_rule": can(request.membership, "look.policy"),
        "next_url": shown.next and query_of({**wanted.asked, "page": shown.next}),
        "previous_url": shown.previous and query_of({**wanted.asked, "page": shown.previous}),
    }
    return render(request, "support/access.html", context)


@require_safe
@allow("look.view")
def looks_file(request: Any) -> HttpResponse:
    """The same looks as a file."""
    found = _wanted(request).narrowed()
    rows = [CSV_HEAD, *(_row(look) for look in found.order_by("-opened_at", "-pk")[:100_000])]
    audit.record("looks.exported", request.account, data={"number": len(rows) - 1})
    response = HttpResponse(BYTE_ORDER_MARK.encode() + comma_separated(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="looks-{timezone.localdate()}.csv"'
    return response


@open_when_read_only
@allow("look.policy")
@reauthenticated
@require_POST
def policy(request: Any) -> HttpResponse:
    """Change the firm's rule."""
    form = PolicyForm(request.POST)
    if form.is_valid():
        granting.decide_policy(form.cleaned_data["policy"], by=request.membership)
        messages.success(request, "The rule holds from now on.")
    return redirect("help:looks", request.account.slug)


# --- One grant ------------------------------------------------------------------------------------


@require_safe
@allow("look.view")
def grant(request: Any, public_id: UUID) -> HttpResponse:
    """What was asked, what became of it, and each look."""
    return _page(request, _grant(request, public_id))


@open_when_read_only
@allow("look.decide")
@reauthenticated
@require_POST
def grant_allow(request: Any, public_id: UUID) -> HttpResponse:
    """Allow it, as far as was ticked; ``masked`` lifts nothing."""
    found = _grant(request, public_id)
    form = AllowForm(request.POST, grant=found, names=_names(request, found))
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    given = form.cleaned_data | ({"unmasked": []} if "masked" in request.POST else {})
    return _decided(request, found, "Allowed.", granting.allow, **given)


@require_POST
@open_when_read_only
@allow("look.decide")
def grant_refuse(request: Any, public_id: UUID) -> HttpResponse:
    """Say no."""
    return _decided(request, _grant(request, public_id), "Refused. Nobody sees anything.", granting.refuse)


@require_POST
@open_when_read_only
@allow("look.decide")
def grant_revoke(request: Any, public_id: UUID) -> HttpResponse:
    """Take it back."""
    return _decided(request, _grant(request, public_id), "Taken back. An open page goes blank.", granting.revoke)


# --- Help with a record ---------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("look.ask")
def record(request: Any, kind: str, public_id: UUID) -> HttpResponse:
    """Get help with this record: a request to us, and the leave to look at this record alone."""
    named = kinds.named(kind, public_id)
    if named is None or not (pages := kinds.pages_for(request.membership, [named])):
        raise Http404
    form = HelpForm(posted(request), request.FILES or None, record=named)
    if (files := files_sent(request, form)) is not None:
        ticket = _asked_for_help(request, named, form.cleaned_data, files)
        return redirect("help:ticket", request.account.slug, ticket)
    context = {"named": named, "form": form, "url": pages[named], "decides": can(request.membership, "look.decide"),
               "policy": SupportSettings.current_policy()}  # fmt: skip
    response = render(request, "support/record.html", context, status=422 if form.is_bound else 200)
    return limits.answer(response, form)


def _asked_for_help(request: Any, named: Named, given: dict[str, Any], files: list[StoredFile]) -> UUID:
    member, text = request.membership, f"{given['text']}\n\n{named.placeholder}"
    words = {"subject": given["subject"], "name": str(member), "email": member.user.email}
    ticket = actions.open_ticket(Topic.HELP, text, **words, member=member, files=files)
    granting.offer(ticket, named, unmasked=given["unmasked"], member=member)
    return ticket.public_id


# --- What support suggests ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allow("look.ask")
def suggestion(request: Any, public_id: UUID) -> HttpResponse:
    """A new value that support proposes: the difference, and the choice."""
    own = Suggestion.objects.filter(account_id=request.account.pk).select_related("look__staff", "look__grant__ticket")
    found = get_object_or_404(own, public_id=public_id)
    change = suggesting.change_of(found, request.membership)
    if change is None:
        raise Http404
    if request.method == "POST":
        trouble = suggesting.decide(found, change, request, applies=request.POST.get("answer") == "apply")
        (messages.error if trouble else messages.success)(request, trouble or "Done.")
        return redirect("help:suggestion", request.account.slug, public_id)
    return render(request, "support/suggestion.html", {"suggestion": found, "change": change})


# --- Shared ---------------------------------------------------------------------------------------


def _wanted(request: Any) -> LooksFilter:
    """The account's looks, and what the address narrows them to: ``?who=…&since=2026-11-01&record=…``."""
    return LooksFilter(request.GET, every=looks_of(request.account))


def _grant(request: Any, public_id: UUID) -> Grant:
    return get_object_or_404(grants_of(request.membership), public_id=public_id)


def _names(request: Any, found: Grant) -> dict[Named, str]:
    """The records by the names that this reader may know; others by their ids."""
    named = kinds.names_for(request.membership, [Named.of(key) for key in found.records])
    return {each: name for each, (name, _) in named.items()}


def _in_full(look: Look) -> list[str]:
    """The fields that were not masked, as they are called."""
    labels = {field.key: field.label for field in kinds.fields_of(look.kind)}
    return [labels.get(key, key) for key in look.unmasked]


def _row(look: Look) -> list[str]:
    grant = look.grant
    return [
        look.opened_at.isoformat(timespec="seconds"), f"{look.staff.get_short_name()}, Candor support",
        str(Named.of(look.record)), " ".join(look.unmasked), str(grant.ticket), grant.reason, grant.basis,
        "" if look.seconds is None else str(look.seconds), look.shown_hash,
    ]  # fmt: skip


def _decided(request: Any, found: Grant, said: str, action: Any, **given: Any) -> HttpResponse:
    try:
        action(found, by=request.membership, **given)
        messages.success(request, said)
    except NotPossible as trouble:
        messages.error(request, str(trouble))
    return redirect("help:grant", request.account.slug, found.public_id)


def _page(request: HttpRequest, found: Grant, *, form: AllowForm | None = None, status: int = 200) -> HttpResponse:
    names = _names(request, found)
    membership = request.membership  # type: ignore[attr-defined]
    context = {
        "grant": found,
        "names": names.values(),
        "form": form or AllowForm(None, grant=found, names=names),
        "may_decide": can(membership, "look.decide") and found.origin != Grant.Origin.EMERGENCY,
        "may_end": can(membership, "look.decide"),
        "looks": looks_of(found.account).filter(grant_id=found.pk).order_by("opened_at"),
        "lapses_at": found.asked_at + ANSWERED_WITHIN,
    }
    return render(request, "support/access_grant.html", context, status=status)
