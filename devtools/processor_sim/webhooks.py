"""Events on their way to those who asked for them: signed, retried, and held, lost, doubled or forged on request."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
import urllib.error
import urllib.request

from devtools.processor_sim.contract import Json, complete
from devtools.processor_sim.state import State

PATIENCE = 10
WAITS = (60, 300, 1800, 7200, 18000, 36000)  # seconds between tries, as long as a test endpoint is retried


def sign(body: bytes, secret: str, at: int) -> str:
    """The header that goes with a delivery."""
    signature = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signature}"


def letter(state: State, event: str, endpoint: str, at: int | None = None) -> Json:
    """Address, body and headers of one delivery, signed now or as of another moment (real time)."""
    target = state.get("webhook_endpoint", endpoint)
    body = json.dumps(complete(state.get("event", event)), separators=(",", ":"))
    secret = (state.hidden(endpoint) or {})["secret"]
    return signed(target["url"], body, secret, at)


def signed(url: str, body: str, secret: str, at: int | None = None) -> Json:
    at = int(time.time()) if at is None else at
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(body.encode(), secret, at),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    return {"url": url, "body": body, "headers": headers}


def send(mail: Json) -> int | None:
    """The status that came back, or None when nothing did."""
    request = urllib.request.Request(mail["url"], mail["body"].encode(), mail["headers"])  # noqa: S310  (an endpoint that was registered with us)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def settings(state: State) -> Json:
    return {"held": False, "drop": 0, "times": 1, "order": "sent", **(state.hidden("webhooks") or {})}


def due(state: State) -> list[Json]:
    """Deliveries whose time has come, in the order they will go out."""
    names = ("seq", "event", "endpoint", "attempts")
    sql = f"SELECT {', '.join(names)} FROM deliveries WHERE state = 'waiting' AND not_before <= ? ORDER BY seq"  # noqa: S608
    with state.lock:
        rows = [dict(zip(names, row, strict=True)) for row in state.db.execute(sql, (state.now,))]
    order = settings(state)["order"]
    if order == "reversed":
        rows.reverse()
    elif order != "sent":
        random.Random(str(order)).shuffle(rows)  # noqa: S311  (a test repeats it)
    return rows


def deliver(state: State, only: list[str] | None = None) -> list[Json]:
    """Send what is due; whoever receives may ask us meanwhile, so the lock is not held while sending."""
    sent = []
    for row in due(state):
        if only is not None and row["event"] not in only:
            continue
        with state.transaction():
            wish = settings(state)
            if wish["drop"] > 0:
                state.hide("webhooks", {**wish, "drop": wish["drop"] - 1})
                state.db.execute("UPDATE deliveries SET state = 'lost' WHERE seq = ?", (row["seq"],))
                continue
            if state.find(row["endpoint"]) is None:
                continue
            mail = letter(state, row["event"], row["endpoint"])
            type = (state.find(row["event"]) or {})["type"]
        statuses = [send(mail) for _ in range(wish["times"])]
        _write_down(state, row, statuses[-1])
        sent.append({"event": row["event"], "type": type, "statuses": statuses})
    return sent


def _write_down(state: State, row: Json, status: int | None) -> None:
    attempts = row["attempts"] + 1
    is_done = status is not None and 200 <= status < 300
    is_over = is_done or attempts > len(WAITS)
    with state.transaction():
        state.db.execute(
            "UPDATE deliveries SET state = ?, attempts = ?, not_before = ?, status = ? WHERE seq = ?",
            (
                "done" if is_done else "lost" if is_over else "waiting",
                attempts,
                0 if is_over else state.now + WAITS[attempts - 1],
                status,
                row["seq"],
            ),
        )
