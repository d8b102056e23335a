"""Django's test client, as a browser of ours: its session cookie holds the sealed secret, not the table's key.

A sign-in is listed among the person's sessions, as a real one is: the door finds it there by its one statement. It
counts as a proof of who sits there, as a real one does.
"""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.test.client import Client, ClientMixin

from accounts.cookies import SESSION
from accounts.models import User
from accounts.sessions import SessionStore


def _session(client: ClientMixin) -> SessionStore:
    cookie = client.cookies.get(SESSION.name)
    if cookie is not None:
        return SessionStore.of_browser(SESSION.seal.open(cookie.value) or "")
    session = SessionStore()
    session.save()
    client.cookies[SESSION.name] = SESSION.seal.close(session.secret)
    return session


def _set_login_cookies(client: ClientMixin, request: HttpRequest) -> None:
    session = request.session
    record_authentication(request, User(pk=int(session[SESSION_KEY])), "password")
    session.save()
    client.cookies[SESSION.name] = SESSION.seal.close(session.secret)
    facts = {"user_id": session[SESSION_KEY], "ip": "127.0.0.1", "user_agent": "Test client"}
    UserSession.objects.get_or_create(session_key=session.session_key, defaults=facts)


def staff_browser(user: User) -> Client:
    """A browser in which somebody of our staff came in by their own entrance, with a second factor."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "at": time.time()}]
    session["came_by_the_staff_entrance"] = True
    session.save()
    return client


ClientMixin.session = property(_session)
ClientMixin._set_login_cookies = _set_login_cookies
