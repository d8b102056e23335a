"""How a file goes out: to members behind the door, or to whoever holds a link that ends."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils import timezone

from accounts.files.content import PICTURES
from accounts.files.purposes import purpose_named
from accounts.files.stored import StoredFile
from lib.seals import Seal

_LINK = Seal("link to a stored file")


def respond(stored: StoredFile | None) -> FileResponse:
    """The file, streamed. Only a picture that we drew ourselves is shown in a page; all else is for the disk."""
    if stored is None:
        raise Http404
    purpose = purpose_named(stored.purpose)
    is_shown = purpose is not None and purpose.box is not None and stored.media_type in PICTURES
    try:
        content = stored.open()
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=not is_shown, filename=stored.name, content_type=stored.media_type)
    response["Content-Length"] = stored.size
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=86400, immutable" if is_shown else "no-store, private"
    return response


def link(account_id: int, public_id: UUID, *, lasts: timedelta) -> str:
    """A path that gives one stored file to whoever holds it, until it ends."""
    ends = int((timezone.now() + lasts).timestamp())
    return reverse("stored_file", args=[_LINK.close(f"{account_id} {public_id} {ends}")])


def opened(token: str) -> tuple[int, UUID] | None:
    """Account and file that a link leads to; None when we never made it, or it has ended."""
    words = (_LINK.open(token) or "").split()
    if len(words) != 3 or int(words[2]) <= timezone.now().timestamp():
        return None
    return int(words[0]), UUID(words[1])
