"""Django's test client, as a browser of ours: its session cookie holds the sealed secret, not the table's key."""

from __future__ import annotations

from django.http import HttpRequest
from django.test.client import ClientMixin

from accounts.cookies import SESSION
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
    client.cookies[SESSION.name] = SESSION.seal.close(request.session.secret)


ClientMixin.session = property(_session)
ClientMixin._set_login_cookies = _set_login_cookies
