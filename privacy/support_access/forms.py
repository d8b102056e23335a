"""What people may write to us, and what staff may do with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.cookieless import CookielessForm
from accounts.forms import a_name
from accounts.lifecycle import LONGEST_EXTENSION
from accounts.models import Account, Consent, Membership, User, normalise_email
from accounts.queries import account_at, membership_at
from lib import phones
from privacy.support_access.attaching import WithFiles
from privacy.support_access.models import Call, Queue, Ticket, Topic

LONGEST = 10_000
FOR_ME = "me"
CHOOSE = ("", "Choose what it is about")


def _words(label: str, rows: int = 6, *, help_text: str = "", required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, widget=widget, help_text=help_text, required=required)


def _name(label: str, *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "name"})
    return forms.CharField(label=label, max_length=160, widget=widget, required=required, validators=[a_name])


def _email(help_text: str, *, required: bool = True) -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return forms.EmailField(label="Your e-mail", max_length=254, widget=widget, help_text=help_text, required=required)


class ContactForm(CookielessForm):
    """A request to us. Somebody who is signed in may say that it is theirs, or their firm's."""

    topic = forms.ChoiceField(label="What is it about?", choices=[CHOOSE, *Topic.choices])
    about = forms.ChoiceField(
        label="Keep it with", help_text="Kept with an account, its owners and admins can read it."
    )
    name = _name("Your name")
    email = _email("Our answer goes here.")
    subject = forms.CharField(label="In a few words", max_length=120)
    text = _words("Your message", help_text="No passwords, and nothing about others that we don’t need.")

    def __init__(self, *args: Any, user: User | None, members: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.members = user, {str(each.account.slug): each for each in members}
        if user is None:
            del self.fields["about"]
            return
        mine = (FOR_ME, "me alone")
        firms = [(slug, each.account.name) for slug, each in self.members.items()]
        self.fields["about"].choices = [mine, *firms, ("", "nobody: answer me by mail only")]  # type: ignore[attr-defined]
        self.fields["about"].required = False
        self.fields["about"].initial = FOR_ME

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])

    def facts(self) -> dict[str, Any]:
        """What ``open_ticket`` takes."""
        given, about = self.cleaned_data, self.cleaned_data.get("about", "")
        return {
            **{name: given[name] for name in ("text", "subject", "name", "email")},
            "topic": Topic(given["topic"]),
            "user": self.user if about == FOR_ME else None,
            "member": self.members.get(about),
        }


class ChildForm(CookielessForm):
    """Word that a child uses Candor, or that a child's data is kept here. Nobody has to say who they are."""

    where = forms.CharField(
        label="Where is it?",
        max_length=120,
        help_text="The firm, the address of the page, or the e-mail address that the child signs in with.",
    )
    text = _words(
        "What did you notice?",
        help_text="No more about the child than we need to find it: no photo, no date of birth.",
    )
    who = forms.ChoiceField(
        label="You are",
        choices=[
            ("parent", "a parent or guardian"),
            ("school", "from the child’s school"),
            ("firm", "from the firm that keeps the data"),
            ("other", "somebody else"),
        ],
        widget=forms.RadioSelect,
        initial="parent",
    )
    name = _name("Your name", required=False)
    email = _email("Only if you want to hear what we did.", required=False)

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])

    def facts(self) -> dict[str, Any]:
        """What ``open_ticket`` takes."""
        given = self.cleaned_data
        who = dict(self.fields["who"].choices)[given["who"]]  # type: ignore[attr-defined]
        return {
            "topic": Topic.CHILD,
            "subject": given["where"],
            "text": f"{given['text']}\n\nReported by {who}.",
            "name": given["name"],
            "email": given["email"],
        }


class MoreForm(CookielessForm):
    """More words in a request, by the link in our letter."""

    text = _words("What do you want to add?")


