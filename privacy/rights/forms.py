"""What people may ask, and what those who answer may say."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.choices import countries
from accounts.cookieless import CookielessForm
from accounts.forms import a_name
from accounts.models import Account, normalise_email
from accounts.queries import account_at
from crm.models import Contact
from lib.seals import Seal
from privacy.rights import exceptions, recipients
from privacy.rights.exceptions import Kept
from privacy.rights.identity import POINTS
from privacy.rights.models import Agent, Asked, Channel, Decision, FirmRequest, Kind, Part, RightsRequest

LONGEST = 4000
CORRECTION = ("part", "old_value", "new_value")
LARGEST_PERMISSION = 2_000_000
PERMISSION = Seal("an agent's signed permission")
Population = RightsRequest.Population
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
_MAGIC = (b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff")
_POPULATIONS = [
    (Population.HOLDER, "We do: they sign in, visited our pages or wrote to us"),
    (Population.FIRM, "A firm"),
]
_WRITTEN_DOWN = [(each.value, each.label) for each in (Channel.LETTER, Channel.CALL, Channel.MAIL)]
_DECISIONS = [(each.value, each.label) for each in (Decision.FULL, Decision.PARTIAL, Decision.REFUSED)]


def _country(label: str, nobody_knows: str, help_text: str = "") -> forms.ChoiceField:
    choices = [("", nobody_knows), *countries()]
    return forms.ChoiceField(label=label, required=False, choices=choices, help_text=help_text)


def _words(label: str, help_text: str = "", *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=LONGEST, required=required, widget=widget, help_text=help_text)


def _email(label: str, help_text: str = "") -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return forms.EmailField(label=label, max_length=254, widget=widget, help_text=help_text)


def _past(moment: Any) -> Any:
    if moment > timezone.now():
        raise ValidationError("That is still to come.")
    return moment


class Correction(forms.Form):
    """What is wrong, and what it should be: asked only of who wants something corrected."""

    part = forms.ChoiceField(label="What is wrong", choices=[("", "Choose"), *Part.choices], required=False)
    old_value = forms.CharField(label="What stands there", max_length=300, required=False)
    new_value = forms.CharField(label="What it should be", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") != Kind.CORRECT:
            cleaned.update(dict.fromkeys(CORRECTION, ""))
        elif cleaned.get("part") and not cleaned.get("new_value"):
            self.add_error("new_value", "Say what it should be.")
        elif cleaned.get("part") == Part.EMAIL:
            self._check_email(cleaned["new_value"])
        elif not cleaned.get("part") and not cleaned.get("words"):
            self.add_error("part", "Say what is wrong.")
        return cleaned

    def _check_email(self, new_value: str) -> None:
        try:
            forms.EmailField(max_length=254).clean(new_value)
        except ValidationError:
            self.add_error("new_value", "That is no e-mail address. Write it as in maren@holm.example.")


class RequestForm(Correction, CookielessForm):
    """A request by somebody who need not be signed in."""

    kind = forms.ChoiceField(label="What do you want?", choices=[("", "Choose"), *Kind.choices])
    population = forms.ChoiceField(
        label="Who has your data?", choices=Population.choices, widget=forms.RadioSelect, initial=Population.HOLDER
    )
    firm = forms.CharField(
        label="Which firm?",
        max_length=120,
        required=False,
        help_text="If a firm has it: the firm decides, and answers you. We pass your request on.",
    )
    name = forms.CharField(label="Your name", max_length=160, validators=[a_name])
    email = _email("Your e-mail", "We send a link there; nothing happens before you opened it.")
    country = _country(
        "Where you live",
        "I would rather not say",
        "It decides by when you hear from us. The rights are the same for everybody.",
    )
    words = _words("Anything that helps us", "What should be corrected, or which use you object to. No passwords.")

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("population") == Population.FIRM and not cleaned.get("firm"):
            self.add_error("firm", "Name the firm, so that we can pass your request on.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What ``open_request`` takes."""
        names = ("population", "firm", "name", "email", "country", "words", *CORRECTION)
        given = self.cleaned_data
        return {"kind": Kind(given["kind"]), "channel": Channel.FORM, **{name: given[name] for name in names}}


