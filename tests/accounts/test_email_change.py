"""Another address to sign in with: both addresses are told, the new one confirms, the old one can undo."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions, email_change
from accounts.models import ApiKey, EmailChange, Membership, OutgoingMail, User
from audit.models import Event, Payload
from tests.accounts.conftest import whole
from tests.accounts.factors import forget_proof
from tests.promises import promise

PAGE = "/a/acme/admin/profile/email/"
NEW, GOOD = "alice@new.example", "quiet maple seven trains"


@pytest.fixture
def here(alice, acme):
    """Alice's browser; she knows her password."""
    alice.set_password(GOOD)
    alice.save()
    browser = Client()
    browser.force_login(alice)
    return browser


@pytest.fixture
def links(here):
    """Alice has asked for the new address: the paths to confirm it and to undo it."""
    assert here.post(PAGE, {"email": " Alice@NEW.example "}).status_code == 302
    to_new, to_old = whole(OutgoingMail)
    assert [(letter.kind, letter.to) for letter in (to_new, to_old)] == [
        ("confirm_address", NEW),
        ("address_change_asked", "alice@acme.example"),
    ]
    return [re.search(rf"/email/{way}/\S+", letter.text)[0] for way, letter in (("confirm", to_new), ("undo", to_old))]


def address():
    return User.objects.get(public_id=whole(User)[0].public_id).email


def opens(login, password=GOOD):
    browser = Client()
    browser.post("/login/", {"login": login, "password": password})
    return "_auth_user_id" in browser.session


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


@promise(4)
def test_it_counts_from_the_moment_the_new_address_is_confirmed(here, links, acme, inside):
    confirm, _ = links
    assert address() == "alice@acme.example" and opens("alice@acme.example")
    assert f"{NEW} has a letter" in text(here.get(PAGE))
    assert "From then on you sign in as" in text(here.get(confirm))
    assert address() == "alice@acme.example", "looking changes nothing"
    assert here.post(confirm).status_code == 302
    assert opens(NEW) and not opens("alice@acme.example")
    assert [letter.to for letter in whole(OutgoingMail) if letter.kind == "address_changed"] == [
        "alice@acme.example",
        NEW,
    ]
    assert here.get(confirm).status_code == 410
    assert here.get("/a/acme/").status_code == 200
    with inside(acme):
        event = Event.objects.get(kind="member.email_changed")
        said = Payload.objects.get(event_id=event.pk).data
    assert (said["old"], said["new"]) == ("alice@acme.example", NEW)
    assert f"changed their e-mail address from alice@acme.example to {NEW}" in text(here.get("/a/acme/admin/audit/"))


def test_only_who_asked_confirms(links, bob):
    confirm, _ = links
    assert Client().post(confirm).url.startswith("/login/")
    other = Client()
    other.force_login(bob)
    assert other.post(confirm).status_code == 403
    assert address() == "alice@acme.example"


def test_the_old_address_stops_it(here, links):
    confirm, undo = links
    assert Client().get(undo).status_code == 200
    assert "as before" in text(Client().post(undo))
    assert here.post(confirm).status_code == 410
    assert address() == "alice@acme.example"
    assert Client().post(undo).status_code == 410


def test_the_old_address_undoes_it_and_shuts_out_whoever_did_it(here, links):
    confirm, undo = links
    here.post(confirm)
    here.post(PAGE, {"email": "thief@elsewhere.example"})
    second = re.search(r"/email/confirm/\S+", whole(OutgoingMail)[-2].text)[0]
    here.post(second)
    assert address() == "thief@elsewhere.example"
    rescued = Client()
    page = rescued.post(undo, follow=True)
    assert address() == "alice@acme.example"
    assert here.get("/a/acme/").status_code == 302, "signed out"
    assert not opens("alice@acme.example"), "the password that somebody knows opens nothing"
    new = "eleven slow green boats"
    rescued.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert opens("alice@acme.example", new)
    for letter in whole(OutgoingMail):
        for path in re.findall(r"/email/undo/\S+", letter.text):
            Client().post(path)
    assert address() == "alice@acme.example", "the links of later addresses bring nothing back"


def test_keys_and_second_factors_made_since_go_with_whoever_made_them(here, links, acme, alice, inside):
    confirm, undo = links
    before, member = timezone.now() - timedelta(days=1), Membership.objects.get(account=acme, user=alice)
    with inside(acme):
        own, _ = actions.create_api_key(member, name="Own", scopes=["crm:read"], days=9)
        thiefs, _ = actions.create_api_key(member, name="Thief's", scopes=["crm:read"], days=9)
    ApiKey.objects.filter(pk=own.pk, account_id=acme.pk).update(created_at=before)
    app = Authenticator.objects.create(user=alice, type="totp", data={})
    Authenticator.objects.filter(pk=app.pk, user_id=alice.pk).update(created_at=before)
    first = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "The thief's, made before asking"})
    Authenticator.objects.filter(pk=first.pk, user_id=alice.pk).update(created_at=timezone.now() - timedelta(hours=1))
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "The thief's"})
    here.post(confirm)
    Client().post(undo)
    assert set(ApiKey.objects.filter(account_id=acme.pk, revoked_at=None)) == {own}
    assert set(Authenticator.objects.filter(user_id=alice.pk)) == {app}
    with inside(acme):
        assert Event.objects.get(kind="api_key.revoked").record_id == thiefs.public_id