class WordsForm(WithFiles):
    """Words in a request, by somebody who is signed in. Files are the account's: what a person asks takes none."""

    text = _words("Write more", rows=4)

    def __init__(self, *args: Any, takes_files: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not takes_files:
            del self.fields["attached"]


class AskUsForm(WithFiles):
    """A request for the account, by somebody who is signed in."""

    topic = forms.ChoiceField(label="What is it about?", choices=[CHOOSE, *Topic.choices])
    subject = forms.CharField(label="In a few words", max_length=120)
    text = _words("Your message", help_text="No passwords. A record is named by its id, which its page quotes.")
    field_order = ("topic", "subject", "text", "attached")

    def clean_topic(self) -> Topic:
        return Topic(self.cleaned_data["topic"])


class OnBehalfForm(forms.Form):
    """What somebody asked us in another way, as staff write it down."""

    topic = forms.ChoiceField(label="What is it about?", choices=[CHOOSE, *Topic.choices])
    name = forms.CharField(label="Who asks", max_length=160)
    email = forms.EmailField(
        label="E-mail", max_length=254, help_text="The number goes there at once, and our answer later."
    )
    subject = forms.CharField(label="In a few words", max_length=120)
    text = _words("Their words", help_text="As they wrote or said them, and on what day.")

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])

    def clean_topic(self) -> Topic:
        return Topic(self.cleaned_data["topic"])


