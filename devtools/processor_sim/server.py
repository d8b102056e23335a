"""The simulator's web server, on this machine's own address: the processor's interface, its pages, and `/_sim/`."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from devtools.processor_sim import clock, contract, pages, webhooks
from devtools.processor_sim.api import answers, customers, events, invoices, prices, subscriptions  # noqa: F401
from devtools.processor_sim.contract import Json
from devtools.processor_sim.control import CONTROLS
from devtools.processor_sim.state import Problem, State, invalid, new_id
from devtools.processor_sim.wire import Answer, Asked, unfold

LARGEST_BODY = 1_000_000
KEYS_KEPT = 24 * 3600
TICK = 1.0


class Dropped(Exception):
    """The connection ends here, without a word."""


class Processor(ThreadingHTTPServer):
    """One simulated processor."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, state: State) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.state = state
        self.in_flight: set[str] = set()
        self.something_happened = threading.Event()
        threading.Thread(target=self.keep_going, daemon=True).start()

    def keep_going(self) -> None:
        """Let due things happen and waiting letters out, until the process ends."""
        while True:
            self.something_happened.wait(TICK)
            self.something_happened.clear()
            try:
                with self.state.transaction():
                    clock.catch_up(self.state, self.state.now)
                if not webhooks.settings(self.state)["held"]:
                    webhooks.deliver(self.state)
            except Exception:
                traceback.print_exc()
                time.sleep(TICK)

    # the processor's interface

    def api(self, method: str, path: str, given: Json, headers: Any) -> Answer:
        request = {"id": new_id("request", 14), "idempotency_key": headers.get("Idempotency-Key")}
        more = {"Request-Id": request["id"], "Stripe-Version": contract.api_version()}
        if request["idempotency_key"]:
            more["Idempotency-Key"] = request["idempotency_key"]
        try:
            _check_key(headers.get("Authorization", ""))
            _check_version(headers.get("Stripe-Version"))
            status, body, replayed = self.once(method, path, given, request)
        except Problem as problem:
            status, body, replayed = problem.status, problem.body, False
        if status >= 400:
            body["error"].setdefault("request_log_url", f"{self.state.url}/_sim/")
        with self.state.transaction():
            values = (method, path, request["idempotency_key"], status)
            self.state.db.execute("INSERT INTO requests (method, path, key, status) VALUES (?, ?, ?, ?)", values)
        if replayed:
            more["Idempotent-Replayed"] = "true"
        return Answer.json(status, body, **more)

    def once(self, method: str, path: str, given: Json, request: Json) -> tuple[int, Json, bool]:
        """Answer, or give the answer that this idempotency key has got before."""
        key = request["idempotency_key"] if method == "post" else None
        if key is None:
            return (*self.perform(method, path, given, request, None), False)
        if len(key) > 255:
            raise invalid("Idempotency keys may have up to 255 characters.")
        asked = json.dumps([method, path, given], sort_keys=True)
        with self.state.lock:
            if key in self.in_flight:
                raise Problem(
                    409,
                    "idempotency_error",
                    "There is currently another in-progress request using this idempotency key.",
                    code="idempotency_key_in_use",
                )
            self.state.db.execute("DELETE FROM keys WHERE at < ?", (self.state.now - KEYS_KEPT,))
            row = self.state.db.execute("SELECT asked, status, body FROM keys WHERE key = ?", (key,)).fetchone()
            if row is None:
                self.in_flight.add(key)
        if row is not None and row[0] != asked:
            raise Problem(
                400,
                "idempotency_error",
                f"Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
            )
        if row is not None:
            return row[1], json.loads(row[2]), True
        try:
            return (*self.perform(method, path, given, request, (key, asked)), False)
        finally:
            self.in_flight.discard(key)

    def perform(
        self, method: str, path: str, given: Json, request: Json, key: tuple[str, str] | None
    ) -> tuple[int, Json]:
        """Do what is asked in one transaction, with the faults that were arranged for it."""
        fault = self.next_fault(method, path) or {}
        if fault.get("when") == "before":
            self.go_wrong(fault)
        handler, params, words = _route(method, path, given)
        state = self.state
        with state.transaction():
            state.request = request
            status, body = _run(state, handler, params, words)
            if key is not None:
                values = (*key, status, json.dumps(body), state.now)
                state.db.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?)", values)
        self.something_happened.set()
        if fault.get("when") == "after":
            self.go_wrong(fault)
        return status, body

    def next_fault(self, method: str, path: str) -> Json | None:
        with self.state.transaction():
            for seq, body in self.state.db.execute("SELECT seq, body FROM faults ORDER BY seq").fetchall():
                fault = json.loads(body)
                if fault["method"].lower() in ("", method) and re.match(fault["path"], path):
                    fault["times"] -= 1
                    self.state.db.execute("UPDATE faults SET body = ? WHERE seq = ?", (json.dumps(fault), seq))
                    if fault["times"] <= 0:
                        self.state.db.execute("DELETE FROM faults WHERE seq = ?", (seq,))
                    return dict(fault)
        return None

    def go_wrong(self, fault: Json) -> None:
        kind = fault["kind"]
        time.sleep(fault["seconds"])
        if kind == "hang":
            return
        if kind == "drop":
            raise Dropped
        if kind == "html":
            raise Page(502, "<html><body><h1>502 Bad Gateway</h1></body></html>")
        status, type, code = {
            "error": (500, "api_error", None),
            "conflict": (409, "api_error", "lock_timeout"),
            "rate_limit": (429, "invalid_request_error", "rate_limit"),
            "unauthorized": (401, "invalid_request_error", None),
        }[kind]
        raise Problem(status, type, "The test processor was asked to fail here.", code=code)


