"""Which letter for whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import closing, mail
from accounts.links import welcome_url
from accounts.models import (
    Account,
    Consent,
    EmailChange,
    Invitation,
    Membership,
    OutgoingMail,
    OwnershipOffer,
    SecurityEvent,
    User,
    WebhookRecipient,
)
from accounts.standing import CLOSING_DAYS, READ_ONLY_DAYS
from lib import formats


def way_in(user: User, account: Account | None = None) -> OutgoingMail:
    """The letter for somebody who asks to come in: the first link, or a word that the door is theirs already.

    It repeats nothing that was typed into a form, so nobody can send their words to a stranger.
    """
    if user.is_confirmed:
        return mail.write(
            "already_registered",
            user.email,
            account=account,
            login_url=settings.SITE_URL + reverse("account_login"),
            reset_url=settings.SITE_URL + reverse("account_reset_password"),
        )
    return mail.write("welcome", user.email, account=account, email=user.email, welcome_url=welcome_url(user))


def new_device(user: User, event: SecurityEvent) -> OutgoingMail:
    """Somebody signed in with a browser that we had not seen with this person."""
    with formats.use(locale=user.locale), timezone.override(user.time_zone):
        at = formats.exact(event.happened_at)
    return mail.write(
        "new_device",
        user.email,
        email=user.email,
        agent=" on ".join(filter(None, [event.browser or "An unknown browser", event.system])),
        at=f"{at} ({user.get_time_zone_display()})",
        ip=event.ip,
        reset_url=settings.SITE_URL + reverse("account_reset_password"),
    )


def many_failures(user: User, *, number: int, places: int, knew: bool) -> OutgoingMail:
    """Somebody tries to get in as this person; ``knew``: with the right password."""
    reset_url = settings.SITE_URL + reverse("account_reset_password")
    words = {"email": user.email, "number": number, "places": places, "knew": knew}
    return mail.write("many_failures", user.email, reset_url=reset_url, **words)


def confirm_address(change: EmailChange, token: str) -> OutgoingMail:
    """To the new address: the link that makes it the one to sign in with."""
    url = settings.SITE_URL + reverse("email_confirm", args=[token])
    return mail.write("confirm_address", change.new_email, email=change.old_email, confirm_url=url)


def address_in_use(change: EmailChange) -> OutgoingMail:
    """To somebody whose address a stranger wants to sign in with. It does not say who."""
    return mail.write("address_in_use", change.new_email, email=change.new_email)


def address_change_asked(change: EmailChange, token: str, request: str) -> OutgoingMail:
    """To the present address: what was asked for, and the link that stops it, or later undoes it."""
    url = settings.SITE_URL + reverse("email_undo", args=[token])
    words = {"new_email": change.new_email, "request": request, "undo_url": url}
    return mail.write("address_change_asked", change.old_email, **words)


def address_changed(change: EmailChange, token: str, undo_until: datetime) -> None:
    """To both addresses; to the old one with the link that undoes it."""
    with formats.use(locale=change.user.locale):
        last_day = formats.day(undo_until.astimezone(ZoneInfo(change.user.time_zone)).date(), "year")
    for to in (change.old_email, change.new_email):
        words = {"old_email": change.old_email, "new_email": change.new_email, "last_day": last_day}
        undo_url = settings.SITE_URL + reverse("email_undo", args=[token]) if to == change.old_email else ""
        mail.write("address_changed", to, undo_url=undo_url, **words)


def second_factor(user: User, what: str, **words: object) -> OutgoingMail:
    """What happened to the second step of somebody's sign-in."""
    return mail.write(
        what, user.email, email=user.email, reset_url=settings.SITE_URL + reverse("account_reset_password"), **words
    )


def second_factor_wanted(member: Membership, account: Account, until: datetime, *, is_at_once: bool) -> OutgoingMail:
    """The account asks everybody for a second factor, and this member has none yet."""
    user = member.user
    with formats.use(locale=user.locale):
        last_day = formats.day(until.astimezone(ZoneInfo(user.time_zone)).date(), "year")
    return mail.write(
        "second_factor_wanted",
        user.email,
        account=account,
        firm=account.name,
        is_at_once=is_at_once,
        last_day=last_day,
        setup_url=settings.SITE_URL + reverse("second_factor"),
    )


def deadline(owner: User, account: Account, kind: str, moment: datetime, now: datetime) -> OutgoingMail:
    """The letter ``trial_ends``, ``before_closing`` or ``before_deletion``: what happens when, and what to do."""
    with formats.use(locale=owner.locale):
        day = formats.day(moment.astimezone(ZoneInfo(owner.time_zone)).date(), "year")
    return mail.write(
        kind,
        owner.email,
        account=account,
        firm=account.name,
        day=day,
        days=max(0, ceil((moment - now) / timedelta(days=1))),
        home_url=settings.SITE_URL + reverse("accounts:home", args=[account.slug]),
        support_email=settings.OPERATOR.support_email,
        read_only_days=READ_ONLY_DAYS,
        closing_days=CLOSING_DAYS,
    )


