"""One visitor: a kept connection, cookies, and how long each answer took."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import orjson

from bench.servers import HOST, PROXIED, Web
from config.trouble import Trouble

CSRF_COOKIE = "__Host-candor_csrf"


@dataclass(frozen=True)
class Request:
    """What is asked. A ``form`` is posted as a browser does it, ``data`` as JSON; both carry no token yet."""

    path: str
    form: Mapping[str, object] | None = None
    data: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds all of it was there."""

    status: int
    body: bytes
    seconds: float


Ask = Callable[[int], Request]


class Visitor:
    """Asks over one connection that is kept, until ``leave``."""

    def __init__(self, web: Web, headers: Mapping[str, str] | None = None) -> None:
        self.web = web
        self.headers = {"Accept-Encoding": "identity", **(headers or {})}
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)

    def ask(self, request: Request) -> Answer:
        """The answer; Trouble if it is not the expected one, because a quick error is no result."""
        headers, body = {**self.headers, **request.headers}, None
        if request.form is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(request.form).encode()
        elif request.data is not None:
            headers["Content-Type"], body = "application/json", orjson.dumps(request.data)
        started = time.perf_counter()
        self.connection.request("GET" if body is None else "POST", request.path, body=body, headers=headers)
        response = self.connection.getresponse()
        content = response.read()
        answer = Answer(response.status, content, time.perf_counter() - started)
        if answer.status != request.status:
            raise Trouble(f"{request.path} answered {answer.status}, not {request.status}:\n{content[-2000:].decode()}")
        self.cookies = response.headers.get_all("Set-Cookie") or []
        return answer

    def leave(self) -> None:
        self.connection.close()


def signed_in(web: Web, email: str, password: str) -> dict[str, str]:
    """The headers of a browser in which somebody has signed in, by the page everybody uses."""
    visitor = Visitor(web, PROXIED)
    visitor.ask(Request("/login/"))
    jar = SimpleCookie("; ".join(visitor.cookies))
    token = jar[CSRF_COOKIE].value
    visitor.headers |= {"Cookie": f"{CSRF_COOKIE}={token}", "Origin": f"https://{HOST}"}
    form = {"login": email, "password": password, "csrfmiddlewaretoken": token}
    visitor.ask(Request("/login/", form=form, status=302))
    for cookie in visitor.cookies:
        jar.load(cookie)
    visitor.leave()
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())
    return {**PROXIED, "Origin": f"https://{HOST}", "Cookie": cookies, "X-CSRFToken": jar[CSRF_COOKIE].value}
