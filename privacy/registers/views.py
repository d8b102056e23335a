"""The registers as everybody may read them. They need neither cookies nor scripts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.documents import kept_in
from datamap import Party
from privacy.registers import books, queries, schedule
from privacy.registers.models import Announcement, BusinessTransfer, Incident, Release


@require_safe
def processors(request: HttpRequest) -> HttpResponse:
    """Who works for us on personal data, where, and who will (83, 84)."""
    found = books.processors()
    words = {
        "now": [each for each in found if each.is_switched_on and not each.is_to_come],
        "to_come": [each for each in found if each.is_switched_on and each.is_to_come],
        "unused": [each for each in found if not each.is_switched_on],
        "announcements": Announcement.objects.filter(key__startswith="processor "),
        "notice_days": books.NOTICE.days,
        "country": kept_in(),
        "operator": settings.OPERATOR,
    }
    return render(request, "registers/processors.html", words)


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """Who asked us for data and what became of it, what went wrong, what was sold and published (86, 98, 120)."""
    words = {
        "halves": queries.report(),
        "incidents": Incident.objects.exclude(told_at=None),
        "transfers": BusinessTransfer.objects.all(),
        "releases": Release.objects.all(),
        "operator": settings.OPERATOR,
    }
    return render(request, "registers/transparency.html", words)


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """How long what is kept, printed from the data map (147)."""
    words = {
        "ours": schedule.terms(Party.CONTROLLER),
        "hosted": schedule.terms(Party.PROCESSOR),
        "backups_days": settings.BACKUPS_KEPT.days,
    }
    return render(request, "registers/retention.html", words)


@require_safe
def authorities(request: HttpRequest) -> HttpResponse:
    """Whom people may turn to, country by country (117)."""
    found = sorted(books.authorities().values(), key=lambda each: each.place)
    return render(request, "registers/authorities.html", {"authorities": found})


@require_safe
def legal_grounds(request: HttpRequest) -> HttpResponse:
    """How we weighed each interest of our own; and where we ask people about themselves (54, 106)."""
    words = {
        "assessments": books.assessments(),
        "points": books.collection_points(),
        "operator": settings.OPERATOR,
    }
    return render(request, "registers/legal_grounds.html", words)
