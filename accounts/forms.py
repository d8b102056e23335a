"""What people may type about themselves and their firm."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm, UserTokenForm
from allauth.core import context
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict

from accounts import allow_list, choices, cookies, keys, limits, places
from accounts.cookieless import CookielessForm
from accounts.files.purposes import Unwelcome
from accounts.files.stored import taken
from accounts.models import Account, ApiKey, Consent, Membership, User, normalise_email
from accounts.stored_files import LOGO
from lib import phones
from tenancy.forms import VersionedModelForm

_LOOKS_LIKE_A_LINK = re.compile(r"://|\bwww\.|[<>]", re.IGNORECASE)
NO_PHONE = "This is no number that can be dialled. Write it with its country, as in +45 20 55 01 12, or leave it empty."


def a_phone(text: str, country: str) -> str:
    """A number as it is stored, read as people in ``country`` write it; nothing for nothing."""
    number = phones.e164(text, country) if text else ""
    if text and not number:
        raise ValidationError(NO_PHONE)
    return number


def a_name(value: str) -> None:
    """A name of a person or a firm: no links, so that nobody's mail or page carries them."""
    if _LOOKS_LIKE_A_LINK.search(value):
        raise ValidationError("Write the name without a link.")


def _text(label: str, autocomplete: str, length: int, *, required: bool = True, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget, **more)


class TrialForm(CookielessForm):
    """A new firm and its first person: no card, no password, no account in any other service."""

    first_name = _text("First name", "given-name", 80, validators=[a_name])
    last_name = _text("Last name", "family-name", 80, validators=[a_name])
    email = forms.EmailField(
        label="Work e-mail",
        max_length=254,
        help_text="Your user name. We mail you a link that sets the password.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label="Phone",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    company = _text("Company name", "organization", 120, validators=[a_name])
    street = _text("Street and number", "street-address", 200)
    postal_code = _text("Postal code", "postal-code", 20, required=False)
    city = _text("City", "address-level2", 100)
    country = forms.ChoiceField(
        label="Country",
        choices=lambda: [("", "Choose a country"), *choices.countries()],
        widget=forms.Select(attrs={"autocomplete": "country"}),
        help_text="Suggests currency and time zone; you can change both later.",
    )
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    mail = forms.MultipleChoiceField(
        label="E-mail you want",
        choices=Consent.Purpose.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="All off. Change it any time; what your account needs comes anyway.",
    )
    is_old_enough = forms.BooleanField(
        label="I am at least 13 years old",
        error_messages={"required": "Candor is not made for children under 13. Nothing that you typed was stored."},
    )

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])

    def clean_time_zone(self) -> str:
        """The browser's zone if it names a place, else nothing: then the country suggests it.

        UTC is what careful browsers say to everybody.
        """
        zone: str = self.cleaned_data["time_zone"]
        return zone if zone != "UTC" and zone in dict(choices.time_zones()) else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            cleaned["phone"] = a_phone(cleaned.get("phone", ""), cleaned.get("country", ""))
        except ValidationError as trouble:
            self.add_error("phone", trouble)
        return cleaned

    def person(self) -> dict[str, str]:
        """What goes to the user."""
        given = self.cleaned_data
        names = ("email", "first_name", "last_name", "phone")
        zone = given["time_zone"] or places.time_zone_of(given["country"])
        locale = places.locale_of(given["country"])
        return {**{name: given[name] for name in names}, "time_zone": zone, "locale": locale}

    def firm(self) -> dict[str, Any]:
        """What goes to the account."""
        given = self.cleaned_data
        country = given["country"]
        return {
            "name": given["company"],
            **{name: given[name] for name in ("street", "postal_code", "city", "country")},
            "time_zone": given["time_zone"] or places.time_zone_of(country),
            "currency": places.currency_of(country),
            "first_weekday": places.first_weekday_of(country),
        }


