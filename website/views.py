"""The pages for strangers. They need neither cookies nor scripts, and set none."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.documents import kept_in
from accounts.standing import CLOSING_DAYS, READ_ONLY_DAYS
from billing.catalogue import CURRENCIES, PLANS, UNLIMITED, Entitlement, Interval, offer
from billing.forms import PriceForm
from lib.templatetags.look import leads_somewhere
from privacy.policies import ledger
from website import example, features, register
from website.register import State

# What a search engine may list, as far as it is there.
LISTED = ["/", "/pricing/", "/security/", "/trial/", "/privacy/", "/privacy/promises/", "/terms/", "/cookies/"]
LISTED += ["/processors/", "/transparency/", "/processing/", "/privacy/retention/", "/privacy/legal-grounds/"]
LISTED += ["/statistics/", "/privacy/transfers/", "/privacy/recipients/"]
LISTED += ["/privacy/authorities/", "/privacy/signals/", "/contact/", "/contact/child/", "/api/docs/"]

SHOWN_PROMISES = {8, 41, 61, 67, 68, 72}  # what somebody wants to know before signing up
SECURITY_TXT_HOLDS = timedelta(days=180)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a stranger sees first. ``?typed=1,5`` asks how Candor reads a length of time."""
    asked = request.GET.get("typed", "").strip()[: example.LONGEST]
    found = ledger.lately()
    words = {
        "asked": example.typed(asked) if asked else None,
        "hours": [example.typed(text) for text in example.HOURS],
        "log": example.log(),
        "promises": [line for line in found.lines if line.promise.number in SHOWN_PROMISES],
        "promised": len(found.lines),
        "proven": found.count(ledger.State.PROVEN),
        "cheapest": offer(1, CURRENCIES[0], Interval.MONTH),
        "usual": offer(7, CURRENCIES[0], Interval.MONTH),
        "has_export": features.EXPORT.is_here,
        "has_looks": features.LOOKS.is_here,
        "trial_days": settings.TRIAL_DAYS,
        "read_only_days": READ_ONLY_DAYS,
    }
    return render(request, "website/home.html", words)


@require_safe
def pricing(request: HttpRequest) -> HttpResponse:
    """What it costs: every plan, and a calculator whose address can be passed on."""
    form = PriceForm.of(request.GET)
    found = form.offer()
    words = {
        "form": form,
        "offer": found,
        "plans": [(plan, plan.seat(found.currency, found.interval)) for plan in PLANS],
        "entitlements": [(each, [each in plan.holds for plan in PLANS]) for each in Entitlement],
        "unlimited": UNLIMITED,
        "features": features.here(),
        "to_come": features.to_come(),
        "trial_days": settings.TRIAL_DAYS,
        "read_only_days": READ_ONLY_DAYS,
        "closing_days": CLOSING_DAYS,
        "operator": settings.OPERATOR,
        "country": kept_in(),
    }
    return render(request, "website/pricing.html", words, status=200 if form.is_valid() else 422)


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Every security measure, with what its check said last."""
    report = register.last()
    words = {
        "groups": register.lines(report),
        "report": report,
        "counts": {state.name.lower(): report.count(state) for state in State} if report else {},
        "operator": settings.OPERATOR,
    }
    return render(request, "website/security.html", words)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a hole (RFC 9116). It is made anew each time, so it never runs out while we are here."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: mailto:{settings.OPERATOR.security_email}"]
    lines += [f"Contact: {_absolute('/contact/')}?topic=security"] if _is_here("/contact/") else []
    lines += [
        f"Expires: {today + SECURITY_TXT_HOLDS:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {_absolute(reverse('security_txt'))}",
    ]
    lines += [f"Policy: {_absolute('/security/')}#report"] if _is_here("/security/") else []
    return _plain(lines)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What a search engine should leave alone: everything behind the door."""
    lines = ["User-agent: *", "Disallow: /a/", "Disallow: /enter/", "", f"Sitemap: {_absolute(reverse('sitemap'))}"]
    return _plain(lines)


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The public pages, for search engines."""
    urls = [_absolute(path) for path in LISTED if _is_here(path)]
    return render(request, "website/sitemap.xml", {"urls": urls}, content_type="application/xml")


def _absolute(path: str) -> str:
    return urljoin(settings.SITE_URL, path)


def _is_here(path: str) -> bool:
    return leads_somewhere(path, settings.ROOT_URLCONF)


def _plain(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
