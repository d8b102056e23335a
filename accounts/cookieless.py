"""Public forms that need no cookie.

Django's own protection keeps a secret in a cookie. Here a signed token in the form says when the
page was made and gives it a number; the browser's own words (``Origin``, ``Sec-Fetch-Site``) say
that the form was sent from our page. The number makes a second click harmless.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.http import HttpRequest, HttpResponse

from accounts.models import ArrivedForm
from lib.errors import error_page

LIFETIME = timedelta(hours=2)


def accepts_without_cookies(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a public form be sent without cookies, from our own pages only. Its form is a ``CookielessForm``."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and is_from_elsewhere(request):
            return error_page(403, stale_form=True, retry=request.path)
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    guarded.csrf_exempt = True  # type: ignore[attr-defined]
    return guarded


def is_from_elsewhere(request: HttpRequest) -> bool:
    """True when the browser says that another site's page sent this. Programs that say nothing are let through."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin", own) != own


class CookielessForm(forms.Form):
    """A public form with a token of its own. A stale or forged one is refused, and what was typed is kept."""

    form_token = forms.CharField(widget=forms.HiddenInput, required=False, label="This page")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["form_token"] = self._new_token()

    def clean_form_token(self) -> str:
        token: str = self.cleaned_data["form_token"]
        try:
            return self._signer().unsign(token, max_age=LIFETIME)
        except SignatureExpired:
            self._renew_token()
            raise ValidationError("It lay open for more than two hours. Check it and send it again.") from None
        except BadSignature:
            self._renew_token()
            raise ValidationError("It came without its mark. Check it and send it again.") from None

    def arrives_first(self, subject: str = "") -> bool:
        """True once for each form and ``subject``; ask inside the transaction of what the form does.

        Of two clicks at the same moment, the second waits here for the first.
        """
        number = self.cleaned_data["form_token"]
        key = hashlib.sha256(f"{number}:{subject}".encode()).hexdigest()
        return ArrivedForm.objects.get_or_create(key=key)[1]

    def _signer(self) -> TimestampSigner:
        return TimestampSigner(salt=f"accounts.cookieless.{type(self).__name__}")

    def _new_token(self) -> str:
        return self._signer().sign(secrets.token_urlsafe(16))

    def _renew_token(self) -> None:
        """The page that comes back holds a fresh token beside what was typed."""
        self.data = self.data.copy()
        self.data[self.add_prefix("form_token")] = self.initial["form_token"]
