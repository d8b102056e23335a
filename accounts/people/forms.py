"""What is typed about people: whom to invite, what they may, and who takes over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.forms import FirstPasswordForm, a_name
from accounts.models import Account, Membership
from accounts.people import invitations, members, pasted
from accounts.permissions import ADMINS, ROLES, can
from tenancy.fields import AccountChoiceField
from tenancy.forms import VersionedModelForm

Role = Membership.Role
WHAT_ROLES_MAY = {
    Role.OWNER: "Everything, the account itself included.",
    Role.ADMIN: "Everything but the ownership and the plan: people, the account, all records.",
    Role.MANAGER: "All clients and projects, rates, and everybody’s time.",
    Role.MEMBER: "All clients, and their own time. Sees no rates.",
    Role.BILLING: "Rates, bills and the plan. Sees no clients and no projects.",
    Role.READER: "Looks at clients and projects, changes nothing.",
}
ROLE_WIDGET = forms.RadioSelect(attrs={"class": "form-check-input"})
INVITED_TO = [Role.MEMBER, Role.MANAGER, Role.ADMIN, Role.BILLING, Role.READER]


class PeopleFilterForm(forms.Form):
    """What the list is narrowed to."""

    STATUSES = [("", "Active"), ("invited", "Invited"), ("deactivated", "Deactivated")]

    q = forms.CharField(required=False, max_length=100)
    role = forms.ChoiceField(required=False, choices=[("", "Any role"), *Role.choices])
    status = forms.ChoiceField(required=False, choices=STATUSES)


class InviteForm(forms.Form):
    """Several people at once, each told when their line can't be read."""

    people = forms.CharField(
        label="Who",
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "Anna Berg <anna@berg.example>", "autofocus": True}),
        help_text="One or several, with names if you like: one a line, or with commas or semicolons between them.",
    )
    role = forms.ChoiceField(
        choices=[(role, role.label) for role in INVITED_TO], initial=Role.MEMBER, widget=ROLE_WIDGET
    )
    message = forms.CharField(
        label="A few words from you",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="They stand in the letter.",
        validators=[a_name],
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_people(self) -> list[pasted.Person]:
        found = pasted.read(self.cleaned_data["people"].replace("\0", ""))
        people = list(found.people.values())
        if len(people) > invitations.MOST_AT_ONCE:
            raise ValidationError(f"{invitations.MOST_AT_ONCE} people at once is the most. These are {len(people)}.")
        in_the_way = invitations.troubles(list(found.people), self.account)
        faults = found.faults + [f"Line {found.people[email].line}: {words}" for email, words in in_the_way.items()]
        if faults or not people:
            raise ValidationError(sorted(faults, key=_line_of) or ["Type at least one e-mail address."])
        return people


def _line_of(fault: str) -> int:
    return int(fault.removeprefix("Line ").partition(":")[0])


class RightsForm(VersionedModelForm):
    """What a member may do. Only owners name who may let support look and start exports."""

    class Meta:
        model = Membership
        fields = ["role", "manager", "sees_only_own_records", "is_privacy_approver"]
        widgets = {"role": ROLE_WIDGET}
        labels = {
            "sees_only_own_records": "Sees only own records",
            "is_privacy_approver": "Privacy approver",
        }
        help_texts = {
            "sees_only_own_records": "Only contacts and companies they own, and only their own time. Projects are "
            "seen by name, because time is logged on them.",
            "is_privacy_approver": "May allow our support to look at a record, and may start exports.",
            "manager": "Approves their hours, where hours are approved.",
        }

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        is_owner = self.instance.role == Role.OWNER
        roles = [Role.OWNER] * is_owner + [role for role in Role if role != Role.OWNER]
        self.fields["role"].choices = [(role.value, role.label) for role in roles]
        manager = self.fields["manager"]
        able = Q(role__in=ROLES["time.approve"], sees_only_own_records=False) | Q(pk=self.instance.manager_id)
        manager.queryset = manager.queryset.exclude(pk=self.instance.pk).filter(able).by_name()
        manager.empty_label = "Nobody: owners and admins approve"
        if not can(by, "people.own"):
            del self.fields["is_privacy_approver"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("sees_only_own_records") and cleaned.get("role") in ADMINS:
            self.add_error("sees_only_own_records", "Owners and admins see every record. Take one of the two away.")
        return cleaned

    def clean_manager(self) -> Membership | None:
        chosen: Membership | None = self.cleaned_data["manager"]
        if chosen is not None and members.is_below(chosen, self.instance):
            raise ValidationError(f"{self.instance} manages {chosen}, perhaps through others. Choose somebody else.")
        return chosen

    def save(self, commit: bool = True) -> members.Changes:
        return members.change(self.instance, expected=self.stored_version, by=self.by)


class HandOverForm(forms.Form):
    """Who takes over what a leaver still has to do."""

    to = AccountChoiceField(
        model=Membership, label="Takes over", required=False, empty_label="Nobody: it waits for an owner"
    )

    def __init__(self, *args: Any, leaver: Membership, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = self.fields["to"].queryset.exclude(pk=leaver.pk).by_name()
        if by.pk != leaver.pk:
            self.initial["to"] = by


class OwnershipForm(forms.Form):
    """How the ownership is offered."""

    KEEPS = [("admin", "I become an admin: the account is theirs"), ("owner", "I stay an owner: we both own it")]
    and_you = forms.ChoiceField(label="And you?", choices=KEEPS, initial="admin", widget=forms.RadioSelect)

    @property
    def stays_owner(self) -> bool:
        return self.cleaned_data["and_you"] == "owner"


class ComeInForm(FirstPasswordForm):
    """Somebody new, invited by mail: their name and a password."""

    first_name = forms.CharField(max_length=80, validators=[a_name], widget=forms.TextInput())
    last_name = forms.CharField(max_length=80, validators=[a_name], widget=forms.TextInput())
    is_old_enough = forms.BooleanField(
        label="I am at least 13 years old",
        error_messages={"required": "Candor is not made for children under 13. Nothing that you typed was stored."},
    )
    field_order = ["first_name", "last_name", "password1", "password2", "is_old_enough"]

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, _, last = name.rpartition(" ")
        self.initial |= {"first_name": first or last, "last_name": last if first else ""}
        for field, token in (("first_name", "given-name"), ("last_name", "family-name")):
            self.fields[field].widget.attrs["autocomplete"] = token
