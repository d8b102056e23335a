"""How a file goes out: to members behind the door, or to whoever holds a link that ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.files.content import PICTURES
from accounts.files.purposes import purpose_named
from accounts.files.sealed import CHUNK
from accounts.files.stored import StoredFile
from lib.seals import Seal

FETCHED_WITHIN = timedelta(minutes=10)
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


def respond_from_anywhere(stored: StoredFile, asked: HttpRequest) -> HttpResponseBase:
    """The file, or the part of it that a broken download still misses (RFC 9110, 14). Its hash is its ETag."""
    tag = f'"{stored.sha256}"'
    wanted = _range(asked.headers.get("Range", ""), stored.size)
    if wanted is None or asked.headers.get("If-Range", tag) != tag:
        response: Any = respond(stored)
    elif wanted.start >= stored.size:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
    else:
        response = respond(stored)
        response.streaming_content = _part(stored.open(), wanted)
        response.status_code = 206
        response["Content-Length"] = len(wanted)
        response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{stored.size}"
    response["Accept-Ranges"], response["ETag"] = "bytes", tag
    return response


def _range(words: str, size: int) -> range | None:
    """The one piece that is asked for; None for all of it, and for what we don't understand."""
    found = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", words.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size) if int(last) else range(size, size)
    end = min(int(last) + 1, size) if last else size
    return range(int(first), max(end, int(first))) if not last or int(last) >= int(first) else None


def _part(content: BinaryIO, wanted: range) -> Iterator[bytes]:
    """Opened inside the account, read on outside."""
    with content:
        content.seek(wanted.start)
        left = len(wanted)
        while left and (piece := content.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece


@dataclass(frozen=True)
class Linked:
    """What a link leads to. Where it names a ``member``, a key of theirs alone opens it while they may ``action``."""

    account_id: int
    public_id: UUID
    member: UUID | None = None
    action: str = ""


def link(account_id: int, public_id: UUID, *, lasts: timedelta, member: UUID | None = None, action: str = "") -> str:
    """A path that gives one stored file until it ends: to whoever holds it, or to a member's programs alone."""
    ends = int((timezone.now() + lasts).timestamp())
    whose = f" {member} {action}" if member else ""
    return reverse("stored_file", args=[_LINK.close(f"{account_id} {public_id} {ends}{whose}")])


def link_for_programs(request: Any, public_id: UUID, action: str) -> str:
    """Where a stored file is for ten minutes, for programs of the member who asks, while they may ``action``."""
    whose = {"member": request.membership.public_id, "action": action}
    address: str = request.build_absolute_uri(link(request.account.pk, public_id, lasts=FETCHED_WITHIN, **whose))
    return address


def opened(token: str) -> Linked | None:
    """What a link leads to; None when we never made it, or it has ended."""
    words = (_LINK.open(token) or "").split()
    if len(words) not in (3, 5) or int(words[2]) <= timezone.now().timestamp():
        return None
    whose = (UUID(words[3]), words[4]) if len(words) == 5 else (None, "")
    return Linked(int(words[0]), UUID(words[1]), *whose)
