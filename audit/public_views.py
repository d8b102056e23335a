"""What anybody may fetch, without a cookie: the signed checkpoint, the keys, and the program that checks a log."""

from __future__ import annotations

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from audit import candor_verify
from audit.models import Checkpoint, PublicKey

TEXT = "text/plain; charset=utf-8"


@require_safe
@cache_control(public=True, max_age=60)
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The last signature over all logs, as C2SP tlog-checkpoint. Whoever keeps it can hold us to it."""
    last = Checkpoint.objects.order_by("-number").first()
    if last is None:
        raise Http404("Nothing has been signed yet.")
    return HttpResponse(last.note, content_type=TEXT)


@require_safe
@cache_control(public=True, max_age=60)
def keys(request: HttpRequest) -> HttpResponse:
    """Every key that ever signed, oldest first, and below them how each vouches for the next."""
    rows = list(PublicKey.objects.order_by("id"))
    listed = "".join(f"{row.key}\n" for row in rows)
    changes = "".join(f"\n{row.change}" for row in rows if row.change)
    return HttpResponse(listed + changes, content_type=TEXT)


@require_safe
@cache_control(public=True, max_age=3600)
def verifier(request: HttpRequest) -> HttpResponse:
    """The single file that checks an exported log with nothing but Python."""
    file = Path(candor_verify.__file__)
    disposition = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.read_bytes(), content_type="text/x-python; charset=utf-8", headers=disposition)
