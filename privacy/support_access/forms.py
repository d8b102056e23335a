"""What people may write to us, and what staff may do with it."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.cookieless import CookielessForm
from accounts.forms import a_name
from accounts.models import Membership, User, normalise_email
from privacy.support_access.models import Queue, Topic

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


class WordsForm(forms.Form):
    """Words in a request, by somebody who is signed in."""

    text = _words("Write more", rows=4)


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
