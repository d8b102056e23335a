"""`/_sim/`: what a test may do that nobody can do to the real processor."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

from devtools.processor_sim import clock, webhooks
from devtools.processor_sim.api import invoicing, methods, payments
from devtools.processor_sim.contract import Json
from devtools.processor_sim.state import Problem, State, invalid

FAULTS = ("error", "conflict", "rate_limit", "html", "unauthorized", "drop", "hang")


def advance(state: State, asked: Json) -> Json:
    """Let time pass: ``to`` a moment, or by so many ``days``, ``hours`` and ``seconds``; ``stop`` stops it there."""
    with state.transaction():
        now = state.now
        then = asked.get("to") or now + asked.get("days", 0) * 86400 + asked.get("hours", 0) * 3600
        then = int(then + asked.get("seconds", 0))
        if then < now:
            raise invalid("Time only goes forward here; restore a snapshot to go back.")
        steps = clock.catch_up(state, then)
        state.set_clock(then, stopped=bool(asked.get("stop", "at" in (state.hidden("clock") or {}))))
    return {"now": then, "steps": steps}


def fault(state: State, asked: Json) -> Json:
    """Arrange for the next requests that match ``method`` and ``path`` (a beginning) to go wrong, ``times`` times.

    ``when`` is before or after the effect; ``kind`` one of ``FAULTS``; ``seconds`` says how long a hang takes.
    """
    wish = {"method": "", "path": "/v1/", "times": 1, "when": "before", "kind": "error", "seconds": 0, **asked}
    if wish["kind"] not in FAULTS or wish["when"] not in ("before", "after"):
        raise invalid(f"A fault is one of {', '.join(FAULTS)}, before or after.")
    with state.transaction():
        state.db.execute("INSERT INTO faults (body) VALUES (?)", (json.dumps(wish),))
    return wish


def no_faults(state: State, asked: Json) -> Json:
    with state.transaction():
        state.db.execute("DELETE FROM faults")
    return {}


def change_webhooks(state: State, asked: Json) -> Json:
    """``held`` (nothing goes out by itself), ``drop`` (lose the next so many), ``times`` (send each so often),
    ``order`` (sent, reversed, or any other word: shuffled by it)."""
    with state.transaction():
        state.hide("webhooks", {**webhooks.settings(state), **asked})
        return webhooks.settings(state)


def deliver(state: State, asked: Json) -> Json:
    """Send what waits, now, and say what came back."""
    return {"sent": webhooks.deliver(state, asked.get("events"))}


def letters(state: State, asked: Json) -> Json:
    """What waits to be sent, as it would be: for a test that hands it over itself. ``take`` counts it as delivered."""
    with state.transaction():
        rows = webhooks.due(state)
        mails = [
            {**webhooks.letter(state, row["event"], row["endpoint"], asked.get("at")), "event": row["event"]}
            for row in rows
        ]
        if asked.get("take", True):
            marks = [(row["seq"],) for row in rows]
            state.db.executemany("UPDATE deliveries SET state = 'done' WHERE seq = ?", marks)
    return {"letters": mails}


def replay(state: State, asked: Json) -> Json:
    """Send an event once more to every endpoint, signed now or as of ``at``."""
    with state.transaction():
        endpoints = state.all("webhook_endpoint")
        mails = [webhooks.letter(state, asked["event"], each["id"], asked.get("at")) for each in endpoints]
    return {"statuses": [webhooks.send(mail) for mail in mails]}


def forge(state: State, asked: Json) -> Json:
    """Send whatever to an address, signed with whatever secret and time."""
    mail = webhooks.signed(asked["url"], asked["body"], asked.get("secret", "whsec_forged"), asked.get("at"))
    return {"status": webhooks.send(mail)}


def enter_card(state: State, asked: Json) -> Json:
    """What the frame does with what was typed into it, for the intent that the client secret belongs to."""

    def keep() -> str:
        number = str(asked.get("number", "")).replace(" ", "")
        month, year = (int(asked.get(key) or default) for key, default in (("exp_month", 12), ("exp_year", 2034)))
        methods.check_card(number, month, year, str(asked.get("cvc", "123")), state.now)
        return str(methods.keep_card(state, number, month, year, asked.get("billing_details"))["id"])

    return _confirm(state, asked, keep)


def confirm_kept(state: State, asked: Json) -> Json:
    """The same with a card that is kept already: the one that is named, or the one that the invoice would take."""

    def find() -> str:
        intent = intent_by_secret(state, asked.get("client_secret", ""))
        return asked.get("payment_method") or intent["payment_method"] or invoicing.usual_card(state, intent) or ""

    return _confirm(state, asked, find)


def _confirm(state: State, asked: Json, card: Callable[[], str]) -> Json:
    with state.transaction():
        intent = intent_by_secret(state, asked.get("client_secret", ""))
        confirm = methods.confirm_setup if intent["object"] == "setup_intent" else payments.confirm
        try:
            params = {"payment_method": card()}
            if url := asked.get("return_url"):
                params["return_url"] = url
            return confirm(state, params, intent["id"])
        except Problem as error:
            if not error.commits:
                raise
            problem = error
    raise problem


def consent(state: State, asked: Json) -> Json:
    """The holder of the card tells their bank yes or no."""
    with state.transaction():
        intent = intent_by_secret(state, asked.get("client_secret", ""))
        if intent["status"] != "requires_action":
            raise invalid("There is nothing to agree to.", code=f"{intent['object']}_unexpected_state")
        return payments.consented(state, intent, said_yes=bool(asked.get("yes", True)))


def intent_by_secret(state: State, secret: str) -> Json:
    intent = state.find(secret.split("_secret_")[0])
    if intent is None or intent.get("client_secret") != secret:
        raise invalid("The client_secret provided does not match any intent.", "client_secret", "resource_missing", 404)
    return intent


def tell(state: State, asked: Json) -> Json:
    """Tell this ``url`` everything, signed with this ``secret``."""
    return state.tell(asked["url"], asked["secret"])


def snapshot(state: State, asked: Json) -> Json:
    """Copy everything into another file."""
    with state.lock, sqlite3.connect(Path(asked["file"])) as copy:
        state.db.backup(copy)
    return {"file": asked["file"]}


def restore(state: State, asked: Json) -> Json:
    """Go back to what a snapshot holds."""
    if not Path(asked["file"]).exists():
        raise invalid("There is no such snapshot.")
    with state.lock, sqlite3.connect(Path(asked["file"])) as copy:
        copy.backup(state.db)
    return {"now": state.now}


def change_settings(state: State, asked: Json) -> Json:
    """``after_retries``: what a subscription becomes when its last try at payment has failed."""
    if asked.get("after_retries", "unpaid") not in ("unpaid", "canceled", "past_due"):
        raise invalid("After the last try a subscription is unpaid, canceled or past_due.")
    with state.transaction():
        state.hide("settings", {**(state.hidden("settings") or {}), **asked})
    return state.hidden("settings") or {}


def look(state: State, asked: Json) -> Json:
    """What time it is, what is there, and the last requests."""
    with state.lock:
        counts = dict(state.db.execute("SELECT kind, count(*) FROM objects GROUP BY kind").fetchall())
        sql = "SELECT method, path, key, status FROM requests ORDER BY seq DESC LIMIT 100"
        rows = [dict(zip(("method", "path", "key", "status"), row, strict=True)) for row in state.db.execute(sql)]
        waiting = state.db.execute("SELECT count(*) FROM deliveries WHERE state = 'waiting'").fetchone()[0]
        return {
            "now": state.now,
            "objects": counts,
            "requests": rows[::-1],
            "webhooks": {**webhooks.settings(state), "waiting": waiting},
        }


CONTROLS: dict[str, Callable[[State, Json], Json]] = {
    "": look,
    "advance": advance,
    "card": enter_card,
    "consent": consent,
    "deliver": deliver,
    "fault": fault,
    "faults/clear": no_faults,
    "forge": forge,
    "letters": letters,
    "replay": replay,
    "restore": restore,
    "settings": change_settings,
    "snapshot": snapshot,
    "tell": tell,
    "webhooks": change_webhooks,
}
