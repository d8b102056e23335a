"""The staff's own sign-in. A session that began anywhere else opens nothing of the staff area."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import SignInForm
from accounts.limits import says_wait
from accounts.models import User
from accounts.views import proofs
from privacy.support_access.gate import DOOR, ENTERED


class StaffSignInForm(SignInForm):
    """E-mail and password of one of us. Whoever is not is answered as to a wrong password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember_browser", None)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        if self.user is not None and not self.user.is_staff:
            adapter = get_adapter()
            adapter.authentication_failed(self.request, **self.user_credentials())
            raise adapter.validation_error("email_password_mismatch")
        if self.user is not None:
            self._login.signal_kwargs = {"door": DOOR}  # heard in gate.py, when the second step is done, too
        return given


class StaffSignIn(LoginView):  # type: ignore[misc]
    """Password first; the second step follows, and leads into the staff area."""

    template_name = "support/sign_in.html"
    success_url = reverse_lazy("support:tickets")

    def get_form_class(self) -> type[StaffSignInForm]:
        return StaffSignInForm


_page = says_wait(StaffSignIn.as_view())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """For staff alone. Whoever of us signed in elsewhere is signed out first."""
    if request.user.is_authenticated:
        if not (isinstance(request.user, User) and request.user.is_staff):
            raise Http404
        if request.session.get(ENTERED):
            return redirect("support:tickets")
        logout(request)
    return _page(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """The same with a passkey alone, which is two factors in one."""
    return proofs.passkey_sign_in(request, door=DOOR, entrance="support:sign_in", lets_in=lambda user: user.is_staff)
