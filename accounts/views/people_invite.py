"""Invitations as owners and admins see them: send, send again, take back."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Invitation
from accounts.people import invitations
from accounts.people.errors import Refused
from accounts.people.forms import WHAT_ROLES_MAY, InviteForm
from accounts.permissions import allow, open_when_read_only
from accounts.views.people import do_and_say
from lib.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@allow("people.manage")
def people_invite(request: Any) -> HttpResponse:
    """Invite one person, or a pasted list of them."""
    initial = {"people": request.GET.get("people", "")}
    form = InviteForm(posted(request), account=request.account, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            sent = invitations.invite(
                given["people"], role=given["role"], message=given["message"], by=request.membership
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _sent(sent))
            return _to_invited(request)
    roles = [(choice, WHAT_ROLES_MAY[choice.data["value"]]) for choice in form["role"]]
    context = {"form": form, "roles": roles, "days": invitations.LASTS.days}
    return render(request, "accounts/people_invite.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("people.manage")
def invitation_again(request: Any, public_id: UUID) -> HttpResponse:
    """A new letter with a new link."""
    invitation = _invitation_or_404(request, public_id)
    done = f"A new letter is on its way to {invitation.email}. The former link works no more."
    do_and_say(request, partial(invitations.send_again, invitation, by=request.membership), done)
    return _to_invited(request)


@require_POST
@open_when_read_only
@allow("people.manage")
def invitation_revoke(request: Any, public_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation_or_404(request, public_id)
    done = f"The invitation to {invitation.email} is taken back. Its link works no more."
    do_and_say(request, partial(invitations.revoke, invitation), done)
    return _to_invited(request)


def _invitation_or_404(request: Any, public_id: UUID) -> Invitation:
    mine = Invitation.objects.filter(account_id=request.account.pk).select_related("account")
    invitation: Invitation = get_object_or_404(mine, public_id=public_id)
    return invitation


def _sent(sent: list[Invitation]) -> str:
    if not sent:
        return "They were invited by a colleague a moment ago."
    return f"A letter is on its way to {sent[0].email}." if len(sent) == 1 else f"{len(sent)} letters are on their way."


def _to_invited(request: Any) -> HttpResponse:
    return redirect(reverse("accounts:people", args=[request.account.slug]) + "?status=invited")
