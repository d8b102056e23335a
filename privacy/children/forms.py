"""What staff say about a report, and whom they name. Nothing about the child is typed here but an address."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Account
from accounts.queries import account_at
from privacy.children.models import ChildReport, ParentalConsent


class FreezeForm(forms.Form):
    """Whom it is about."""

    address = forms.EmailField(
        label="E-mail of the child", max_length=254, help_text="Is compared with what is kept, and not stored here."
    )
    slug = forms.CharField(
        label="Account, for a firm’s contact",
        max_length=50,
        required=False,
        help_text="As in its address: /a/acme/ is acme. Empty for somebody who signs in.",
    )

    def clean_slug(self) -> Account | None:
        slug = self.cleaned_data["slug"].strip().lower()
        account = account_at(slug) if slug else None
        if slug and account is None:
            raise ValidationError("There is no such account.")
        return account


class FindForm(forms.Form):
    """What we found, and how we know."""

    finding = forms.ChoiceField(label="What did you find?", choices=ChildReport.Finding, widget=forms.RadioSelect)
    ground = forms.ChoiceField(label="How do you know?", choices=[("", "Choose"), *ChildReport.Ground.choices])


class ConsentForm(forms.ModelForm):
    """A parent who was verified."""

    way = forms.ChoiceField(label="How they were verified", choices=[("", "Choose"), *ParentalConsent.Way.choices])

    class Meta:
        model = ParentalConsent
        fields = ["parent_name", "parent_email", "way"]
