"""The public forms: write to us, and add to what was asked. No cookies, no scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import limits
from accounts.cookieless import LIFETIME, CookielessForm, accepts_without_cookies
from accounts.models import User
from accounts.queries import memberships_of
from lib.forms import posted
from privacy.support_access import actions, emails
from privacy.support_access.forms import ChildForm, ContactForm, MoreForm
from privacy.support_access.models import Queue, Ticket, Topic
from privacy.support_access.queries import just_sent, ticket_of_link


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def contact(request: HttpRequest) -> HttpResponse:
    """Write to us. ``?topic=security`` chooses the topic, ``?account=acme`` whose request it is."""
    user = request.user if isinstance(request.user, User) else None
    members = list(memberships_of(user)) if user else []
    form = ContactForm(posted(request), user=user, members=members, initial=_known(request, user))
    words = {"form": form, "addresses": _addresses()}
    return received(request, form) or form_page(request, "support/contact.html", form, words)


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def more(request: HttpRequest, token: str) -> HttpResponse:
    """Add to a request, by the link in our letter. The page shows its number, and none of its words."""
    ticket = ticket_of_link(token)
    if ticket is None:
        raise Http404
    form = MoreForm(posted(request))
    words = {"form": form, "number": ticket}
    if not (form.is_valid() and may_send(request, form, str(ticket.public_id))):
        return form_page(request, "support/more.html", form, words)
    with transaction.atomic():
        if form.arrives_first(str(ticket.public_id)):
            actions.add_words(ticket, form.cleaned_data["text"])
    return render(request, "support/received.html", {"ticket": ticket, "is_more": True})


def received(
    request: HttpRequest, form: ContactForm | ChildForm, take: Callable[..., Ticket] = actions.open_ticket
) -> HttpResponse | None:
    """The page that says the number, once the form is good; a second click gets the same number."""
    if not form.is_valid():
        return None
    facts, email = form.facts(), form.cleaned_data["email"]
    if not may_send(request, form, email or limits.network_of(request)):
        return None
    with transaction.atomic():
        is_first = form.arrives_first(email)
        ticket = take(**facts) if is_first else just_sent(email, facts["subject"], within=LIFETIME)
    return render(request, "support/received.html", {"ticket": ticket, "email": email})


def may_send(request: HttpRequest, form: Form, key: str) -> bool:
    """Count it; one too many is an error of the form, which keeps what was typed."""
    try:
        limits.count(request, "contact", key=key)
    except limits.TooMany as too_many:
        form.add_error(None, too_many)
        return False
    return True


def form_page(request: HttpRequest, template: str, form: CookielessForm, words: dict[str, Any]) -> HttpResponse:
    response = render(request, template, words, status=422 if form.is_bound else 200)
    return limits.answer(response, form)


def _known(request: HttpRequest, user: User | None) -> dict[str, str]:
    """What the address and the sign-in say already."""
    topic = request.GET.get("topic", "")
    known = {"topic": topic} if topic in Topic.values else {}
    if user is not None:
        known |= {"name": user.get_full_name(), "email": user.email}
        if account := request.GET.get("account", ""):
            known["about"] = account
    return known


def _addresses() -> list[tuple[str, str]]:
    """Where to write instead, each address once."""
    wanted = {Queue.SUPPORT: "Help", Queue.PRIVACY: "Privacy and legal", Queue.SECURITY: "Security"}
    return [(label, emails.address_of(queue)) for queue, label in wanted.items()]
