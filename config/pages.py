"""Pages of the whole product: the front page and, on a development server, the kit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.kit import sample


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What a stranger sees first; needs neither cookies nor scripts."""
    return render(request, "home/landing.html")


@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """Every part of the look on one page, for whoever builds the next one."""
    return render(request, "home/kit.html", sample(request))
