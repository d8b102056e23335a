"""The Admin area: Personal Information and the firm's own record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, facts, logos
from accounts.documents import kept_in
from accounts.files.serving import respond
from accounts.forms import AccountForm, ProfileForm
from accounts.models import Account, User
from accounts.permissions import allow, open_when_read_only, way_to_close
from accounts.queries import saved_change
from lib.forms import posted

NOTHING_CHANGED = "Nothing was changed: what you sent is what we hold already."


# --- Personal Information -------------------------------------------------------------------------


@require_safe
@allow("profile.edit")
def admin(request: HttpRequest) -> HttpResponse:
    """The Admin area: its list, and Personal Information beside it."""
    return _profile(request, is_front=True)


@require_safe
@allow("profile.edit")
def profile(request: HttpRequest) -> HttpResponse:
    """What we hold about the reader; after a change, old and new values as the log tells them."""
    return _profile(request)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("profile.edit")
def profile_edit(request: HttpRequest) -> HttpResponse:
    """Change or empty what we hold about the reader."""
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(posted(request), instance=person, account=request.account)
    if form.is_valid():
        event = actions.change_profile(form.instance, expected_version=form.stored_version)
        return _to_saved(request, "profile", event)
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, "accounts/profile_edit.html", {"form": form}, status=status)


@require_POST
@open_when_read_only
@allow("profile.edit")
def profile_remove(request: HttpRequest) -> HttpResponse:
    """Empty one optional part of the profile."""
    person = User.objects.get(pk=request.user.pk)
    try:
        event = actions.remove_from_profile(person, request.POST.get("part", ""))
    except KeyError:
        raise Http404 from None
    return _to_saved(request, "profile", event)


@require_POST
@open_when_read_only
@allow("profile.edit")
def profile_confirm(request: HttpRequest) -> HttpResponse:
    """The reader says that the profile is right as it is."""
    actions.confirm_profile(request.membership)
    messages.success(request, "Noted: your profile is right as it is.")
    return redirect("accounts:home", request.account.slug)


def _profile(request: HttpRequest, **words: Any) -> HttpResponse:
    lines = facts.of_person(request.user)
    saved = saved_change("profile.changed", request.user, request.GET.get("saved", ""))
    context = {**_with_marks(lines, saved), **words}
    return render(request, "accounts/profile.html", context)


# --- The firm's own record ------------------------------------------------------------------------


@require_safe
@allow("account.view")
def account(request: HttpRequest) -> HttpResponse:
    """What we hold about the firm."""
    saved = saved_change("account.changed", request.account, request.GET.get("saved", ""))
    context = _with_marks(facts.of_firm(request.account), saved)
    context["close_url"], context["country"] = way_to_close(request.membership), kept_in()
    return render(request, "accounts/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("account.edit")
def account_edit(request: HttpRequest) -> HttpResponse:
    """Change what we hold about the firm, unless a colleague was quicker."""
    firm = Account.objects.get(pk=request.account.pk)
    form = AccountForm(posted(request), request.FILES or None, instance=firm)
    if form.is_valid():
        event = actions.change_account(form.instance, expected_version=form.stored_version)
        has_new_logo = _save_logo(request, form)
        if has_new_logo and not event:
            return redirect("accounts:account", firm.slug)
        return _to_saved(request, "account", event)
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, "accounts/account_edit.html", {"form": form}, status=status)


def _save_logo(request: HttpRequest, form: AccountForm) -> bool:
    """True when the logo is another one now, or none."""
    given = form.cleaned_data
    if given["new_logo"]:
        logos.put(form.instance, given["new_logo"], by=request.membership)
        messages.success(request, "The new logo is in use.")
    elif given.get("remove_logo"):
        logos.remove(form.instance)
        messages.success(request, "The logo is removed.")
    return bool(given["new_logo"] or given.get("remove_logo"))


@require_safe
@allow("home.view")
def logo(request: HttpRequest, public_id: UUID) -> FileResponse:
    """The firm's logo, for its members."""
    return respond(logos.found(request.account, public_id))


def _with_marks(lines: list[facts.Fact], saved: Any) -> dict[str, Any]:
    """The lines of a record, and what the last saving changed in them."""
    if saved is None:
        return {"lines": [(fact, "") for fact in lines]}
    labels = {fact.key: fact.label for fact in lines}
    marks = {key: "changed" if new else "removed" for key, (_, new) in saved.changes.items()}
    return {
        "lines": [(fact, marks.get(fact.key, "")) for fact in lines],
        "saved": saved,
        "count_words": _how_many(len(saved.changes)),
        "changes": [(labels[key], old, new) for key, (old, new) in saved.changes.items() if key in labels],
        "removed": [labels[key] for key in saved.removed if key in labels],
    }


def _how_many(count: int) -> str:
    """Two fields."""
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven")
    return f"{words[count] if count < len(words) else count} field{'' if count == 1 else 's'}"


def _to_saved(request: HttpRequest, page: str, event: Any) -> HttpResponse:
    """Back to the read-only page, which reads the change from the log."""
    url = reverse(f"accounts:{page}", args=[request.account.slug])
    if event is None:
        messages.info(request, NOTHING_CHANGED)
        return redirect(url)
    return redirect(f"{url}?saved={event}")