class SignUpForm(TrialForm):
    """The same for who knows already that they stay: the plan follows from how many they are (1)."""

    people = forms.IntegerField(
        label="How many people will use Candor?",
        min_value=1,
        max_value=10_000,
        required=False,
        help_text="It chooses the plan that costs least. Leave it empty if you don’t know yet.",
    )
    interval = forms.ChoiceField(
        label="Paid",
        choices=[("month", "Monthly"), ("year", "Yearly, two months free")],
        required=False,
        initial="month",
    )

    def firm(self) -> dict[str, Any]:
        """What goes to the account, with the plan that was chosen: nothing is paid by it."""
        people = self.cleaned_data["people"]
        chosen = {"wanted_people": people, "wanted_interval": self.cleaned_data["interval"] or "month"}
        return {**super().firm(), **(chosen if people else {})}


class AgainForm(CookielessForm):
    """One button: send me a new link."""


class FirstPasswordForm(forms.Form):
    """The password that the first mail's link sets."""

    password1 = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=(
            "At least 10 characters, not only digits, none of the passwords that everybody uses, "
            "and not your name or address. Four random words are easy to keep and hard to guess."
        ),
    )
    password2 = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, again = cleaned.get("password1"), cleaned.get("password2")
        if first and again and first != again:
            self.add_error("password2", "The two are not the same. Type the password again.")
        if first:
            try:
                password_validation.validate_password(first, self.user)
            except ValidationError as trouble:
                self.add_error("password1", trouble)
        return cleaned


class SignInForm(LoginForm):
    """E-mail and password. A browser may be asked to remember the address; the password is asked every time."""

    remember_browser = forms.BooleanField(
        label=f"Remember this browser for {settings.REMEMBER_FOR.days} days",
        required=False,
        help_text="It fills in your e-mail address next time. Your password is asked every time.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remembered = cookies.remembered_email(self.request)
        if self.remembered:
            self.initial.setdefault("login", self.remembered)
            del self.fields["remember_browser"]

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        response: HttpResponse = super().login(request, redirect_url=redirect_url)
        if self.cleaned_data.get("remember_browser"):
            cookies.REMEMBERED.put(response, normalise_email(self.cleaned_data["login"]))
        return response


class ResetForm(ResetPasswordForm):
    """Who asks for a new password: counted before we look, and found in one statement, known or not."""

    def clean_email(self) -> str:
        email = normalise_email(self.cleaned_data["email"])
        limits.count(context.request, "reset", key=email)
        self.users = list(User.objects.filter(email=email, is_active=True))
        return email


class ResetLinkForm(UserTokenForm):
    """Finds whose password a link resets, by the long id in it."""

    def _get_user(self, uidb36: str) -> User | None:
        try:
            return User.objects.filter(public_id=uidb36).first()
        except ValidationError:  # no such thing as an id
            return None


class ProfileForm(VersionedModelForm):
    """Personal Information. Whatever is optional may be emptied, and then we hold none."""

    class Meta:
        model = User
        fields = User.typed_fields()
        labels = {"street": "Street and number", "theme": "Colours"}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "country": forms.Select(attrs={"autocomplete": "country"}),
        }

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        for name in ("first_name", "last_name"):
            self.fields[name].validators.append(a_name)
        self.fields["phone"].help_text = f"Seen by people in {account.name}. Empty it and we hold none."
        self.fields["country"].choices = [("", "None"), *choices.countries()]
        if self.instance.phone:
            self.initial["phone"] = phones.readable(self.instance.phone)

    def clean_phone(self) -> str:
        return a_phone(self.cleaned_data["phone"], self.data.get("country") or self.account.country)


