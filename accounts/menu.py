"""The menus: each app declares its own entries in its ``menu.py``; what a member may not use is absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import can

Place = Literal["top", "admin", "person"]


@dataclass(frozen=True)
class MenuEntry:
    """One word in the top bar, in the Admin area's list, or in a person's own menu."""

    label: str
    view: str  # the URL's name, as in "crm:contacts"
    action: str  # who sees it: a row of accounts/permissions.py
    order: int
    icon: str = ""
    place: Place = "top"
    group: str = ""  # Admin area: the heading it stands under
    on_phone: bool = False  # in the phone's tab bar
    also: tuple[str, ...] = ()  # other URL names under which it is the current page


@dataclass(frozen=True)
class ShownEntry:
    """An entry as one page shows it."""

    label: str
    url: str
    icon: str
    is_current: bool
    on_phone: bool
    group: str


_entries: list[MenuEntry] = []


def register(entry: MenuEntry) -> None:
    """Add an entry; called once per entry from an app's ``menu.py``."""
    _entries.append(entry)


def entries(request: HttpRequest, membership: Membership, place: Place) -> list[ShownEntry]:
    """The entries of one menu that this member may use, in order, the current one marked."""
    match = request.resolver_match
    name = match.view_name if match else ""
    slug = membership.account.slug
    return [
        ShownEntry(
            label=entry.label,
            url=reverse(entry.view, args=[slug]),
            icon=entry.icon,
            is_current=name == entry.view or name in entry.also,
            on_phone=entry.on_phone,
            group=entry.group,
        )
        for entry in sorted(_entries, key=lambda entry: entry.order)
        if entry.place == place and can(membership, entry.action)
    ]


register(MenuEntry("Home", "accounts:home", "home.view", 10, icon="home", on_phone=True))
register(
    MenuEntry(
        "Personal Information",
        "accounts:profile",
        "profile.edit",
        10,
        place="admin",
        group="You",
        also=("accounts:admin", "accounts:profile_edit", "accounts:email_change"),
    )
)
register(MenuEntry("Notifications", "accounts:notifications", "profile.edit", 15, place="admin", group="You"))
register(
    MenuEntry(
        "Security",
        "accounts:security",
        "session.view",
        15,
        place="admin",
        group="You",
        also=("accounts:allow_list", "accounts:factor_policy"),
    )
)
register(
    MenuEntry(
        "Account",
        "accounts:account",
        "account.view",
        20,
        place="admin",
        group="Account",
        also=("accounts:account_edit", "deletion:close"),
    )
)
register(
    MenuEntry(
        "People and roles",
        "accounts:people",
        "people.view",
        30,
        place="admin",
        group="Account",
        also=(
            "accounts:people_invite",
            "accounts:person",
            "accounts:person_deactivate",
            "accounts:ownership_offer",
        ),
    )
)
register(
    MenuEntry(
        "Audit log",
        "accounts:audit_log",
        "audit.view",
        430,
        place="admin",
        group="Candor",
        also=(
            "accounts:audit_event",
            "accounts:audit_checks",
            "accounts:audit_check",
            "accounts:audit_exports",
            "accounts:audit_export",
        ),
    )
)
register(
    MenuEntry(
        "API keys",
        "accounts:keys",
        "api_key.own",
        80,
        place="admin",
        group="Account",
        also=("accounts:key_revoke",),
    )
)
register(
    MenuEntry(
        "Webhooks",
        "accounts:webhooks",
        "webhook.manage",
        82,
        place="admin",
        group="Account",
        also=(
            "accounts:webhook_create",
            "accounts:webhook",
            "accounts:webhook_edit",
            "accounts:webhook_secret",
        ),
    )
)
