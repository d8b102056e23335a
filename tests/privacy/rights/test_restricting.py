"""Whoever signs in can have their data kept and not used; what they agreed to before waits."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from accounts import consents, mail
from accounts.models import Membership, OutgoingMail
from privacy.rights import work
from tests.privacy.rights.conftest import send
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")
Purpose = consents.Purpose


def agreed(user):
    """As if they had wanted all of it, before and after they asked."""
    consents.choose(user, set(Purpose.values), source="a test")
    consents.say(user, consents.Further.RESEARCH, is_given=True, source="a test", method=consents.Method.CLICK)


def is_used(user):
    user.refresh_from_db()
    found = {purpose: consents.may_send(user, purpose) for purpose in Purpose.values}
    assert len(set(found.values())) == 1 and (user in set(consents.audience(Purpose.TIPS))) is found["tips"]
    return found["tips"]


@promise(114)
def test_from_the_moment_it_is_confirmed_their_data_is_kept_and_not_used(ask, acme, alice, client):
    alice.set_password("quiet maple seven trains")
    alice.save()
    agreed(alice)
    assert is_used(alice)
    waiting = OutgoingMail.objects.create(
        kind="x", to=alice.email, user=alice, purpose="tips", subject="A tip", text="Do.", html="<p>Do.</p>"
    )
    _, link = ask(kind="restrict")
    assert is_used(alice), "anybody can name her address"
    send(link)
    agreed(alice)
    assert not is_used(alice), "whatever is ticked"
    mail.sweep()
    waiting.refresh_from_db()
    assert waiting.state == OutgoingMail.State.UNWANTED
    assert alice.first_name == "Alice" and Membership.objects.filter(user=alice, removed_at=None).exists(), "kept"
    client.force_login(alice)
    page = client.get("/a/acme/admin/my-data/requests/").content.decode()
    assert "we keep your data and do not use it" in page
    assert "restricted" not in client.get("/a/acme/admin/people/").content.decode().lower(), "nobody else reads it"
    client.post("/a/acme/admin/my-data/use-again/")
    assert is_used(alice)


@promise(114)
def test_a_request_that_is_refused_stops_nothing_any_more(ask, acme, alice, sam):
    alice.set_password("quiet maple seven trains")
    alice.save()
    request, link = ask(kind="restrict")
    send(link)
    agreed(alice)
    assert not is_used(alice)
    request.refresh_from_db()
    assert request.restricted_at
    kept = [{"code": "1", "what": "Mail", "evidence": "She asked for it again."}]
    work.decide(request, "refused", answer="There is no ground.", kept=kept, by=sam)
    assert is_used(alice)


@promise(114)
def test_a_second_wish_that_is_refused_leaves_the_first(ask, acme, alice, sam):
    agreed(alice)
    first, link = ask(kind="restrict")
    send(link)
    work.decide(first, "full", answer="From now on.", kept=[], by=sam)
    second, link = ask(kind="restrict")
    assert second.pk != first.pk
    send(link)
    second.refresh_from_db()
    assert second.restricted_at is None
    kept = [{"code": "excessive", "what": "The same again", "evidence": "The first."}]
    work.decide(second, "refused", answer="It is so already.", kept=kept, by=sam)
    assert not is_used(alice)


def test_those_that_restricted_before_say_so_too(ask):
    migration = import_module("privacy.rights.migrations.0003_what_restricted_is_a_fact")
    requests = [ask(kind="restrict", email=f"{name}@pell.example")[0] for name in ("edith", "anna")]
    requests[0].steps.create(what="Kept, and not used from now on")
    with connection.cursor() as cursor:
        cursor.execute(migration.TAKE_FROM_STEPS)
    for request in requests:
        request.refresh_from_db()
    assert [bool(request.restricted_at) for request in requests] == [True, False]


@promise(114)
def test_it_is_theirs_alone_to_ask_and_a_firms_data_is_the_firms(ask, acme, alice, bob):
    _, link = ask(kind="restrict", population="firm", firm="The Acme people")
    send(link)
    for user in (alice, bob):
        user.refresh_from_db()
        assert user.restricted_at is None