class EmailForm(forms.Form):
    """Another address to sign in with. Whether somebody has it already is told to nobody but them."""

    email = forms.EmailField(
        label="New e-mail address",
        max_length=254,
        help_text="We send a link there. Until you follow it, you sign in as before.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_email(self) -> str:
        email = normalise_email(self.cleaned_data["email"])
        if email == self.request.user.email:
            raise ValidationError("You sign in with this address already.")
        limits.count(self.request, "change_email", key=str(self.request.user.pk))
        return email


class ApiKeyForm(forms.Form):
    """A key for a program: what it is called, what it may do, how long it lives."""

    name = forms.CharField(label="Name", max_length=80, help_text="What the key is for, such as “Month-end report”.")
    scopes = forms.MultipleChoiceField(
        label="May do",
        choices=list(keys.SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="Never more than your own role allows.",
        error_messages={"required": "Tick at least one thing that the key may do."},
    )
    days = forms.TypedChoiceField(
        label="Expires after",
        coerce=int,
        initial=90,
        choices=[(30, "30 days"), (90, "90 days"), (keys.LONGEST_LIFE - 1, "a year")],
    )

    def __init__(self, data: QueryDict | None = None, *, member: Membership) -> None:
        super().__init__(data)
        self._member = member

    def clean_name(self) -> str:
        """One live key of a name, so that the same form sent again makes no second key."""
        name: str = self.cleaned_data["name"]
        mine = ApiKey.objects.filter(account_id=self._member.account_id, membership=self._member, name=name)
        if any(key.is_live for key in mine):
            raise ValidationError("You have a key of this name. Revoke it first, or choose another name.")
        return name


class AllowListForm(VersionedModelForm):
    """From where people may come in: the whole list, a line each."""

    lines = forms.CharField(
        label="Addresses and networks",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "off"}),
        help_text="One on each line, with a name behind it if you like: 203.0.113.0/24 Office. IPv4 and IPv6. "
        "Leave it empty to let people in from everywhere.",
    )
    shut_me_out = forms.BooleanField(
        label="Save it all the same: I know that I can’t come in from here", required=False
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def __init__(self, *args: Any, address: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address
        self.would_shut_out = False
        self.initial["lines"] = "\n".join(self.instance.allow_list)

    def clean_lines(self) -> list[str]:
        return allow_list.read(self.cleaned_data["lines"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        lines = cleaned.get("lines")
        self.would_shut_out = bool(lines) and not allow_list.matches(lines, self.address)
        if self.would_shut_out and not cleaned.get("shut_me_out"):
            here = self.address or "an address that we don’t know"
            sentence = f"You are at {here}, which is not on this list: you would shut yourself out."
            self.add_error("lines", f"{sentence} Add it, or tick below.")
        return cleaned


class AccountForm(VersionedModelForm):
    """The firm's own record, and its logo."""

    new_logo = forms.FileField(
        label="Logo",
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(LOGO.takes))}),
        help_text="PNG, JPEG, GIF or WebP, up to 5 MB. We draw it anew in the sizes we need and keep only those.",
        error_messages={"empty": "The file is empty. Choose the picture again."},
    )
    remove_logo = forms.BooleanField(label="Remove the logo", required=False)

    class Meta:
        model = Account
        fields = [
            "name", "legal_name", "street", "postal_code", "city", "region", "country", "phone",
            "time_zone", "currency", "first_weekday", "plain_number_unit",
        ]  # fmt: skip
        labels = {"street": "Street and number"}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "country": forms.Select(attrs={"autocomplete": "country"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(a_name)
        if self.instance.phone:
            self.initial["phone"] = phones.readable(self.instance.phone)
        if self.instance.logo is None:
            del self.fields["remove_logo"]

    def clean_phone(self) -> str:
        return a_phone(self.cleaned_data["phone"], self.data.get("country") or self.instance.country)

    def clean_new_logo(self) -> Any:
        """Turn away here what the door would turn away later, with its sentence beside the field."""
        upload = self.cleaned_data["new_logo"]
        if upload:
            try:
                taken(upload.chunks(), LOGO)
            except Unwelcome as trouble:
                raise ValidationError(str(trouble)) from trouble
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("new_logo") and self.errors:
            self.add_error("new_logo", "Choose the picture again: browsers don’t keep it when a form comes back.")
        return cleaned
