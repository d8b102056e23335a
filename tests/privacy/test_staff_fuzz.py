"""500 random requests of staff, to every address there is, with grants in every state: no canary comes out anywhere."""

from __future__ import annotations

import logging
import random
import re
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

import config.account_urls
from accounts.models import OutgoingMail
from privacy.support_access import actions, granting, looking
from privacy.support_access.models import Look, StaffAction
from tests.privacy.looks import SECRET, allowed, asked, canary, member_of, ticket_of
from tests.promises import promise
from tests.signed_in import staff_browser

REQUESTS = 500
LOOK = "/support/access/<uuid:public_id>/records/<int:number>/"
ENDS_IT = ("logout", "/dev/", "public_id>/close/", "public_id>/end/")  # there would be nothing left to try
METHODS = ("get", "get", "post", "post", "head", "put", "delete", "patch")
WORD = re.compile(r"<(?:(\w+):)?(\w+)>")


def paths(resolver, start="/"):
    """Every address of a list of addresses, with its words in place."""
    for each in resolver.url_patterns:
        path = start + str(each.pattern).removeprefix("^").removesuffix("$")
        if isinstance(each, URLPattern):
            yield path
        else:
            yield from paths(each, path)


def all_paths():
    inside = paths(get_resolver(config.account_urls.__name__), "/a/acme/")
    return sorted({*paths(get_resolver()), *inside})


def filled(path, chance, ids):
    """An address with ids that exist, wherever one fits."""
    fitting = {"tickets": ids[:2], "access": ids[2:8], "looks": ids[8:9]}.get(
        path.split("/")[2:3][0] if path.count("/") > 2 else "", ids
    )
    kinds = {
        "uuid": lambda: chance.choice(fitting if chance.random() < 0.8 else ids),
        "int": lambda: chance.choice([1, 1, 1, 2]),
        "date": lambda: "2026-11-20",
    }
    return WORD.sub(
        lambda found: str(kinds.get(found[1], lambda: chance.choice(["acme", "crm.contact", *ids]))()), path
    )


@pytest.fixture
def scene(committed, acme, alice, bob, sam, tess, inside):
    """Grants in every state for a contact full of canaries; Sam may look, with nothing lifted."""
    maren, boss = canary(acme), member_of(acme, alice)
    ticket = ticket_of(acme, bob)
    closed = ticket_of(acme, bob)
    waiting = asked(ticket, maren, by=sam)
    open_ = allowed(asked(ticket, maren, by=sam), by=boss)
    revoked = allowed(asked(ticket, maren, by=sam), by=boss)
    ended = allowed(asked(closed, maren, by=sam), by=boss)
    refused = asked(ticket, maren, by=sam)
    with inside(acme):
        granting.revoke(revoked, by=boss)
        granting.refuse(refused, by=boss)
        offered = granting.offer(ticket, maren, unmasked=[], member=boss)
    actions.close(closed, by=sam)
    look, shown = looking.open_record(open_, maren, by=sam)
    assert len(shown) > 20
    made = (ticket, closed, waiting, open_, revoked, ended, refused, offered, look, maren)
    return [*(each.public_id for each in made), uuid.uuid4()]


@promise(69, 72)
def test_no_canary_comes_out(scene, sam, tess, caplog, recorder):
    caplog.set_level(logging.INFO)
    plain = Client()
    plain.force_login(tess)  # of staff, without a second factor
    chance = random.Random(8)  # noqa: S311
    browsers = {"sam": staff_browser(sam), "tess": staff_browser(tess), "tess by password": plain, "nobody": Client()}
    addresses = [path for path in all_paths() if not any(word in path for word in ENDS_IT)]
    of_staff = [path for path in addresses if path.startswith("/support/")]
    pools = (addresses, addresses, of_staff, [LOOK])
    statuses: dict[int, int] = {}
    for number in range(REQUESTS):
        who = chance.choice(["sam", "sam", "tess", "tess by password", "nobody"])
        pool = pools[number % len(pools)]
        url, method = (
            filled(chance.choice(pool), chance, scene),
            chance.choice(("post",) if pool == [LOOK] else METHODS),
        )
        browser = browsers[who]
        browser.raise_request_exception = False
        body = {
            "records": f"contact {scene[9]}",
            "reason": "x",
            "minutes": "60",
            "verdict": "fine",
            "field": "title",
            "why": "x",
        }
        answer = getattr(browser, method)(url, body if method == "post" else None)
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")
        assert [word for word in SECRET if word in text + str(answer.headers)] == [], f"{who} {method} {url}"
        assert answer.status_code < 500, f"{who} {method} {url}: {answer.status_code}"
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    print(f"\n{REQUESTS} requests to {len(addresses)} addresses, 0 canaries: {dict(sorted(statuses.items()))}")  # noqa: T201
    assert statuses[200] > 20 and statuses[404] > 50
    assert Look.objects.filter(staff_id=sam.pk).exclude(shown_at=None).count() >= 3  # records were really shown
    with recorder.looking_away():
        said = caplog.text + "".join(f"{mail.subject}{mail.text}{mail.html}" for mail in OutgoingMail.objects.all())
        said += "".join(done.detail for done in StaffAction.objects.all())
    assert [word for word in SECRET if word in said] == []  # logs, letters and the operator's own log carry ids alone
