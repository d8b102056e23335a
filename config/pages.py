"""The kit, on a development server: every part that pages are made of."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.kit import sample


@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """Every part of the look on one page, for whoever builds the next one."""
    return render(request, "home/kit.html", sample(request))
