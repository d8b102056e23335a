"""One visitor: a kept connection, cookies, and how long each answer took."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import orjson

from bench.servers import HOST, PROXIED, Web
from config.trouble import Trouble


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


def signed_in(web: Web, email: str, password: str, page: str) -> dict[str, str]:
    """The headers of a browser in which somebody has signed in, by the page everybody uses, and opened a page."""
    visitor = Visitor(web, {**PROXIED, "Origin": f"https://{HOST}"})
    jar: SimpleCookie = SimpleCookie()

    def ask(request: Request) -> str:
        body = visitor.ask(request).body.decode()
        for cookie in visitor.cookies:
            jar.load(cookie)
        visitor.headers["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())
        return body

    token = _found(r'name="csrfmiddlewaretoken" value="(\w+)"', ask(Request("/login/")))
    form = {"login": email, "password": password, "csrfmiddlewaretoken": token}
    ask(Request("/login/", form=form, status=302))
    token = _found(r'"X-CSRFToken": "(\w+)"', ask(Request(page)))
    visitor.leave()
    return {**visitor.headers, "X-CSRFToken": token}


def _found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    if match is None:
        raise Trouble(f"A page of ours does not hold {pattern}:\n{page[:2000]}")
    return match[1]
