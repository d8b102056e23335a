"""What the kit page shows: one example of every part."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.utils import timezone


class KitForm(forms.Form):
    """One field of every kind, half of them wrong."""

    name = forms.CharField(label="Name")
    email = forms.EmailField(label="E-mail", help_text="You sign in with it.")
    phone = forms.CharField(label="Phone", required=False, help_text="Empty it and we hold none.")
    zone = forms.ChoiceField(label="Time zone", choices=[("cph", "Copenhagen, 14:07 now")], required=False)
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    rule = forms.ChoiceField(
        label="Hours are shown as",
        choices=[("clock", "1:30"), ("decimal", "1.50")],
        widget=forms.RadioSelect,
        required=False,
    )
    news = forms.BooleanField(label="News about the product, about monthly", required=False)
    file = forms.FileField(label="Contacts file", required=False)


def sample(request: HttpRequest) -> dict[str, Any]:
    """Context of /kit/, standing in for a signed-in account page; ?theme=dark forces a theme."""
    entries = [
        SimpleNamespace(label=label, url="/kit/", icon=icon, is_current=label == "Contacts")
        for label, icon in [
            ("Home", "home"),
            ("Contacts", "users"),
            ("Companies", "building"),
            ("Projects", "folder"),
            ("Time", "clock"),
        ]
    ]
    theme = request.GET.get("theme", "")
    request.user = SimpleNamespace(  # type: ignore[assignment]
        is_authenticated=True,
        full_name="Alice Novak",
        email="alice@acme.example",
        theme=theme if theme in {"light", "dark"} else "",
    )
    return {
        "account": SimpleNamespace(name="Acme", slug="acme"),
        "other_accounts": [SimpleNamespace(name="Pell & Daughters", slug="pell")],
        "menu": entries,
        "tabbar": [entry for entry in entries if entry.label != "Companies"],
        "admin_menu": [("You", entries[:2])],
        "trial": SimpleNamespace(days_left=5, warn=True),
        "messages": [Message(messages.SUCCESS, "Contact created. It is the first one of Tidewater Museum.")],
        "blank": KitForm(prefix="blank"),
        "wrong": KitForm({"wrong-email": "alice", "wrong-phone": "+45 20 55"}, prefix="wrong"),
        "views": [
            SimpleNamespace(label="All", url="/kit/", is_current=True, count=1248),
            SimpleNamespace(label="Mine", url="/kit/", is_current=False, count=63),
            SimpleNamespace(label="Companies", url="/kit/", is_current=False, count=None),
        ],
        "changes": [
            ("Phone", "+45 20 55 01 12", "+45 20 55 01 18"),
            ("Postal address", "Vestergade 9, 1456 Copenhagen", ""),
            ("Title", "", "Partner"),
        ],
        "people": ["Alice Novak", "Bob Okafor", "Priya Raman", "Tomás Vidal", "Ines Moreau", "李小龍"],
        "now": timezone.now(),
        "yesterday": timezone.now() - timedelta(days=1),
        "years_ago": timezone.now() - timedelta(days=800),
    }
