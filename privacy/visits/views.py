"""What a browser sent, for everybody; who came by, in sums, and who behaves like an intruder, for staff."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lib.forms import posted
from privacy.support_access.gate import staff_here, staff_only
from privacy.visits import recording, tying
from privacy.visits import signals as found
from privacy.visits.forms import TieForm
from privacy.visits.gate import K
from privacy.visits.models import Alert, Figure, Visit

SHOWN = 100


@never_cache
@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    """What came with this very request, and what we did with each (43, 44, 128). Needs no cookies and no scripts."""
    words = {
        "signals": found.signals(request),
        "cookies": list(found.cookies(request)),
        "visit": recording.visit_of(recording.Noted.of(request)),
    }
    return render(request, "visits/signals.html", words)


@staff_only
@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """Alerts, and the newest day that was counted. Single visits are shown to nobody (47, 49)."""
    day = Figure.objects.aggregate(last=Max("day"))["last"]
    figures = list(Figure.objects.filter(day=day))
    words = {
        "alerts": Alert.objects.all()[:SHOWN],
        "day": day,
        "kinds": [(kind.label, [each for each in figures if each.kind == kind]) for kind in Figure.Kind],
        "visits": Visit.objects.filter(seen_at__gt=timezone.now() - timedelta(days=1)).count(),
        "k": K,
    }
    return render(request, "visits/desk.html", words)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def tie(request: HttpRequest) -> HttpResponse:
    """Tie visits to a person: shown once, and on record for the person (48)."""
    form, tied = TieForm(posted(request)), None
    if form.is_valid():
        try:
            tied = tying.tie(form.instance, by=staff_here(request))
        except tying.NotTheirs as trouble:
            form.add_error(None, str(trouble))
    status = 422 if form.is_bound and tied is None else 200
    return render(request, "visits/tie.html", {"form": form, "tied": tied, "most": tying.SHOWN}, status=status)
