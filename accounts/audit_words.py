"""How the log tells what happened to the account, its people and their profiles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts import facts
from accounts.handover import counted, in_words
from accounts.history import pages_of
from accounts.models import Account, LogJob, Membership, User, WebhookRecipient
from accounts.permissions import can
from accounts.queries import colleagues_of
from audit.words import Data, Field, Kind, Noun, Ref, kind_called, register, register_noun
from lib import formats


def _role(data: Data) -> dict[str, str]:
    return {"role": Membership.Role(data["role"]).label}


def _handed(data: Data) -> dict[str, str]:
    piles = in_words(counted(data["handed_over"]))
    return {"handed": f"; {piles} went to {data['to'] or 'nobody'}" if piles else ""}


def _kept(data: Data) -> dict[str, str]:
    return {"kept": ", and stays an owner" if data["stays_owner"] else ", and becomes an admin"}


def _how(data: Data) -> dict[str, str]:
    return {"how": " with a browser not seen before" if data.get("new_device") else ""}


def _number(data: Data) -> dict[str, str]:
    return {"number": "one" if data["number"] == 1 else str(data["number"])}


def _last(data: Data) -> dict[str, str]:
    return {"last": ", the last one" if data["is_last"] else ""}


def _days(data: Data) -> dict[str, str]:
    return {"days": f"{data['days']} days" if data["days"] else "no days: at once"}


def _left(data: Data) -> dict[str, str]:
    left = data["left"]
    return {"left": "one is" if left == 1 else f"{left or 'none'} are"}


def _scopes(data: Data) -> dict[str, str]:
    return {"scopes": ", ".join(data["scopes"])}


def _places(data: Data) -> dict[str, str]:
    said = [f"{what} {', '.join(data[key])}" for key, what in (("added", "added"), ("removed", "removed")) if data[key]]
    return {"places": f": {'; '.join(said)}" if said else ""}


def _trial(data: Data) -> dict[str, str]:
    return {"ends": formats.day(datetime.fromisoformat(data["ends"]), "year")}


def _removed(data: Data) -> dict[str, str]:
    labels = {fact.key: fact.label for fact in facts.of_person(User())}
    return {"removed": ", ".join(labels.get(key, key) for key in data["removed"])}


def _account_page(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    url = reverse("accounts:account", args=[reader.account.slug]) if can(reader, "account.view") else ""
    return {reader.account.public_id: url} if reader.account.public_id in public_ids else {}


def _erased(data: Data) -> dict[str, str | Ref]:
    """The event is called as it calls itself: its kind and its id."""
    kind, _, public_id = data["record"].partition(" ")
    return {"event": Ref("audit.event", public_id, kind_called(kind).label)}


def _checked(data: Data) -> dict[str, str | Ref]:
    number = data["findings"]
    outcome = f"{number} {'thing' if number == 1 else 'things'} wrong" if number else "nothing wrong"
    events = data["events"]
    return {"events": f"{formats.number(events)} event{'' if events == 1 else 's'}", "outcome": outcome}


def _log_jobs(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    """Who may check the log may see any check; an export is for who may export."""
    found = LogJob.objects.filter(public_id__in=public_ids) if can(reader, "audit.view") else []
    pages = {job.public_id: "audit_check" if job.what == LogJob.What.CHECK else "audit_export" for job in found}
    if not can(reader, "audit.export"):
        pages = {public_id: page for public_id, page in pages.items() if page == "audit_check"}
    return {public_id: reverse(f"accounts:{page}", args=[reader.account.slug, public_id])
            for public_id, page in pages.items()}  # fmt: skip


def _events(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    if not can(reader, "audit.view"):
        return {}
    return {each: reverse("accounts:audit_event", args=[reader.account.slug, each]) for each in public_ids}


def _own_profile(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    url = reverse("accounts:profile", args=[reader.account.slug])
    return {reader.user.public_id: url} if reader.user.public_id in public_ids else {}


register(
    "Account and people",
    Kind("account.opened", "Account opened", "opened the account {record}", "building"),
    Kind("account.changed", "Account changed", "changed {changes} of the account", "pencil",
         unchanged="saved the account"),
    Kind("account.logo_changed", "Logo changed", "gave the account a new logo, {file}", "photo"),
    Kind("account.logo_removed", "Logo removed", "removed the logo of the account", "photo-off"),
    Kind("allow_list.changed", "Addresses changed", "changed from where people may come in{places}", "map-pin",
         _places),
    Kind("allow_list.way_back_sent", "Way back asked for", "asked for a way back in from an address that is not listed",
         "door"),
    Kind("allow_list.way_back_used", "Way back used", "came in by a mailed link from {address}", "door-enter"),
    Kind("account.trial_extended", "Trial extended", "extended the trial to {ends}: {reason}", "hourglass", _trial),
    Kind("account.overruled", "Standing overruled", "set the account to {standing} until {ends}: {reason}", "gavel",
         _trial),
    Kind("account.overruling_ended", "Standing left to payments",
         "ended that the account is {standing} whatever its payments say: {reason}", "gavel"),
    Kind("account.second_factor_required", "Second factor asked for",
         "asked everybody for a second factor, within {days}", "shield-lock", _days),
    Kind("account.second_factor_released", "Second factor left to each", "left the second factor to each person",
         "shield-off"),
    Kind("account.closing_asked", "Closing asked for", "asked to close the account; it ends on {ends}", "lock", _trial),
    Kind("account.closing_undone", "Account kept", "kept the account open", "lock-open"),
    Kind("account.closed", "Account closed", "closed the account", "lock"),
    Kind("member.added", "Person added", "added {record} as {role}", "user-plus", _role),
    Kind("member.invited", "Person invited", "invited {record} as {role}", "mail", _role),
    Kind("member.invited_again", "Invitation sent again", "sent the invitation to {record} again", "mail-forward"),
    Kind("member.invitation_revoked", "Invitation taken back", "took the invitation to {record} back", "mail-off"),
    Kind("member.joined", "Person joined", "joined as {role}", "user-plus", _role),
    Kind("member.role_changed", "Role changed", "changed {changes} of {record}", "user-cog"),
    Kind("member.rights_changed", "Rights changed", "changed {changes} of {record}", "user-cog"),
    Kind("member.deactivated", "Person deactivated", "deactivated {record}{handed}", "user-off", _handed),
    Kind("member.reactivated", "Person reactivated", "let {record} in again as {role}", "user-check", _role),
    Kind("member.left", "Person left", "left the account{handed}", "door-exit", _handed),
    Kind("ownership.offered", "Ownership offered", "offered the ownership to {record}{kept}", "crown", _kept),
    Kind("ownership.revoked", "Offer of ownership taken back", "took the offer of ownership to {record} back",
         "crown-off"),
    Kind("ownership.accepted", "Ownership accepted", "accepted the ownership that {from} offered", "crown"),
    Kind("ownership.declined", "Ownership declined", "declined the ownership that {from} offered", "crown-off"),
    Kind("member.confirmed", "Person confirmed", "confirmed the e-mail address and set a password", "user-check"),
    Kind("member.signed_in", "Signed in", "signed in{how}", "login", _how),
    Kind("member.signed_out", "Signed out", "signed out", "logout"),
    Kind("member.password_changed", "Password changed", "changed their password",
         "password"),
    Kind("member.sessions_ended", "Sessions ended", "ended {number} of their sessions", "logout-2", _number),
    Kind("member.email_change_asked", "Other e-mail address asked for", "asked to sign in with {to}", "mail"),
    Kind("member.email_change_stopped", "Other e-mail address stopped", "stopped the change to {to}", "mail-off"),
    Kind("member.email_changed", "E-mail address changed", "changed their e-mail address from {old} to {new}", "mail"),
    Kind("member.email_change_undone", "E-mail address brought back",
         "undid the change from {new} to {old}, which ended their sessions and their password", "mail-off"),
    Kind("member.factor_added", "Second factor added", "added {factor} to their sign-in", "shield-plus"),
    Kind("member.factor_removed", "Second factor removed", "removed {factor} from their sign-in{last}", "shield-minus",
         _last),
    Kind("member.factors_reset", "Second factors reset", "removed all second factors of {record}: {reason}",
         "shield-off"),
    Kind("member.codes_made", "Recovery codes made", "made new recovery codes", "refresh"),
    Kind("member.code_used", "Recovery code used", "came in with a recovery code; {left} left", "lifebuoy", _left),
    Kind("api_key.created", "API key made", "made the API key {record} for {member}, good for {scopes}", "key",
         _scopes),
    Kind("api_key.revoked", "API key revoked", "revoked the API key {record}", "key-off"),
    Kind("webhook.entered", "Webhook recipient entered", "entered {record} at {host} on the register of recipients",
         "webhook"),
    Kind("webhook.changed", "Webhook recipient changed", "changed {changes} of the webhook recipient {record}",
         "pencil", unchanged="saved the webhook recipient {record}"),
    Kind("webhook.switched_on", "Webhooks switched on", "switched on webhooks to {record} at {host}", "player-play"),
    Kind("webhook.switched_off", "Webhooks switched off", "switched off webhooks to {record}", "player-pause"),
    Kind("webhook.stopped", "Webhooks stopped", "stopped webhooks to {record}: {because}", "alert-triangle"),
    Kind("webhook.secret_changed", "Webhook secret changed", "made a new secret for webhooks to {record}", "key"),
    Kind("webhook.removed", "Webhook recipient removed", "took {record} off the register of recipients", "trash"),
    Kind("profile.changed", "Profile changed", "changed {changes} of their own profile", "pencil",
         unchanged="saved their own profile"),
    Kind("profile.removed", "Profile details removed", "removed {removed} from their own profile", "eraser", _removed),
    Kind("profile.confirmed", "Profile confirmed", "said that their own profile is right", "checks"),
)  # fmt: skip
register_noun(
    Noun(
        "accounts.account",
        "account",
        {fact.key: Field(fact.label) for fact in facts.of_firm(Account())},
        _account_page,
    )
)
register_noun(
    Noun("accounts.user", "profile", {fact.key: Field(fact.label) for fact in facts.of_person(User())}, _own_profile)
)
register_noun(
    Noun(
        "accounts.membership",
        "member",
        {
            "role": Field("Role"),
            "sees_only_own_records": Field("Sees only own records"),
            "manager": Field("Manager"),
            "is_privacy_approver": Field("Privacy approver"),
        },
        pages_of("accounts:person", "people.manage", lambda reader: colleagues_of(reader)),
    )
)
register_noun(Noun("accounts.invitation", "invitation"))
register(
    "The log itself",
    Kind("audit.checked", "Log checked", "checked the log: {events}, {outcome}", "shield-check", _checked),
    Kind("audit.exported", "Log exported", "exported the log as {file}", "download"),
    Kind("audit.emptied", "Log emptied", "erased the words of the whole log, with the account", "eraser"),
    Kind("audit.erased", "Details erased", "erased the details of an event: {event}", "eraser", _erased),
)
register_noun(Noun("accounts.logjob", "reading of the log", urls=_log_jobs))
register_noun(Noun("audit.event", "event", urls=_events))
register_noun(Noun("accounts.apikey", "API key"))
register_noun(
    Noun(
        "accounts.webhookrecipient",
        "webhook recipient",
        {
            "name": Field("Recipient"),
            "url": Field("Address"),
            "purpose": Field("What for"),
            "country": Field("Where it is kept"),
            "topics": Field("Hears of"),
        },
        pages_of("accounts:webhook", "webhook.manage", lambda reader: WebhookRecipient.objects.all()),
    )
)
