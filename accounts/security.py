"""What happens to a person's sign-in: noted for the person, told to their firms, and mailed where it may be news.

The person's own list (``SecurityEvent``) says from where, and is kept for 90 days. The sealed log of each firm says
that somebody who may come in did, or changed how, without the address. A failed try is noted in the same statements
whether somebody has that address or not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account import signals
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models import Count, Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

import audit
from accounts import emails
from accounts.members import actor_for
from accounts.models import SecurityEvent, User, normalise_email
from accounts.queries import memberships_of
from accounts.sessions import end_others
from accounts.visitors import address_of
from lib.agents import read as read_agent
from tenancy.context import activate
from tenancy.sweeping import sweeps

Kind = SecurityEvent.Kind
SHUT_OUT_BY = (Kind.PASSWORD_CHANGED, Kind.EMAIL_CHANGED)
SIGN_INS = (Kind.SIGNED_IN, Kind.NEW_DEVICE)
KEPT = timedelta(days=90)
FAILURES = (Kind.FAILED, Kind.FACTOR_FAILED)
MANY_FAILURES, FAILURES_WITHIN, TOLD_EVERY = 5, timedelta(hours=1), timedelta(days=1)
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Whether a stolen password alone would not let anybody in."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS).exists()


def used_second_factor(request: HttpRequest) -> bool:
    """Whether whoever is signed in here proved it by more than a password, in this very session."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def staff_may_enter(request: HttpRequest) -> bool:
    """Our own people come into their area by a second factor only. Without one: to the page ``second_factor``."""
    return request.user.is_authenticated and request.user.is_staff and used_second_factor(request)


def was_shut_out_since(user: User, moment: float) -> bool:
    """Whether the password that somebody typed then was changed or taken away meanwhile."""
    since = datetime.fromtimestamp(moment, tz=UTC)
    changed = SecurityEvent.objects.filter(user_id=user.pk, kind__in=SHUT_OUT_BY, happened_at__gte=since)
    return changed.exists()


def note(kind: Kind, request: HttpRequest, user: User | None) -> SecurityEvent:
    """Write down what happened, when, and from which kind of browser."""
    agent = read_agent(request.headers.get("User-Agent", ""))
    return SecurityEvent.objects.create(
        user=user,
        kind=kind,
        ip=address_of(request),
        browser=agent.browser[:60],
        system=agent.system[:60],
        device=agent.device,
    )


def tell_firms(user: User, what: str, **data: Any) -> None:
    """One line in the log of every account that this person may enter."""
    for membership in memberships_of(user):
        with activate(membership.account, actor=actor_for(membership)):
            audit.record(f"member.{what}", membership, data=data)


@sweeps()
def forget_old() -> None:
    """Drop what is older than we keep it."""
    SecurityEvent.objects.filter(happened_at__lt=timezone.now() - KEPT).delete()


def tell_of_many_failures() -> None:
    """Write to those whom somebody tries to get in as. By the clock: a request must not tell who is known to us."""
    now = timezone.now()
    tries = SecurityEvent.objects.filter(kind__in=FAILURES, happened_at__gt=now - FAILURES_WITHIN, user__isnull=False)
    told = SecurityEvent.objects.filter(kind=Kind.WARNED, happened_at__gt=now - TOLD_EVERY).values("user_id")
    counted = (
        tries.exclude(user_id__in=told)
        .values("user_id")
        .annotate(
            number=Count("pk"), places=Count("ip", distinct=True), knew=Count("pk", filter=Q(kind=Kind.FACTOR_FAILED))
        )
    )
    for found in counted.filter(number__gte=MANY_FAILURES):
        with transaction.atomic():
            user = User.objects.get(pk=found["user_id"])
            SecurityEvent.objects.create(user=user, kind=Kind.WARNED)
            emails.many_failures(user, number=found["number"], places=found["places"], knew=bool(found["knew"]))


def failed(request: HttpRequest, email: str) -> None:
    """Somebody typed a wrong password, or an address that nobody has."""
    note(Kind.FAILED, request, User.objects.filter(email=normalise_email(email)).first())


@receiver(signals.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    kind = Kind.NEW_DEVICE if _is_new(request, user) else Kind.SIGNED_IN
    event = note(kind, request, user)
    if kind == Kind.NEW_DEVICE:
        emails.new_device(user, event)
    tell_firms(user, "signed_in", new_device=kind == Kind.NEW_DEVICE)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        note(Kind.SIGNED_OUT, request, user)
        tell_firms(user, "signed_out")


@receiver([signals.password_changed, signals.password_set, signals.password_reset])
def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    note(Kind.PASSWORD_CHANGED, request, user)
    end_others(user, but=request.session.session_key)
    tell_firms(user, "password_changed")


def _is_new(request: HttpRequest, user: User) -> bool:
    """No sign-in that we remember came from such a browser on such a system. The very first one is no news."""
    agent = read_agent(request.headers.get("User-Agent", ""))
    earlier = SecurityEvent.objects.filter(user_id=user.pk, kind__in=SIGN_INS)
    known = set(earlier.values_list("browser", "system").distinct())
    if not known:
        return user.joined_at < timezone.now() - KEPT
    return (agent.browser[:60], agent.system[:60]) not in known
