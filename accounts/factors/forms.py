"""What is typed, or signed by a passkey, to add a second factor and to prove who sits there."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import limits, security
from accounts.factors import actions, codes, passkeys, policy
from accounts.factors.held import Factors
from accounts.models import Account, SecurityEvent, User

_CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
_WRONG = {
    "password": "This is not your password.",
    "code": "This code does not open. An app shows a new one every half minute, and each code opens once.",
    "credential": "The passkey was not accepted. Try again, or choose another way.",
}


class PolicyForm(forms.Form):
    """Whether everybody in the account needs a second factor. Whoever says so has one."""

    is_required = forms.BooleanField(label="Everybody here needs a second factor", required=False)
    days = forms.TypedChoiceField(
        label="Days to set one up",
        coerce=int,
        choices=[(0, "None: at once"), *((days, f"{days} days") for days in policy.GRACE_DAYS if days)],
        help_text="From the day it is switched on, for new people from the day they join. Then pages stay closed.",
    )

    def __init__(self, *args: Any, account: Account, by: User, **kwargs: Any) -> None:
        is_required = account.second_factor_since is not None
        super().__init__(*args, initial={"is_required": is_required, "days": account.second_factor_days}, **kwargs)
        self.by = by

    def clean_is_required(self) -> bool:
        is_required: bool = self.cleaned_data["is_required"]
        if is_required and not security.has_second_factor(self.by):
            raise ValidationError("Set up your own second factor first, so that you don’t lock yourself out.")
        return is_required


class AppForm(forms.Form):
    """The first code of an app, which shows that it holds our key."""

    code = forms.CharField(label="Code from the app", max_length=20, widget=forms.TextInput(attrs=_CODE))

    def __init__(self, *args: Any, secret: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret = secret

    def clean_code(self) -> int:
        step = codes.step_of(self.secret, self.cleaned_data["code"])
        if step is None:
            raise ValidationError("The app shows another code. Is the clock of its device right?")
        return step


class PasskeyNameForm(forms.Form):
    """What a person calls a passkey."""

    name = forms.CharField(label="Name", max_length=60, help_text="So that you know it again among others.")


class PasskeyForm(PasskeyNameForm):
    """A new passkey: its name, and what the browser made."""

    credential = forms.JSONField(widget=forms.HiddenInput, error_messages={"required": "The browser made no passkey."})

    def clean_credential(self) -> Any:
        response = self.cleaned_data["credential"]
        if not passkeys.is_new(response):
            raise ValidationError("The passkey does not fit what we asked for. Try again.")
        return response


class ProofForm(forms.Form):
    """One proof of who sits there: the password where it counts, a code, or a passkey."""

    password = forms.CharField(
        label="Your password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(label="Code", required=False, max_length=20, widget=forms.TextInput(attrs=_CODE))
    credential = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, request: HttpRequest, user: User, has: Factors, by_password: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user
        # At the second step of a sign-in, whoever fails knew the password.
        self.failure = SecurityEvent.Kind.FAILED if by_password else SecurityEvent.Kind.FACTOR_FAILED
        ways = {"password": by_password, "code": bool(has.app or has.codes_left), "credential": bool(has.passkeys)}
        for name in [name for name, counts in ways.items() if not counts]:
            del self.fields[name]
        if typed := [field for name, field in self.fields.items() if name != "credential"]:
            typed[0].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        way = next((name for name in self.fields if cleaned.get(name)), None)
        if way:
            self.proof = self._counted(way, cleaned[way])
        elif not self.errors:
            raise ValidationError("Nothing was typed yet.")
        return cleaned

    def save(self, *, again: bool = False) -> None:
        """Remember in the session how the person proved it; ``again`` when they are signed in already."""
        if self.proof is True:
            record_authentication(self.request, self.user, "password", reauthenticated=again)
            return
        post_authentication(self.request, self.proof, reauthenticated=again)
        if self.proof.type == Authenticator.Type.RECOVERY_CODES:
            actions.code_was_used(self.request, self.user, self.proof)

    def _counted(self, way: str, given: Any) -> Authenticator | bool | None:
        """The proof, if it is one. Wrong ones are counted by person, address and network."""
        tries = [
            limits.count(self.request, "login_failed", f"proof {self.user.pk}"),
            limits.count(self.request, "login_failed_in_network", limits.network_of(self.request)),
        ]
        check = {"password": self.user.check_password, "code": self._by_code, "credential": self._by_passkey}[way]
        proof: Authenticator | bool | None = check(given)
        if proof:
            for usage in tries:
                usage.rollback()
        else:
            security.note(self.failure, self.request, self.user)
            self.add_error(way, _WRONG[way])
        return proof

    def _by_code(self, code: str) -> Authenticator | None:
        return codes.use(self.user, code)

    def _by_passkey(self, response: Any) -> Authenticator | None:
        return passkeys.proven(self.user, response)


UNKNOWN_PASSKEY = "We don’t know this passkey. Sign in with your password, then look under Security."


class PasskeySignInForm(forms.Form):
    """What a passkey signed for somebody who has not said yet who they are."""

    credential = forms.JSONField(error_messages={"required": "The browser sent no passkey. Use your password."})

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_credential(self) -> Any:
        response = self.cleaned_data["credential"]
        tries = limits.count(self.request, "login_failed_in_network", limits.network_of(self.request))
        user = passkeys.owner_of(response)
        passkey = passkeys.proven(user, response) if user else None
        if passkey is None:
            security.note(SecurityEvent.Kind.FAILED, self.request, user)
            raise ValidationError(UNKNOWN_PASSKEY)
        tries.rollback()
        self.passkey = passkey
        return response
