"""A card typed into the processor's frame: the page around it never sees the number, and neither does its server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from tests.processor import KEYS, Processor

SCRIPT = """
const stripe = Stripe("pk_test_of_the_tests");
const said = document.getElementById("said");
const elements = stripe.elements({ clientSecret: document.body.dataset.secret });
const element = elements.create("payment");
element.on("ready", () => { document.getElementById("go").disabled = false; });
element.mount("#card");
document.getElementById("go").addEventListener("click", async () => {
  said.textContent = "";
  const wish = { elements, confirmParams: { return_url: location.href }, redirect: "if_required" };
  const { error, setupIntent } = await stripe.confirmSetup(wish);
  said.textContent = error ? error.message : `${setupIntent.status} ${setupIntent.payment_method}`;
});
"""
PAGE = """<!doctype html><html lang="en"><title>Shop</title><body data-secret="{secret}">
<div id="card"></div><button id="go" disabled>Save card</button><p id="said"></p>
<script src="{js}"></script><script src="/page.js"></script>"""
WALLS = "default-src 'none'; script-src 'self' {js}; frame-src {js}; connect-src 'self'; style-src 'self'"


class Shop(ThreadingHTTPServer):
    """A page on another origin than the processor's, behind the walls that our own card page has."""

    page, walls = "", ""
    heard: list[str] = []

    class RequestHandlerClass(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path == "/page.js"
            body = (SCRIPT if is_script else self.server.page).encode()
            self.server.heard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", self.server.walls)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_card_goes_to_the_processor_alone(processor: Processor, shop: Shop, open_page) -> None:
    api = stripe.StripeClient(KEYS["STRIPE_API_KEY"], base_addresses={"api": processor.url}).v1
    customer = api.customers.create()
    setup = api.setup_intents.create({"customer": customer.id, "usage": "off_session"})
    shop.page = PAGE.format(secret=setup.client_secret, js=f"{processor.url}/js/stripe.js")
    shop.walls = WALLS.format(js=processor.url)
    page = open_page()
    sent: list[tuple[str, str]] = []
    page.on("request", lambda request: sent.append((request.url, request.post_data or "")))
    page.goto(f"http://localhost:{shop.server_port}/")
    frame = page.frame_locator("iframe[title='Secure payment input frame']")

    def pay(number: str) -> None:
        frame.get_by_label("Card number").fill(number)
        frame.get_by_label("Expiration date").fill("12 / 34")
        frame.get_by_label("Security code").fill("123")
        page.get_by_role("button", name="Save card").click()

    def wait_for(words: str) -> None:
        page.locator("#said", has_text=words).wait_for()

    pay("4242 4242")
    wait_for("Your card number is incomplete.")
    pay("4000000000009995")
    wait_for("Your card has insufficient funds.")
    pay("4000002760003184")
    bank = page.frame_locator("iframe[title='Your bank asks']")
    bank.get_by_role("button", name="No").click()
    wait_for("authentication failed")
    pay("4000002760003184")
    bank.get_by_role("button", name="Yes").click()
    wait_for("succeeded pm_")

    assert api.setup_intents.retrieve(setup.id).status == "succeeded"
    assert page.evaluate("document.querySelector('#card iframe').contentDocument") is None
    assert "4000" not in page.evaluate("document.documentElement.outerHTML")
    told = [url for url, body in sent if "4000002760003184" in body]
    assert told and {url.startswith(processor.url) for url in told} == {True}
    assert shop.heard == ["/", "/page.js"]