class AgentRequestForm(RequestForm):
    """A request by somebody for another, who signed a permission."""

    agent_name = forms.CharField(label="Your own name", max_length=160, validators=[a_name])
    agent_email = _email("Your own e-mail")
    signed_by = forms.CharField(label="Signed by", max_length=160)
    signed_on = forms.DateField(label="Signed on", widget=DATE)
    expires_on = forms.DateField(label="Valid until", widget=DATE)
    scope = forms.MultipleChoiceField(
        label="What the permission allows", choices=Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    permission = forms.FileField(label="The signed permission", help_text="A PDF or a picture, up to 2 MB.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name of the person for whom you ask"
        self.fields["email"].label = "E-mail of that person"
        self.fields["email"].help_text = "They must confirm it there. Our answer goes to them."

    def clean_signed_on(self) -> Any:
        day = self.cleaned_data["signed_on"]
        if day > timezone.localdate() + timedelta(days=1):  # it may be tomorrow already where they live
            raise ValidationError("That day is still to come.")
        return day

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day < timezone.localdate():
            raise ValidationError("That permission is over. Ask the person for a new one.")
        return day

    def clean_permission(self) -> bytes:
        file = self.cleaned_data["permission"]
        if file.size > LARGEST_PERMISSION:
            raise ValidationError("It is larger than 2 MB.")
        content: bytes = file.read()
        if not content.startswith(_MAGIC):
            raise ValidationError("Send a PDF, a PNG or a JPEG.")
        return content

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") and cleaned.get("scope") and cleaned["kind"] not in cleaned["scope"]:
            self.add_error("scope", "The permission does not allow what you ask for.")
        if cleaned.get("agent_email") and normalise_email(cleaned["agent_email"]) == cleaned.get("email"):
            self.add_error("email", "Name an address of the person, not your own: they confirm it there.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        content: bytes = given["permission"]
        agent = Agent(
            name=given["agent_name"],
            email=normalise_email(given["agent_email"]),
            signed_by=given["signed_by"],
            signed_on=given["signed_on"],
            expires_on=given["expires_on"],
            scope=",".join(given["scope"]),
            digest=hashlib.sha256(content).hexdigest(),
            permission=PERMISSION.close(base64.b64encode(content).decode()),
        )
        return {**super().facts(), "agent": agent}


class StatusForm(CookielessForm):
    """What can be said about a request by its link: yes, no, or that the answer is wrong."""

    words = _words("Why the answer is wrong")
    email = _email("Your e-mail", "We hold none any more. The answer to this goes there.")

    def __init__(self, *args: Any, asks_for_email: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_for_email:
            del self.fields["email"]

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])


class PointsForm(CookielessForm):
    """What somebody without a sign-in tells of themselves. It is compared, and forgotten."""

    phone = forms.CharField(label="Telephone in your profile", max_length=40, required=False)
    street = forms.CharField(label="Street and number in your profile", max_length=200, required=False)
    postal_code = forms.CharField(label="Postal code in your profile", max_length=20, required=False)
    joined = forms.CharField(
        label="Month in which you signed up", max_length=7, required=False, help_text="As in 2026-03."
    )
    ticket = forms.CharField(
        label="Number of a request that you made to us", max_length=8, required=False, help_text="As in T-123456."
    )
    declared = forms.BooleanField(
        label="I declare, under penalty of perjury, that I am the person whose data I ask for."
    )

    def __init__(self, *args: Any, asks_for_pieces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declared"].error_messages["required"] = "Without this declaration we hand over no data."
        if not asks_for_pieces:
            del self.fields["declared"]

    def typed(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in POINTS}


class OwnForm(Correction):
    """A request by somebody who is signed in."""

    kind = forms.ChoiceField(label="What do you want?", choices=[("", "Choose"), *Kind.choices])
    to = forms.ChoiceField(label="From whom?", widget=forms.RadioSelect, initial="candor")
    words = _words("Anything that helps", "What should be corrected, or which use you object to.")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("candor", "Candor: my sign-in, my profile, my mail, my requests"),
                   ("firm", f"{account.name}: my hours, my work, what colleagues noted")]  # fmt: skip
        self.fields["to"].choices = choices  # type: ignore[attr-defined]


class StaffForm(Correction):
    """What somebody asked us in a letter or a call."""

    kind = forms.ChoiceField(choices=Kind.choices, label="What they ask for")
    population = forms.ChoiceField(choices=_POPULATIONS, label="Who has their data", initial=Population.HOLDER)
    firm = forms.CharField(label="Which firm", max_length=120, required=False)
    channel = forms.ChoiceField(choices=_WRITTEN_DOWN, label="How it came")
    arrived_at = forms.DateTimeField(label="When it came", widget=MOMENT)
    name = forms.CharField(max_length=160, label="Name")
    email = forms.EmailField(
        label="E-mail", required=False, help_text="They confirm by the link that goes there, and fetch the answer."
    )
    country = _country("Where they live", "Not known")
    words = _words("What they say")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("arrived_at", timezone.localtime())

    def clean_arrived_at(self) -> Any:
        return _past(self.cleaned_data["arrived_at"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("population") == Population.FIRM and not cleaned.get("firm"):
            self.add_error("firm", "Name the firm.")
        return cleaned


class BecauseForm(forms.Form):
    """Why something waits or takes longer."""

    because = forms.CharField(label="Why", max_length=180)


class ReachForm(forms.Form):
    """The address of somebody who asked by post or telephone."""

    email = forms.EmailField(label="Their e-mail", max_length=254)

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])


class PassOnForm(forms.Form):
    """The firm that decides about the data."""

    slug = forms.CharField(label="Account", max_length=50, help_text="As in its address: /a/acme/ is acme.")

    def clean_slug(self) -> Account:
        account = account_at(self.cleaned_data["slug"].strip().lower())
        if account is None:
            raise ValidationError("There is no such account.")
        return account


class DecisionForm(forms.Form):
    """The answer, and what is not done, with its reason and what shows it."""

    decision = forms.ChoiceField(label="Decision", choices=_DECISIONS, widget=forms.RadioSelect)
    what = forms.CharField(label="What is not done", max_length=200, required=False)
    code = forms.ChoiceField(label="Why not", required=False)
    evidence = forms.CharField(
        label="What shows it", max_length=300, required=False, help_text="Stays here; the person reads the reason."
    )
    what_2 = forms.CharField(label="What else is not done", max_length=200, required=False)
    code_2 = forms.ChoiceField(label="Why not", required=False)
    evidence_2 = forms.CharField(label="What shows that", max_length=300, required=False)
    answer = _words("Your answer", "Goes to the person as it stands.", required=True)
    told = forms.CharField(
        label="Who else was told of it", max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = recipients.of(asked) if asked.what.concerns_others else []
        if not asked.what.concerns_others:
            del self.fields["told"]
        for name in ("code", "code_2"):
            self.fields[name].choices = [("", "Nothing is refused"), *exceptions.choices()]  # type: ignore[attr-defined]

    def decided(self) -> dict[str, Any]:
        """What ``decide`` takes."""
        given = self.cleaned_data
        return {
            "kept": self._kept(),
            "told": given.get("told", ""),
            **{name: given[name] for name in ("decision", "answer")},
        }

    def _kept(self) -> list[Kept]:
        given = self.cleaned_data
        return [
            Kept(code=given[f"code{end}"], what=given[f"what{end}"], evidence=given[f"evidence{end}"])
            for end in ("", "_2")
            if given[f"code{end}"] and given["decision"] != Decision.FULL
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for end in ("", "_2"):
            if cleaned.get(f"code{end}") and not cleaned.get(f"what{end}"):
                self.add_error(f"what{end}", "Name what is not done.")
        is_done = cleaned.get("decision") in (Decision.FULL, Decision.PARTIAL)
        if is_done and "told" in self.fields and not cleaned.get("told"):
            self.add_error("told", "Write whom you told, or why nobody had to be or could be.")
        return cleaned


class FirmRequestForm(Correction, forms.ModelForm):
    """What one of a firm's contacts asked the firm itself."""

    country = _country("Where they live", "Not known")

    class Meta:
        model = FirmRequest
        fields = ["kind", "channel", "arrived_at", "name", "email", "country", *CORRECTION, "words"]
        widgets = {"arrived_at": MOMENT, "words": forms.Textarea(attrs={"rows": 4})}
        labels = {"kind": "What they ask for", "arrived_at": "When it came"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = _WRITTEN_DOWN  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", "Choose"), *Kind.choices]  # type: ignore[attr-defined]
        self.fields["name"].required = True
        self.initial["arrived_at"] = timezone.localtime()

    def clean_arrived_at(self) -> Any:
        return _past(self.cleaned_data["arrived_at"])


class CorrectForm(forms.Form):
    """What the firm writes into its contact: what was asked for, or something nearer to the truth."""

    value = forms.CharField(label="Write this", max_length=300, required=False)


class NameContactForm(forms.Form):
    """Which of the firm's contacts it is about."""

    contact = forms.ChoiceField(label="Who is it?")

    def __init__(self, *args: Any, found: list[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {str(each.public_id): each for each in found}
        words = [(key, f"{each} ({each.email or 'no e-mail'})") for key, each in self.found.items()]
        self.fields["contact"].choices = words  # type: ignore[attr-defined]

    def clean_contact(self) -> Contact:
        return self.found[self.cleaned_data["contact"]]