class AnswerForm(forms.Form):
    """Our answer. ``seen`` says how many messages its writer had read."""

    text = _words("Answer", rows=7, help_text="Goes out by mail as it stands.")
    seen = forms.IntegerField(widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """Words for colleagues."""

    text = _words("Note", rows=3, help_text="For colleagues. It is part of what the person may ask a copy of.")


class MoveForm(forms.Form):
    """Another queue."""

    queue = forms.ChoiceField(label="Queue", choices=Queue.choices)


class AssignForm(forms.Form):
    """Who of us works on it."""

    to = forms.ModelChoiceField(
        User.objects.none(), label="Assigned to", required=False, to_field_name="public_id", empty_label="Nobody"
    )

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = staff  # type: ignore[attr-defined]


# --- Telephone calls, and decisions about people and accounts -------------------------------------

CALLS_KEPT = timedelta(days=365)
RECORDINGS_KEPT_AT_MOST = timedelta(days=90)


class AccountField(forms.CharField):
    """An open account by its address, as staff type it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Account", max_length=50, help_text="The word after /a/, such as acme.", **kwargs)

    def clean(self, value: Any) -> Account | None:
        slug = super().clean(value)
        found = account_at(slug.lower())
        if slug and found is None:
            raise ValidationError("There is no open account at this address. It is the word after /a/, such as acme.")
        return found


class CallForm(forms.ModelForm):
    """What was said on the telephone, with whom, and until when we keep it."""

    email = forms.EmailField(
        label="Signs in as",
        required=False,
        max_length=254,
        help_text="Then the person finds this call in their Admin area.",
    )
    account = AccountField(required=False)
    notice = forms.BooleanField(
        label="At the beginning I told them that the call is recorded, and what for", required=False
    )

    class Meta:
        model = Call
        fields = [
            "person", "phone", "purpose", "started_at", "ended_at", "summary", "kept_until",
            "recording", "recorded_for", "recording_kept_until",
        ]  # fmt: skip
        widgets = {
            **dict.fromkeys(
                ["started_at", "ended_at"], forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
            ),
            **dict.fromkeys(["kept_until", "recording_kept_until"], forms.DateInput({"type": "date"}, "%Y-%m-%d")),
            "summary": forms.Textarea({"rows": 6}),
        }
        help_texts = {
            "recording": "Where it is in the telephone system. Empty: nothing was recorded.",
            "recording_kept_until": f"At most {RECORDINGS_KEPT_AT_MOST.days} days.",
        }

    def __init__(self, data: Any = None, *, ticket: Ticket | None = None) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        known: dict[str, Any] = {"started_at": now, "ended_at": now, "kept_until": now.date() + CALLS_KEPT}
        if ticket is not None:
            known |= {"person": ticket.name, "email": ticket.user.email if ticket.user else ""}
            known |= {"account": ticket.account.slug if ticket.account else ""}
        super().__init__(data, initial=known)
        self.fields["purpose"].choices = [("", "Choose what it was for"), *Call.Purpose.choices]  # type: ignore[attr-defined]
        self.fields["recorded_for"].choices = [("", "Not recorded"), *Call.RecordedFor.choices]  # type: ignore[attr-defined]
        self.instance.ticket = ticket

    def clean_phone(self) -> str:
        """In the one spelling that search knows; what can't be dialled stays as it is written."""
        return phones.e164(self.cleaned_data["phone"]) or self.cleaned_data["phone"]

    def clean_email(self) -> User | None:
        email = normalise_email(self.cleaned_data["email"])
        found = User.objects.filter(email=email).first() if email else None
        if email and found is None:
            raise ValidationError("Nobody signs in with this address. Leave it empty, or ask for the right one.")
        return found

    def clean_recording_kept_until(self) -> Any:
        until = self.cleaned_data["recording_kept_until"]
        if until and until > timezone.localdate() + RECORDINGS_KEPT_AT_MOST:
            raise ValidationError(f"A recording goes within {RECORDINGS_KEPT_AT_MOST.days} days.")
        return until

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        user, account = given.get("email"), given.get("account")
        if user and account and membership_at(user, account.slug) is None:
            self.add_error("account", "This person does not belong to that account.")
        self.instance.user, self.instance.account = user, account
        self.instance.notice_given_at = given.get("started_at") if given.get("notice") else None
        return given

    def _post_clean(self) -> None:
        """The database's own rules, also those about what is no field here: the moment of the notice."""
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as error:
                self.add_error(None, error)


class ListenForm(forms.Form):
    """Why somebody listens to a recording."""

    why = forms.CharField(label="Why do you listen?", max_length=200, help_text="The person reads it.")


class OptOutForm(forms.Form):
    """What somebody told us about mail."""

    email = forms.EmailField(label="Address", max_length=254)
    purpose = forms.ChoiceField(
        label="Which mail", required=False, choices=[("", "All promotional mail"), *Consent.Purpose.choices]
    )
    evidence = forms.CharField(
        label="How it reached us",
        max_length=150,
        help_text="Such as “Letter of 3 May” or “Call, T-482913”. No address: this line outlives it.",
    )

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])

    def clean_evidence(self) -> str:
        evidence: str = self.cleaned_data["evidence"]
        if "@" in evidence:
            raise ValidationError("Leave the address out: this line is kept when the address is forgotten.")
        return evidence


class CompareForm(forms.Form):
    """An account whose copy of the card processor's books is looked at."""

    account = AccountField()
    reason = forms.CharField(
        label="Reason", max_length=200, help_text="It stands in the firm’s own log, with your name."
    )


class OverruleForm(forms.Form):
    """What an account may do for a while, whatever its payments say."""

    account = AccountField()
    standing = forms.ChoiceField(
        label="It may",
        required=False,
        choices=[("active", "Do everything"), ("read_only", "Only be read"), ("", "Do what its payments say")],
        initial="active",
    )
    days = forms.IntegerField(
        label="For so many days", min_value=1, max_value=LONGEST_EXTENSION, required=False, initial=7
    )
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="It stands in the firm’s own log, with your name, and in a letter to its owners. Its people read it.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("standing") and "days" not in self.errors and not cleaned.get("days"):
            self.add_error("days", "Say for how many days.")
        return cleaned


class TrialForm(forms.Form):
    """More days for a firm that tries Candor."""

    account = AccountField()
    days = forms.IntegerField(label="Days", min_value=1, max_value=LONGEST_EXTENSION)
    reason = forms.CharField(
        label="Reason", max_length=200, help_text="It stands in the firm’s own log, with your name."
    )
