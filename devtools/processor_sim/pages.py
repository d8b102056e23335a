"""What the processor shows to people: its script, the card form, the bank's question, and invoices."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlencode

from devtools.processor_sim import control
from devtools.processor_sim.contract import Json, complete
from devtools.processor_sim.pdf import document
from devtools.processor_sim.state import Problem, State, invalid
from devtools.processor_sim.wire import Answer

STATIC = Path(__file__).parent / "static"
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
WALLS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
SHOPS = "frame-ancestors http://localhost:* http://127.0.0.1:*"
PUBLIC = ("id", "object", "status", "payment_method", "client_secret", "next_action", "amount", "currency")
ERRORS = ("last_setup_error", "last_payment_error")


def answer(state: State, method: str, parts: SplitResult, body: bytes, headers: Any) -> Answer:
    path = parts.path
    if method == "get" and path in PAGES:
        return _file(PAGES[path])
    if method == "get" and path.startswith("/static/") and (STATIC / path[8:]).parent == STATIC:
        return _file(path[8:])
    if method == "get" and path.startswith("/challenge/"):
        return _file("challenge.html")
    if method == "get" and path.startswith("/invoice/"):
        return _invoice(state, f"{state.url}{path.removesuffix('pdf').rstrip('/')}", is_pdf=path.endswith("/pdf"))
    if method == "post" and path in FRAMES:
        if headers.get("Origin") not in (state.url, state.url.replace("localhost", "127.0.0.1")):
            raise invalid("Only the processor's own frame may do this.", status=403)
        return _frame(FRAMES[path], state, json.loads(body or b"{}"))
    raise invalid("There is no such page.", status=404)


PAGES = {"/js/stripe.js": "stripe.js", "/frame/": "frame.html", "/frame/quiet/": "quiet.html"}


def _file(name: str) -> Answer:
    file = STATIC / name
    if not file.is_file():
        raise invalid("There is no such page.", status=404)
    kind = KINDS[file.suffix]
    return Answer(200, file.read_bytes(), {"Content-Type": f"{kind}; charset=utf-8", **_guards()})


def _guards() -> dict[str, str]:
    return {
        "Content-Security-Policy": f"{WALLS}; {SHOPS}",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


# What the frame asks


def _frame(ask: Callable[[State, Json], Json], state: State, asked: Json) -> Answer:
    """The intent as a browser may see it, or what went wrong."""
    try:
        intent = ask(state, asked)
    except Problem as problem:
        error = problem.body["error"]
        told = {key: value for key, value in error.items() if key not in ("setup_intent", "payment_intent")}
        return Answer.json(200, {"error": complete(told)}, **_guards())
    return Answer.json(200, {"intent": _public(intent), "back": _back(intent)}, **_guards())


def _public(intent: Json) -> Json:
    seen = {key: intent.get(key) for key in PUBLIC}
    for key in ERRORS:
        if error := intent.get(key):
            seen[key] = {name: error.get(name) for name in ("type", "code", "decline_code", "message")}
    return seen


def _back(intent: Json) -> str | None:
    """Where a page of its own leads back to, once the bank has its answer."""
    if not (url := intent.get("return_to")):
        return None
    words = {
        intent["object"]: intent["id"],
        f"{intent['object']}_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if intent["status"] == "succeeded" else "failed",
    }
    return f"{url}{'&' if '?' in url else '?'}{urlencode(words)}"


def _confirm(state: State, asked: Json) -> Json:
    if "number" in asked:
        return control.enter_card(state, asked)
    return control.confirm_kept(state, asked)


def _retrieve(state: State, asked: Json) -> Json:
    with state.lock:
        return control.intent_by_secret(state, asked.get("client_secret", ""))


def _consent(state: State, asked: Json) -> Json:
    with state.lock:
        action = control.intent_by_secret(state, asked.get("client_secret", "")).get("next_action") or {}
    intent = control.consent(state, asked)
    return {**intent, "return_to": action.get("redirect_to_url", {}).get("return_url")}


FRAMES = {"/frame/confirm": _confirm, "/frame/retrieve": _retrieve, "/frame/consent": _consent}


# Invoices


def _invoice(state: State, url: str, *, is_pdf: bool) -> Answer:
    with state.lock:
        invoice = state.find((state.hidden(url) or {}).get("invoice", ""))
    if invoice is None:
        raise invalid("There is no such invoice.", status=404)
    head, rows, foot = _words(invoice)
    if is_pdf:
        name = f"Invoice-{invoice['number']}.pdf"
        more = {"Content-Type": "application/pdf", "Content-Disposition": f'attachment; filename="{name}"'}
        return Answer(200, document(head, rows, foot), {**_guards(), **more})
    table = "".join(f"<tr><td>{escape(text)}</td><td>{escape(amount)}</td></tr>" for text, amount in [*rows, *foot])
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(head[0])}</title>'
        '<link rel="stylesheet" href="/static/processor.css"><body class="invoice">'
        f'<p class="sham">Test processor, no real money</p><h1>{escape(head[0])}</h1>'
        f"<p>{'<br>'.join(map(escape, head[1:]))}</p><table><tr><th>What</th><th>Amount</th></tr>{table}</table>"
        f'<p><a href="{escape(invoice["invoice_pdf"])}">Download as PDF</a></p></body></html>'
    )
    return Answer(200, html.encode(), {"Content-Type": "text/html; charset=utf-8", **_guards()})


def _words(invoice: Json) -> tuple[list[str], list[tuple[str, str]], list[tuple[str, str]]]:
    """The invoice in words: its head, its lines, its sums."""
    day = datetime.fromtimestamp(invoice["effective_at"], UTC).strftime("%-d %B %Y")
    address = invoice["customer_address"] or {}
    town = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    lines = [address.get("line1"), address.get("line2"), town, address.get("country")]
    ids = [f"Tax ID: {each['value']}" for each in invoice["customer_tax_ids"]]
    head = [f"Invoice {invoice['number']}", f"Date: {day}", invoice["customer_name"], *lines, *ids]

    def money(amount: int) -> str:
        return f"{amount / 100:,.2f} {invoice['currency'].upper()}"

    rows = [(each["description"], money(each["amount"])) for each in invoice["lines"]["data"]]
    foot = [("Total", money(invoice["total"]))]
    if invoice["starting_balance"]:
        foot.append(("Balance before", money(invoice["starting_balance"])))
    foot.append(("Paid" if invoice["status"] == "paid" else "Due", money(invoice["amount_due"])))
    return [line for line in head if line], rows, foot