class Page(Exception):
    """An answer that is no JSON."""

    def __init__(self, status: int, html: str) -> None:
        super().__init__(html)
        self.answer = Answer(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _check_key(authorization: str) -> None:
    key = authorization.removeprefix("Bearer ")
    if not re.fullmatch(r"(sk|rk)_test_\w+", key):
        masked = f"{key[:8]}…" if key else "none"
        raise Problem(401, "invalid_request_error", f"Invalid API Key provided: {masked}")


def _check_version(version: str | None) -> None:
    if version not in (None, contract.api_version()):
        raise invalid(f"This test processor speaks {contract.api_version()}, not {version}.")


def _route(method: str, path: str, given: Json) -> tuple[answers.Handler, Json, dict[str, str]]:
    """Who answers, with which parameters and words of the address; refused is what the SDK does not know."""
    for route in sorted(contract.routes(), key=lambda each: each.path.count("{")):
        found = route.pattern.fullmatch(path)
        if route.method != method or not found:
            continue
        handler = answers.HANDLERS.get((method, route.path))
        if handler is None:
            raise invalid(f"This test processor does not know how to answer {method.upper()} {route.path}.")
        try:
            return handler, contract.parse(route, given), found.groupdict()
        except contract.Refused as error:
            problem = invalid(error.message, error.param, error.code)
            raise problem from None
    message = f"Unrecognized request URL ({method.upper()}: {path})."
    raise invalid(message, status=404)


def _run(state: State, handler: answers.Handler, params: Json, words: dict[str, str]) -> tuple[int, Json]:
    """A decline leaves its traces; any other refusal has done nothing."""
    state.db.execute("SAVEPOINT request")
    try:
        asked = Asked(params)
        paths = [] if handler is subscriptions.preview else asked.pop("expand", [])
        answer = handler(state, asked, **words)
        asked.check()
        return 200, contract.complete(answers.expand(state, answer, paths))
    except Problem as problem:
        if not problem.commits:
            state.db.execute("ROLLBACK TO request")
        return problem.status, contract.complete_error(problem.body)
    except contract.Incomplete as error:
        state.db.execute("ROLLBACK TO request")
        print(error, file=sys.stderr, flush=True)  # noqa: T201
        return 500, {"error": {"type": "api_error", "message": f"The simulator is mistaken: {error}"}}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Processor
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: the second would wait for word of the first
    server_version = "ProcessorSim"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: addresses may hold client secrets."""

    def do_GET(self) -> None:
        self.reply()

    def do_POST(self) -> None:
        self.reply()

    def do_DELETE(self) -> None:
        self.reply()

    def reply(self) -> None:
        try:
            answer = self.find_answer()
        except Dropped:
            self.close_connection = True
            return
        except Page as page:
            answer = page.answer
        except Problem as problem:
            answer = Answer.json(problem.status, contract.complete_error(problem.body))
        except Exception as error:
            traceback.print_exc()
            answer = Answer.json(
                500, {"error": {"type": "api_error", "message": f"The simulator fell over: {error!r}"}}
            )
        try:
            self.send_response(answer.status, HTTPStatus(answer.status).phrase)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
        except OSError:
            self.close_connection = True  # nobody waits any more

    def find_answer(self) -> Answer:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            raise invalid("This is too much at once.", status=413)
        body = self.rfile.read(length)
        if (self.headers.get("Host") or "").rsplit(":", 1)[0] not in ("127.0.0.1", "localhost"):
            raise invalid("This test processor answers on this machine only.", status=403)
        method = self.command.lower()
        if parts.path.startswith("/v1/"):
            text = parts.query if method == "get" else body.decode() or parts.query
            given = unfold(text)
            return self.server.api(method, parts.path, given, self.headers)
        if parts.path.startswith("/_sim/"):
            return self.control(parts.path.removeprefix("/_sim/").strip("/"), body)
        return pages.answer(self.server.state, method, parts, body, self.headers)

    def control(self, name: str, body: bytes) -> Answer:
        if name not in CONTROLS:
            raise invalid(f"There is no /_sim/{name}.", status=404)
        if self.headers.get("Origin"):
            raise invalid("Pages of a browser may not do this.", status=403)
        answer = CONTROLS[name](self.server.state, json.loads(body or b"{}"))
        self.server.something_happened.set()
        return Answer.json(200, contract.complete(answer))
