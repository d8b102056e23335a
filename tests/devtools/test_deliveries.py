"""What the test processor tells others: in order or not, once or often, signed or forged."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from tests.processor import KEYS, SECRET, Processor


class Ear(ThreadingHTTPServer):
    """Hears deliveries, and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearing)
        self.heard: list[tuple[str, str]] = []
        self.status = 200

    @property
    def address(self) -> str:
        return f"http://localhost:{self.server_port}/hook/"

    def names(self) -> list[str]:
        return [json.loads(body)["data"]["object"]["name"] for body, _ in self.heard]


class Hearing(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append((body, self.headers["Stripe-Signature"]))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def ear(processor: Processor) -> Iterator[Ear]:
    with Ear() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        processor.tell(server.address)
        yield server
        server.shutdown()


def make(processor: Processor, *names: str) -> Any:
    api = stripe.StripeClient(KEYS["STRIPE_API_KEY"], base_addresses={"api": processor.url}).v1
    for name in names:
        api.customers.create({"name": name})
    return api


def test_in_any_order_lost_and_doubled(processor: Processor, ear: Ear) -> None:
    make(processor, "a", "b", "c")
    assert ear.heard == [], "held until somebody lets them go"
    processor.webhooks(order="reversed", drop=1)
    assert [each["statuses"] for each in processor.deliver()] == [[200], [200]]
    assert ear.names() == ["b", "a"], "c was lost, and is told by nobody again"
    processor.webhooks(order="sent", times=3)
    make(processor, "d")
    processor.deliver()
    assert ear.names() == ["b", "a", "d", "d", "d"]
    assert len({body for body, _ in ear.heard[-3:]}) == 1
    for body, signature in ear.heard:
        assert stripe.Webhook.construct_event(body, signature, SECRET)


def test_what_was_not_taken_comes_again_later(processor: Processor, ear: Ear) -> None:
    ear.status = 503
    make(processor, "a")
    assert processor.deliver()[0]["statuses"] == [503]
    assert processor.deliver() == [], "not before its time"
    ear.status = 200
    processor.advance(seconds=61)
    assert processor.deliver()[0]["statuses"] == [200]
    processor.advance(days=3)
    assert processor.deliver() == []
    assert ear.names() == ["a", "a"]


def test_they_go_out_by_themselves_unless_held(processor: Processor, ear: Ear) -> None:
    processor.webhooks(held=False)
    api = make(processor, "a")
    end = time.monotonic() + 60
    while not ear.heard and time.monotonic() < end:
        time.sleep(0.02)
    assert ear.names() == ["a"]
    event = api.events.list({"type": "customer.created"}).data[0]
    while api.events.retrieve(event.id).pending_webhooks and time.monotonic() < end:
        time.sleep(0.02)
    assert api.events.retrieve(event.id).pending_webhooks == 0
    processor.webhooks(held=True)


def test_old_replayed_and_forged_ones_are_told_apart_by_their_signature(processor: Processor, ear: Ear) -> None:
    api = make(processor, "a")
    event = api.events.list().data[0].id
    now = int(time.time())
    assert processor.replay(event) == [200]
    assert processor.replay(event, at=now - 301) == [200]
    processor.forge(ear.address, ear.heard[0][0])
    processor.forge(ear.address, ear.heard[0][0], secret=SECRET, at=now + 3600)
    fresh, old, forged, future = ear.heard
    assert stripe.Webhook.construct_event(*fresh, SECRET).id == event
    for body, signature in (old, forged):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, signature, SECRET)
    assert stripe.Webhook.construct_event(*future, SECRET), "the SDK lets the future in: our gateway must not"
