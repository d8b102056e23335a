"""People and roles: who is here, what each may do, and how they go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.handover import in_words, open_work_of, said_before_leaving
from accounts.history import history_of
from accounts.models import Membership
from accounts.people import members
from accounts.people.errors import Refused
from accounts.people.forms import WHAT_ROLES_MAY, HandOverForm, PeopleFilterForm, RightsForm
from accounts.people.lists import people as people_of
from accounts.people.owners import open_offer
from accounts.permissions import allow, can, open_when_read_only
from lib.addresses import query_of
from lib.forms import posted
from lib.htmx import page_or_part


@require_safe
@allow("people.view")
def people(request: Any) -> HttpResponse:
    """Everybody: active, invited, deactivated."""
    listing = people_of(request.GET, request.membership)
    context = {
        "list": listing,
        "form": PeopleFilterForm(request.GET),
        "tabs": [_tab(listing, status, label) for status, label in PeopleFilterForm.STATUSES],
        "next_url": _address(listing, page=listing.page.next) if listing.page.next else "",
        "previous_url": _address(listing, page=listing.page.previous) if listing.page.previous else "",
        "may_manage": can(request.membership, "people.manage"),
        "offer": open_offer() if can(request.membership, "people.own") else None,
    }
    return page_or_part(request, "accounts/people.html", "rows", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("people.manage")
def person(request: Any, public_id: UUID) -> HttpResponse:
    """One member: role and switches, and what is recorded about them."""
    member = managed_or_404(request, public_id)
    form = RightsForm(posted(request), instance=member, by=request.membership)
    if form.is_valid():
        try:
            changes = form.save()
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _told(member, changes))
            return redirect("accounts:person", request.account.slug, public_id)
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, "accounts/person.html", _person_context(request, form), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("people.manage")
def person_deactivate(request: Any, public_id: UUID) -> HttpResponse:
    """Shut somebody out; their open work goes to a colleague."""
    member = managed_or_404(request, public_id)
    if member.pk == request.membership.pk:
        return redirect("accounts:people_leave", request.account.slug)
    form = HandOverForm(posted(request), leaver=member, by=request.membership)
    if form.is_valid():
        try:
            piles = members.deactivate(member, to=form.cleaned_data["to"], by=request.membership)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _gone(member, piles, form.cleaned_data["to"]))
            return redirect("accounts:people", request.account.slug)
    return _going(request, "accounts/person_deactivate.html", form, member)


@require_POST
@allow("people.manage")
def person_reactivate(request: Any, public_id: UUID) -> HttpResponse:
    """Let somebody in again, with the rights they had."""
    member = managed_or_404(request, public_id)
    done = f"{member} is back, as {member.get_role_display()}."
    do_and_say(request, partial(members.reactivate, member, by=request.membership), done)
    return redirect("accounts:person", request.account.slug, public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("people.leave")
def people_leave(request: Any) -> HttpResponse:
    """Leave the account oneself."""
    form = HandOverForm(posted(request), leaver=request.membership, by=request.membership)
    if form.is_valid():
        try:
            members.leave(request.membership, to=form.cleaned_data["to"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"You have left {request.account}. What you did there stays.")
            return redirect("enter")
    return _going(request, "accounts/people_leave.html", form, request.membership)


def do_and_say(request: Any, act: Callable[[], Any], done: str) -> bool:
    """Do it and say that it is done, or say why it is refused. True when it is done."""
    try:
        act()
    except Refused as refusal:
        messages.info(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def managed_or_404(request: Any, public_id: UUID) -> Membership:
    """The member, if the reader may touch them."""
    mine = Membership.objects.select_related("user", "account").filter(account_id=request.account.pk)
    member: Membership = get_object_or_404(mine, public_id=public_id)
    if not members.may_manage(request.membership, member):
        raise PermissionDenied
    return member


def _person_context(request: Any, form: RightsForm) -> dict[str, Any]:
    member = form.instance
    stored = Membership.objects.get(pk=member.pk, account_id=request.account.pk) if form.is_bound else member
    return {
        "may_erase": can(request.membership, "person.erase"),
        "form": form,
        "member": member,
        "stored": stored,
        "roles": [(choice, WHAT_ROLES_MAY[choice.data["value"]]) for choice in form["role"]],
        "is_self": member.pk == request.membership.pk,
        "may_offer": can(request.membership, "people.own") and stored.is_active and stored.role != "owner",
        "history": history_of(member, request.membership, request.GET.get("older")),
    }


def _going(request: Any, template: str, form: HandOverForm, member: Membership) -> HttpResponse:
    """What is at stake before somebody goes."""
    context = {"form": form, "member": member, "piles": open_work_of(member), "ends": said_before_leaving(member)}
    return render(request, template, context, status=422 if form.errors else 200)


def _address(listing: Any, **asked: str) -> str:
    """The same list with something else asked for."""
    return query_of({"status": listing.status, "q": listing.text, "role": listing.role, **asked})


def _tab(listing: Any, status: str, label: str) -> dict[str, Any]:
    return {
        "label": label,
        "url": _address(listing, status=status),
        "is_current": listing.status == status,
        "count": listing.counts[status],
    }


def _told(member: Membership, changes: members.Changes) -> str:
    if not changes:
        return "Nothing was changed."
    if "role" in changes:
        return f"{member} is {member.get_role_display()} from now on, was {changes['role'][0]}."
    return f"Saved. What {member} may do has changed."


def _gone(member: Membership, piles: Any, to: Membership | None) -> str:
    moved = f" {in_words(piles).capitalize()} now belong to {to or 'nobody'}." if piles else ""
    return f"{member} is deactivated and comes in no more.{moved}"
