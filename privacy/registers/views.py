"""The registers as everybody may read them. They need neither cookies nor scripts."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.cookieless import accepts_without_cookies
from accounts.documents import kept_in
from datamap import Party
from lib.forms import posted
from privacy.registers import books, misuse, queries, schedule, statistics
from privacy.registers.forms import AppealForm
from privacy.registers.models import Announcement, BusinessTransfer, Incident, Misuse, Release


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
        "releases": Release.objects.exclude(published_at=None),
        "suspended": Misuse.objects.exclude(ends_at=None).count(),
        "appeals": Misuse.objects.exclude(appealed_at=None).count(),
        "lifted": Misuse.objects.filter(state=Misuse.State.LIFTED).count(),
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


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """Every figure that we gave away (89, 90, 91), and what research is (143)."""
    releases = Release.objects.exclude(published_at=None)
    return render(request, "registers/statistics.html", {"releases": releases})


@require_safe
def published_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same as a file, with what its hash is made of."""
    found = get_object_or_404(Release.objects.exclude(published_at=None), public_id=public_id)
    words = {name: str(getattr(found, name)) for name in ("topic", "purpose", "since", "until", "version", "method")}
    facts = {"figures": found.figures, "digest": found.digest, "is_made_again": statistics.is_made_again(found)}
    return JsonResponse({**words, **facts}, json_dumps_params={"indent": 1, "ensure_ascii": False})


@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    """What leaves the country where the rest is kept, and why it may (84)."""
    used = books.processors_used()
    words = {
        "abroad": [each for each in used if each.travels],
        "at_home": [each for each in used if not each.travels],
        "country": kept_in(),
    }
    return render(request, "registers/transfers.html", words)


@require_safe
def recipients(request: HttpRequest) -> HttpResponse:
    """Who gets which kind of data, kind by kind; nobody where nobody does (124)."""
    kinds = [(str(each.category), books.recipients([str(each.category)])) for each in schedule.collected()]
    return render(request, "registers/recipients.html", {"kinds": kinds, "halves": queries.report()})


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def appeal(request: HttpRequest, token: str) -> HttpResponse:
    """A firm says why a suspension is wrong, by the link in our letter (87)."""
    case = misuse.of_link(token)
    if case is None:
        raise Http404
    form = AppealForm(posted(request))
    if form.is_valid():
        try:
            limits.count(request, "contact", key=f"appeal {case.public_id}")
        except limits.TooMany as too_many:
            form.add_error(None, too_many)
        else:
            with transaction.atomic():
                if form.arrives_first(str(case.public_id)) and case.state == Misuse.State.SUSPENDED:
                    misuse.appeal(case, form.cleaned_data["words"])
            return redirect("appeal", token)
    response = render(
        request, "registers/appeal.html", {"case": case, "form": form}, status=422 if form.is_bound else 200
    )
    return limits.answer(response, form)