@pytest.mark.parametrize(
    ("days", "is_confirmed", "works"),
    [(2.9, False, True), (3.1, False, False), (6.9, True, True), (7.1, True, False)],
)
def test_the_links_end(here, links, days, is_confirmed, works):
    confirm, undo = links
    if is_confirmed:
        here.post(confirm)
    ago = timezone.now() - timedelta(days=days)
    EmailChange.objects.filter(user_id=whole(User)[0].pk).update(
        asked_at=ago, confirmed_at=ago if is_confirmed else None
    )
    assert (Client().get(undo).status_code == 200) is works
    if not is_confirmed:
        assert (here.get(confirm).status_code == 200) is works


def test_it_is_taken_back(here, links):
    confirm, _ = links
    here.post(PAGE, {"take_back": "1"})
    assert here.post(confirm).status_code == 410
    assert address() == "alice@acme.example"


def test_an_address_that_somebody_has_is_answered_alike(here, bob):
    def ask(email):
        with CaptureQueriesContext(connection) as captured:
            response = here.post(PAGE, {"email": email})
        return response.status_code, response.url, [query["sql"].split(" ")[0] for query in captured]

    ask("first@new.example")  # later ones take an earlier wish back
    known, unknown = ask("bob@acme.example"), ask(NEW)
    assert known == unknown
    letters = [(letter.kind, letter.to) for letter in whole(OutgoingMail)]
    assert ("address_in_use", "bob@acme.example") in letters
    assert ("confirm_address", "bob@acme.example") not in letters


def test_who_was_quicker_keeps_the_address(here, links):
    confirm, _ = links
    User.objects.create_user(NEW, password=GOOD, first_name="Maren", last_name="Holm")
    assert here.post(confirm).status_code == 409
    assert address() == "alice@acme.example"


@promise(4)
def test_nobody_keeps_the_old_address_from_coming_back_by_signing_up_with_it(here, links, alice):
    confirm, undo = links
    here.post(confirm)
    thiefs = actions.create_person("alice@acme.example", first_name="Maren", last_name="Holm")
    assert Client().post(undo).status_code == 302
    alice.refresh_from_db()
    thiefs.refresh_from_db()
    assert alice.email == "alice@acme.example"
    assert thiefs.email.endswith("@unconfirmed.invalid") and not thiefs.is_confirmed
    assert thiefs.emailaddress_set.get().email == thiefs.email


def test_it_asks_who_sits_there_and_not_too_often(here):
    forget_proof(here)
    asked = here.post(PAGE, {"email": NEW})
    assert asked.url.startswith("/reauthenticate/") and whole(OutgoingMail) == []
    assert f"{NEW} has a letter" in text(here.post(asked.url, {"password": GOOD}, follow=True))
    for number in range(2):
        here.post(PAGE, {"email": f"{number}@new.example"})
    refused = here.post(PAGE, {"email": "last@new.example"})
    assert refused.status_code == 429 and "last@new.example" in refused.content.decode()


def test_what_is_old_is_forgotten(links):
    long_ago = timezone.now() - email_change.KEPT - timedelta(1)
    EmailChange.objects.filter(user_id=whole(User)[0].pk).update(asked_at=long_ago)
    email_change.forget_old()
    assert whole(EmailChange) == []


@pytest.mark.parametrize("way", ["confirm", "undo"])
def test_a_made_up_link_opens_nothing(here, links, way):
    confirm, undo = links
    crossed = {"confirm": undo.replace("undo", "confirm"), "undo": confirm.replace("confirm", "undo")}[way]
    for path in (f"/email/{way}/gAAAAA/", f"/email/{way}/x%00y/", crossed):
        assert here.post(path).status_code == 410


def test_what_is_taken_back_at_the_moment_of_confirming_stays_undone(here, links, alice, monkeypatch):
    confirm, _ = links
    to_confirm, times = email_change.to_confirm, []

    def taken_back_meanwhile(token):
        found = to_confirm(token)
        times.append(found)
        if len(times) == 3:  # the last look, under the lock
            email_change.take_back(alice)
        return found

    monkeypatch.setattr(email_change, "to_confirm", taken_back_meanwhile)
    assert here.post(confirm).status_code == 410
    assert len(times) == 3 and address() == "alice@acme.example"