def overruled(owner: User, account: Account, *, ends: datetime | None, reason: str) -> OutgoingMail:
    """To every owner: for some days staff decided what the account may do. ``ends`` None: its payments do again."""
    day = ""
    if ends is not None:
        with formats.use(locale=owner.locale):
            day = formats.day(ends.astimezone(ZoneInfo(owner.time_zone)).date(), "year")
    return mail.write(
        "overruled",
        owner.email,
        account=account,
        firm=account.name,
        may_write=account.standing().may_write,
        standing=account.standing().words,
        day=day,
        reason=reason,
        home_url=settings.SITE_URL + reverse("accounts:home", args=[account.slug]),
        support_email=settings.OPERATOR.support_email,
    )


def invitation(invitation: Invitation, token: str) -> OutgoingMail:
    """The letter that lets somebody in, once."""
    account = invitation.account
    return mail.write(
        "invitation",
        invitation.email,
        account=account,
        firm=account.name,
        inviter=str(invitation.invited_by),
        name=invitation.name,
        email=invitation.email,
        role=invitation.get_role_display(),
        message=invitation.message,
        last_day=formats.day(invitation.expires_at.astimezone(ZoneInfo(account.time_zone)).date(), "year"),
        join_url=settings.SITE_URL + reverse("invitation", args=[token]),
    )


def ownership_offered(offer: OwnershipOffer) -> OutgoingMail:
    """The letter to a colleague who may own the account."""
    user, account = offer.offered_to.user, offer.offered_by.account
    with formats.use(locale=user.locale):
        last_day = formats.day(offer.expires_at.astimezone(ZoneInfo(user.time_zone)).date(), "year")
    return mail.write(
        "ownership_offered",
        user.email,
        account=account,
        firm=account.name,
        owner=str(offer.offered_by),
        stays_owner=offer.stays_owner,
        last_day=last_day,
        answer_url=settings.SITE_URL + reverse("accounts:ownership", args=[account.slug]),
    )


def ownership_answered(offer: OwnershipOffer, *, is_accepted: bool) -> OutgoingMail:
    """The letter to the owner whose offer was accepted or declined."""
    account = offer.offered_by.account
    return mail.write(
        "ownership_answered",
        offer.offered_by.user.email,
        account=account,
        firm=account.name,
        colleague=str(offer.offered_to),
        is_accepted=is_accepted,
        stays_owner=offer.stays_owner,
        home_url=settings.SITE_URL + reverse("accounts:home", args=[account.slug]),
    )


def way_back(owner: Membership, url: str) -> OutgoingMail:
    """The letter that lets an owner in whom the account's own list of addresses shuts out."""
    return mail.write("way_back", owner.user.email, account=owner.account, firm=owner.account.name, way_back_url=url)


def way_back_used(reader: Membership, owner: Membership, address: str | None, moment: datetime) -> OutgoingMail:
    """The letter to every owner: one of them came in past the list."""
    user, account = reader.user, owner.account
    with formats.use(locale=user.locale), timezone.override(user.time_zone):
        at = formats.exact(moment)
    return mail.write(
        "way_back_used",
        user.email,
        account=account,
        firm=account.name,
        owner=str(owner.user),
        address=address,
        at=f"{at} ({user.get_time_zone_display()})",
        people_url=settings.SITE_URL + reverse("accounts:people", args=[account.slug]),
    )


def closing_asked(owner: User, account: Account, ends: datetime, *, by: str) -> OutgoingMail:
    """To every owner: one of them closes the account; how to take it along, and how to keep it."""
    url = settings.SITE_URL + reverse("deletion:close", args=[account.slug])
    return mail.write("closing_asked", owner.email, account=account, **_closing(owner, account, ends), by=by, url=url)


def closing_undone(owner: User, account: Account, *, by: str) -> OutgoingMail:
    """To every owner: the account stays."""
    return mail.write("closing_undone", owner.email, account=account, firm=account.name, by=by)


def _closing(owner: User, account: Account, ends: datetime) -> dict[str, str]:
    with formats.use(locale=owner.locale):
        day = formats.day(ends.astimezone(ZoneInfo(owner.time_zone)).date(), "year")
    return {"firm": account.name, "day": day}


def webhook_stopped(owner: User, account: Account, *, recipient: WebhookRecipient, because: str) -> OutgoingMail:
    """To every owner: somebody outside is not told any more, because that did not work."""
    url = settings.SITE_URL + reverse("accounts:webhook", args=[account.slug, recipient.public_id])
    facts = {"firm": account.name, "recipient": recipient.name, "because": because, "url": url}
    return mail.write("webhook_stopped", owner.email, account=account, **facts)


def account_closed(owner: User, account: Account) -> OutgoingMail:
    """The last letter: nobody comes in any more, and where the certificate will be."""
    return mail.write(
        "account_closed",
        owner.email,
        account=account,
        firm=account.name,
        support_email=settings.OPERATOR.support_email,
        certificate_url=settings.SITE_URL + closing.certificate_path(account.public_id),
    )


def opt_out_recorded(address: str, purpose: str = "") -> OutgoingMail:
    """The answer to whoever asked for no more promotional mail, or none of one kind."""
    one_kind = Consent.Purpose(purpose).label if purpose else ""
    return mail.write("opt_out_recorded", address, one_kind=one_kind, support_email=settings.OPERATOR.support_email)
