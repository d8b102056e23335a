"""Admin, Help and calls: what a member asked us, and what we talked about on the telephone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.files.serving import respond
from accounts.models import StoredFile
from accounts.permissions import allow, can, can_for_others, open_when_read_only
from lib.forms import posted
from lib.keyset import page
from privacy.support_access import actions, kinds
from privacy.support_access.attaching import WithFiles, content_of, names_of
from privacy.support_access.forms import AskUsForm, WordsForm
from privacy.support_access.models import TicketFile, TicketMessage
from privacy.support_access.queries import calls_of, colleagues_tickets, grants, own_tickets, tickets_of
from privacy.support_access.views.contact import may_send

NEWEST_FIRST = ("-touched_at", "-id")


@require_safe
@allow("help.view")
def help_and_calls(request: Any) -> HttpResponse:
    """The reader's own requests, or those of colleagues for whoever may read them; and the reader's calls."""
    may_see_others = can_for_others(request.membership, "help.view")
    is_others = may_see_others and request.GET.get("of") == "colleagues"
    found = colleagues_tickets(request.membership) if is_others else own_tickets(request.membership)
    shown = page(found.select_related("user"), order=NEWEST_FIRST, cursor=request.GET.get("page"))
    own = "?of=colleagues&page={}" if is_others else "?page={}"
    context = {
        "page": shown,
        "is_others": is_others,
        "tabs": _tabs(request.path, is_others=is_others) if may_see_others else [],
        "calls": [] if is_others else calls_of(request.user),
        "next_url": shown.next and own.format(shown.next),
        "previous_url": shown.previous and own.format(shown.previous),
    }
    return render(request, "support/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("help.view")
def ticket(request: Any, public_id: UUID) -> HttpResponse:
    """One request, and a field to write more."""
    found = get_object_or_404(tickets_of(request.membership).select_related("user"), public_id=public_id)
    form = WordsForm(posted(request), request.FILES or None, takes_files=found.account_id is not None)
    if (files := files_sent(request, form)) is not None:
        actions.add_words(found, form.cleaned_data["text"], member=request.membership, files=files)
        return redirect("help:ticket", request.account.slug, public_id)
    said = TicketMessage.objects.filter(ticket_id=found.pk).exclude(kind=TicketMessage.Kind.NOTE)
    shown = list(said.select_related("author").prefetch_related("files"))
    named = [each for message in shown for each in kinds.read(message.text)]
    context = {
        "ticket": found,
        "messages_said": shown,
        "names": kinds.names_for(request.membership, named) if found.account_id else None,
        "file_names": names_of(shown),
        "form": form,
        "grants": grants().filter(ticket_id=found.pk).order_by("-asked_at") if found.account_id else [],
        "may_see_grants": can(request.membership, "look.view"),
    }
    response = render(request, "support/own_ticket.html", context, status=422 if form.is_bound else 200)
    return limits.answer(response, form)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("help.view")
def ticket_new(request: Any) -> HttpResponse:
    """Ask us for the account."""
    form, member = AskUsForm(posted(request), request.FILES or None), request.membership
    if (files := files_sent(request, form)) is not None:
        given = form.cleaned_data
        words = {"subject": given["subject"], "name": str(member), "email": member.user.email}
        opened = actions.open_ticket(given["topic"], given["text"], **words, member=member, files=files)
        return redirect("help:ticket", request.account.slug, opened.public_id)
    response = render(request, "support/own_new.html", {"form": form}, status=422 if form.is_bound else 200)
    return limits.answer(response, form)


@require_safe
@allow("help.view")
def ticket_file(request: Any, public_id: UUID) -> HttpResponse:
    """A file of a request, for those who may read the request."""
    here = TicketFile.objects.filter(account_id=request.account.pk)
    readable = tickets_of(request.membership).filter(account_id=request.account.pk)
    found = get_object_or_404(here, public_id=public_id, message__ticket__in=readable)
    return respond(content_of(found))  # type: ignore[return-value]


def files_sent(request: Any, form: WithFiles) -> list[StoredFile] | None:
    """The files beside a request that is good and not one too many; None where the form comes back."""
    if form.is_valid() and may_send(request, form, f"member {request.membership.pk}"):
        return form.stored(request.membership)
    return None


def _tabs(path: str, *, is_others: bool) -> list[dict[str, Any]]:
    """For whoever may read what colleagues asked."""
    return [
        {"label": "Yours", "url": path, "is_current": not is_others},
        {"label": "Colleagues’", "url": "?of=colleagues", "is_current": is_others},
    ]
