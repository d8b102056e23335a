"""The public pages: ask, confirm, say who you are, fetch the answer. No cookies, no scripts, no sign-in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.cookieless import CookielessForm, accepts_without_cookies
from accounts.models import User
from lib.forms import posted
from privacy.rights import figures, held, identity, intake, work
from privacy.rights.forms import AgentRequestForm, PointsForm, RequestForm, StatusForm
from privacy.rights.models import Agent, Kind, RightsRequest
from privacy.rights.views.files import as_file

ALL_ROWS = 100_000


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for something about your own data. ``?kind=delete`` chooses what."""
    asked = request.GET.get("kind", "")
    form = RequestForm(posted(request), initial={"kind": asked} if asked in Kind.values else None)
    return _taken(request, form) or _page(request, "rights/form.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def do_not_sell(request: HttpRequest) -> HttpResponse:
    """Nothing is sold; a no to it is kept all the same."""
    form = RequestForm(posted(request), initial={"kind": Kind.OPT_OUT})
    return _taken(request, form) or _page(request, "rights/form.html", form, is_opt_out=True)


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def ask_as_agent(request: HttpRequest) -> HttpResponse:
    """Ask for somebody who signed a permission."""
    files = request.FILES if request.method == "POST" else None
    form = AgentRequestForm(posted(request), files)
    return _taken(request, form) or _page(request, "rights/agent.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def status(request: HttpRequest, token: str) -> HttpResponse:
    """How a request stands, by the link in our letter; there it is confirmed or given up. No word of it is shown."""
    found = _found(token)
    form = StatusForm(posted(request), asks_for_email=found.may_be_doubted and not found.email)
    if form.is_valid():
        if "again" in request.POST:
            made = intake.appeal(found, form.cleaned_data["words"], form.cleaned_data.get("email", ""))
            return redirect("rights_request", intake.LINKS.make(made.public_id.hex))
        if "stop" in request.POST:
            intake.give_up(found)
        else:
            intake.confirm(found)
        return redirect("rights_request", token)
    return _page(request, "rights/status.html", form, **_standing(found, token))


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def who(request: HttpRequest, token: str) -> HttpResponse:
    """Say who you are: what is typed is compared with what we hold, and forgotten."""
    found = _found(token)
    form = PointsForm(posted(request), asks_for_pieces=found.what.points_needed > 2)
    if not _may_say_who(found):
        return redirect("rights_request", token)
    if form.is_valid() and _may_send(request, form, str(found.public_id)):
        try:
            identity.compare(found, form.typed())
        except identity.TooManyTries:
            form.add_error(None, "This was tried three times. A person looks at it now.")
        else:
            return redirect("rights_request", token)
    return _page(request, "rights/who.html", form, **_standing(found, token))


@require_safe
def copy(request: HttpRequest, token: str) -> HttpResponse:
    """The answer to a request that was granted: for whom we know, by the link in the letter, for 30 days.

    ``?as=tables`` gives it for spreadsheets.
    """
    found = _found(token)
    user = _whom(found)
    if user is None:
        raise Http404
    data: dict[str, Any] = {"request": str(found), "controller": held.controller(), "categories": held.categories(user)}
    if found.kind != Kind.CATEGORIES:
        data["data"] = held.as_data(held.of_user(user, most=ALL_ROWS))
    return as_file(request, data, f"candor-{found}")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """How requests were answered, and how fast."""
    return render(request, "rights/figures.html", {"figures": figures.by_kind()})


def _taken(request: HttpRequest, form: RequestForm) -> HttpResponse | None:
    """The page that says the same to everybody, once the form is good."""
    if not form.is_valid() or not _may_send(request, form, form.cleaned_data["email"]):
        return None
    with transaction.atomic():
        if form.arrives_first(form.cleaned_data["email"]):
            intake.open_request(**form.facts())
    return render(request, "rights/received.html", {"email": form.cleaned_data["email"]})


def _may_send(request: HttpRequest, form: Any, key: str) -> bool:
    try:
        limits.count(request, "contact", key=f"rights {key}")
    except limits.TooMany as too_many:
        form.add_error(None, too_many)
        return False
    return True


def _page(request: HttpRequest, template: str, form: CookielessForm, **words: Any) -> HttpResponse:
    response = render(request, template, {"form": form, **words}, status=422 if form.is_bound else 200)
    return limits.answer(response, form)


def _found(token: str) -> RightsRequest:
    found = intake.of_link(token)
    if found is None:
        raise Http404
    return found


def _whom(found: RightsRequest) -> User | None:
    """Whose data may be fetched: of somebody whom we know, who still has the address that the link went to."""
    if found.population == RightsRequest.Population.FIRM or not work.has_copy(found) or found.user_ref is None:
        return None
    return User.objects.filter(public_id=found.user_ref, email=found.email).first()


def _may_say_who(found: RightsRequest) -> bool:
    is_ours = found.population == RightsRequest.Population.HOLDER and found.is_open
    return is_ours and found.confirmed_at is not None and bool(found.what.points_needed) and not found.is_identified


def _standing(found: RightsRequest, token: str) -> dict[str, Any]:
    tries_left = identity.tries_left(found)
    return {
        "asked": found,
        "agent": Agent.objects.filter(request=found).first(),
        "token": token,
        "asks_who": _may_say_who(found) and tries_left > 0,
        "tries_left": tries_left,
        "has_copy": work.has_copy(found),
        "appeal": intake.appeal_of(found) if found.may_be_doubted else None,
    }
