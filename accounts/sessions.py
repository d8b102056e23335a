"""Sessions: what a browser carries is a secret; what a table holds is that secret's keyed hash and sealed words.

So a stolen table opens nothing, and every other table that names a session (allauth's list of them) names it by the
hash too. A session ends when the browser closes, after ``SESSION_IDLE`` without use, and ``SESSION_ABSOLUTE`` after
signing in, whatever is done with it (ADR 6).
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware as DjangosMiddleware
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User
from lib.agents import Agent
from lib.agents import read as read_agent
from lib.seals import Seal, marks
from tenancy.sweeping import sweeps

SIGNED_IN_AT = "signed_in_at"
RIGHTS = "rights"
NOTED_EVERY = timedelta(minutes=5)  # the last use is written down no more often


class SessionStore(db.SessionStore):
    """Django's sessions in the database, found by the keyed hash of a secret that only the browser knows."""

    _seal = Seal("session data")

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.secret = ""  # known for a browser's own session only
        self.known_as: list[str | None] = [session_key]
        self._expires: datetime | None = None

    @classmethod
    def of_browser(cls, secret: str) -> SessionStore:
        """The session of a browser that shows this secret."""
        names = marks("session", secret) if secret else [None]
        session = cls(names[0])
        session.secret, session.known_as = secret, names
        return session

    def load(self) -> dict[str, Any]:
        return self._read(
            self.model.objects.filter(session_key__in=self.known_as, expire_date__gt=timezone.now()).first()
        )

    def take(self, found: Session) -> None:
        """Take the row that the door has read already, instead of asking for it."""
        self._session_cache = self._read(found)

    def lets_in(self, user: User) -> bool:
        """Whether this person signed in here, in a way that still counts, with the password that still is theirs."""
        return (
            user.is_active
            and self.get(SESSION_KEY) == str(user.pk)
            and self.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
            and constant_time_compare(self.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        )

    def _read(self, found: Session | None) -> dict[str, Any]:
        data = self.decode(found.session_data) if found else {}
        if found is None or _is_outlived(data):
            if found is not None:
                self.delete(found.session_key)
            self._session_key = None
            return {}
        self._session_key, self._expires = found.session_key, found.expire_date
        return data

    def encode(self, session_dict: dict[str, Any]) -> str:
        return self._seal.close(self.serializer().dumps(session_dict).decode("latin-1"))

    def decode(self, session_data: str) -> dict[str, Any]:
        opened = self._seal.open(session_data)
        return self.serializer().loads(opened.encode("latin-1")) if opened else {}

    def get_session_cookie_age(self) -> int:
        """How long the session lives without use: longer once somebody has signed in."""
        limit = settings.SESSION_IDLE if SIGNED_IN_AT in self else settings.SESSION_BEFORE_SIGN_IN
        return int(limit.total_seconds())

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """Saving does not prolong a session; using it does, in ``note_use``."""
        return self._expires or super().get_expiry_date(**kwargs)

    def cycle_key(self) -> None:
        """The same session under a new secret; the old one opens nothing any more."""
        data, old = self._session, self.session_key
        self.create()
        self._session_cache = data
        if old:
            UserSession.objects.filter(session_key=old).update(session_key=self.session_key)
            self.delete(old)

    def delete(self, session_key: str | None = None) -> None:
        """End a session: what we keep of it goes, and its browser is signed out at the next request."""
        if key := session_key or self.session_key:
            end([key])

    def note_use(self, request: HttpRequest) -> None:
        """Write down that the session was used, and from where, unless that was done just now."""
        idle_until = timezone.now() + settings.SESSION_IDLE
        if self._expires is None or self.session_key is None or idle_until - self._expires < NOTED_EVERY:
            return
        row = self.model.objects.filter(session_key=self.session_key)
        if SIGNED_IN_AT in self and row.update(expire_date=idle_until):
            self._expires = idle_until
            adapter = get_adapter()
            UserSession.objects.filter(session_key=self.session_key).update(
                last_seen_at=timezone.now(),
                ip=adapter.get_client_ip(request),
                user_agent=adapter.get_http_user_agent(request)[: UserSession._meta.get_field("user_agent").max_length],
            )

    def _get_new_session_key(self) -> str:
        self.secret, self._expires = secrets.token_urlsafe(32), None
        return marks("session", self.secret)[0]


class SessionMiddleware(DjangosMiddleware):
    """Django's, with the secret in the cookie instead of the table's key."""

    def process_request(self, request: HttpRequest) -> None:
        request.session = SessionStore.of_browser(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session: SessionStore = request.session
        if response.status_code < 500:
            session.note_use(request)
            _follow_rights(request, session)
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            response.cookies[settings.SESSION_COOKIE_NAME] = session.secret
        return response


@dataclass(frozen=True)
class Browser:
    """One browser that is signed in, as its person may see it."""

    key: str
    agent: Agent
    ip: str
    first_used_at: datetime
    last_used_at: datetime
    is_this: bool


def browsers_of(user: User, *, this: str | None) -> list[Browser]:
    """Where the person is signed in: this browser first, then by last use."""
    now = timezone.now()
    rows = UserSession.objects.filter(user_id=user.pk, created_at__gt=now - settings.SESSION_ABSOLUTE)
    entries = {row.session_key: row for row in rows}
    living = Session.objects.filter(session_key__in=entries, expire_date__gt=now)
    found = [
        Browser(
            key=key,
            agent=read_agent(entries[key].user_agent),
            ip=entries[key].ip,
            first_used_at=entries[key].created_at,
            last_used_at=expires - settings.SESSION_IDLE,
            is_this=key == this,
        )
        for key, expires in living.values_list("session_key", "expire_date")
    ]
    return sorted(found, key=lambda each: (each.is_this, each.last_used_at), reverse=True)


def end_others(user: User, *, but: str | None) -> int:
    """End the person's sessions except one. Returns how many there were."""
    others = UserSession.objects.filter(user_id=user.pk).exclude(session_key=but)
    return end(list(others.values_list("session_key", flat=True)))


def end(keys: Collection[str]) -> int:
    """End these sessions; their browsers are signed out at their next request."""
    UserSession.objects.filter(session_key__in=keys).delete()
    return Session.objects.filter(session_key__in=keys).delete()[0]


@sweeps()
def forget_ended(at_once: int = 1000) -> None:
    """Drop what is left of sessions that ended by themselves."""
    ended = Session.objects.filter(expire_date__lt=timezone.now()).values_list("session_key", flat=True)
    while keys := list(ended[:at_once]):
        end(keys)


@receiver(user_logged_in)
def _start_the_clock(request: HttpRequest, **_: Any) -> None:
    request.session[SIGNED_IN_AT] = int(timezone.now().timestamp())


def _is_outlived(data: dict[str, Any]) -> bool:
    ends_at = data.get(SIGNED_IN_AT, math.inf) + settings.SESSION_ABSOLUTE.total_seconds()
    return timezone.now().timestamp() >= ends_at


def _follow_rights(request: HttpRequest, session: SessionStore) -> None:
    """A new secret when the person's rights in an account are not those with which the session came there before."""
    membership = getattr(request, "membership", None)
    if membership is None or not session.secret or session.session_key is None:
        return
    place = str(membership.account_id)
    rights = [membership.role, membership.is_privacy_approver, membership.sees_only_own_records]
    known = session.get(RIGHTS, {})
    if known.get(place) == rights:
        return
    if place in known:
        session.cycle_key()
    session[RIGHTS] = {**known, place: rights}
