"""How allauth works in this house."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts import cookies, emails, limits, mail, security
from accounts.models import User, normalise_email

# allauth's letters under our names; what is missing here has the same name in both houses.
_LETTERS = {
    "password_reset_key": "password_reset",
    "password_reset": "password_changed",
    "password_set": "password_changed",
}
_SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class ByEmail(AuthenticationBackend):
    """Finds the person by the one address they sign in with: the same statement whether anybody has it or not."""

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        return self._check_password(User.objects.filter(email=normalise_email(email)).first(), password)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in only: a firm registers at /trial/, its people come by invitation. Letters go out through our rows."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_user_search_fields(self) -> list[str]:
        return ["email"]

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """The e-mail address is the user name."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Said in ``send_password_reset_mail``, which knows the person."""
        return ""

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """A new password, or the first one where the first link was never followed."""
        if user.is_confirmed:
            # By the long id: a sequence number would tell how many people we know.
            words = {"uidb36": user.public_id.hex, "key": context["key"]}
            url = settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=words)
            super().send_password_reset_mail(user, email, {**context, "password_reset_url": url})
        else:
            emails.way_in(user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        name = template_prefix.rpartition("/")[2]
        kept = ("password_reset_url", "activate_url", "timestamp")
        words = {key: context[key] for key in kept if key in context}
        mail.write(_LETTERS.get(name, name), email, email=email, **words)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before looking: by what was typed, by the sender and by the sender's network."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        usage = limits.count(request, "login_failed", key)
        usage.usage += limits.count(request, "login_failed_in_network", limits.network_of(request)).usage
        self._login_failed_rl_usage = usage  # taken back when it was the right password

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """A browser that was asked to remember this address has tries of its own: strangers can't lock it out."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        is_known = cookies.remembered_email(request) == normalise_email(credentials.get("email", ""))
        return f"{key}:remembered" if is_known else key

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        security.failed(request, credentials.get("email", ""))

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **more: Any
    ) -> None:
        """Signing in and out speak for themselves."""
        if message_template not in _SILENT:
            super().add_message(request, level, message_template, *args, **more)
