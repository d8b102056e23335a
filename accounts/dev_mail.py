"""The mail of a development machine: the letters that lie in its folder, to read and to follow."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

SHOWN = 100
# Letters carry their looks inside themselves and run nothing; their links open in a window of their own.
LETTER_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The newest letters first."""
    files = sorted(_folder().glob("*.eml"), reverse=True)[:SHOWN]
    letters = [{"name": file.stem, "letter": _read(file)} for file in files]
    return render(request, "accounts/dev_mails.html", {"letters": letters})


@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One letter: its plain part with links to follow, and a frame with the other."""
    letter = _find(name)
    return render(request, "accounts/dev_mail.html", {"name": name, "letter": letter, "text": _part(letter, "plain")})


@require_safe
@xframe_options_sameorigin
@csp(LETTER_POLICY)
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The letter's HTML part, shut off from everything."""
    return HttpResponse(_part(_find(name), "html").replace("<head>", '<head><base target="_blank">', 1))


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _find(name: str) -> EmailMessage:
    file = _folder() / f"{name}.eml"
    if file.parent != _folder() or not file.is_file():
        raise Http404
    return _read(file)


def _read(file: Path) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=policy.default))


def _part(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    return str(part.get_content()) if part else ""
