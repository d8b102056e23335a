"""The home page: first steps that tick themselves, and what the apps register."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts import checklist, home
from accounts.models import Account, Membership
from accounts.people import invitations
from accounts.people.pasted import Person

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def own_registries(monkeypatch):
    """Only what a test registers, and the house's own step."""
    monkeypatch.setattr(checklist, "_steps", checklist._steps[:1])
    monkeypatch.setattr(home, "_panels", [])
    monkeypatch.setattr(home, "_tiles", [])


def test_it_greets_and_lists_the_first_steps(client, alice, acme):
    client.force_login(alice)
    page = client.get("/a/acme/").content.decode()
    assert "Hello, Alice" in page and "Confirm your profile" in page


def test_a_step_ticks_itself(client, alice, acme, own_registries):
    done = []
    checklist.register(checklist.Step("Add contacts", "accounts:home", "contact.edit", 20, lambda member: bool(done)))
    client.force_login(alice)
    assert "0 of 2 done" in client.get("/a/acme/").content.decode()
    done.append(1)
    page = client.get("/a/acme/").content.decode()
    assert "1 of 2 done" in page and "Add contacts<span" in page
    client.post("/a/acme/admin/profile/confirm/")
    assert "First steps" not in client.get("/a/acme/").content.decode()


def test_only_steps_that_one_may_take(client, carol, acme, own_registries):
    checklist.register(checklist.Step("Add contacts", "accounts:home", "contact.edit", 20, lambda member: False))
    client.force_login(carol)
    page = client.get("/a/acme/").content.decode()
    assert "Confirm your profile" in page and "Add contacts" not in page


def test_the_list_can_be_put_away_by_each_for_themselves(client, alice, bob, acme):
    client.force_login(alice)
    client.post("/a/acme/first-steps/hide/")
    assert "First steps" not in client.get("/a/acme/").content.decode()
    client.force_login(bob)
    assert "First steps" in client.get("/a/acme/").content.decode()


def test_panels_stand_in_order_for_those_who_may_see_them(alice, carol, acme, own_registries, monkeypatch):
    monkeypatch.setattr(home, "render_to_string", lambda template, context, request: f"{template} {context['n']}")
    home.register(home.Panel("b.html", "home.view", 20, "main", lambda request: {"n": 2}))
    home.register(home.Panel("a.html", "home.view", 10, "main", lambda request: {"n": 1}))
    home.register(home.Panel("c.html", "time.log", 30, "main", lambda request: {"n": 3}))
    home.register(home.Panel("d.html", "home.view", 10, "side", lambda request: {"n": 4}))
    request = RequestFactory().get("/a/acme/")
    request.membership = Membership.objects.get(user=carol)
    assert home.panels(request, "main") == ["a.html 1", "b.html 2"]
    assert home.panels(request, "side") == ["d.html 4"]
    request.membership = Membership.objects.get(user=alice)
    assert len(home.panels(request, "main")) == 3


def test_tiles_that_have_nothing_to_say_are_absent(client, alice, acme, own_registries):
    home.register_tile("home.view", 10, lambda request: None)
    home.register_tile("home.view", 5, lambda request: home.Tile("Waiting", "3", "/a/acme/", "since Monday"))
    client.force_login(alice)
    page = client.get("/a/acme/").content.decode()
    assert page.count('class="lbl"') == 1 and "since Monday" in page


def test_when_nothing_waits_it_says_so(client, alice, acme, own_registries):
    Membership.objects.filter(user=alice).update(profile_confirmed_at=timezone.now())
    client.force_login(alice)
    assert "Nothing waits for you" in client.get("/a/acme/").content.decode()


def test_reading_goes_on_when_writing_ended(client, alice, read_only):
    client.force_login(alice)
    assert client.get("/a/acme/").status_code == 200


@pytest.mark.parametrize(
    ("left", "words", "is_amber"),
    [
        (timedelta(days=30), "30 days left", False),
        (timedelta(days=5, minutes=1), "6 days left", False),
        (timedelta(days=4, hours=23), "5 days left", True),
        (timedelta(hours=1), "1 day left", True),
    ],
)
def test_the_trial_is_counted(client, alice, acme, left, words, is_amber):
    Account.objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() + left)
    client.force_login(alice)
    page = client.get("/a/acme/").content.decode()
    assert words in page and ("trialbar" in page) == is_amber


def test_mallory_finds_nothing(client, mallory, globex, acme):
    client.force_login(mallory)
    assert client.get("/a/acme/").status_code == 404
    assert client.post("/a/acme/first-steps/hide/").status_code == 404
    assert not Membership.objects.filter(account=acme).exclude(first_steps_hidden_at=None).exists()


def test_signed_out_people_are_asked_to_sign_in(client, acme):
    assert client.get("/a/acme/").url == "/login/?next=/a/acme/"


def test_a_step_is_shown_with_the_accounts_own_address(own_registries):
    step = checklist.Step("Look", "accounts:home", "home.view", 1, lambda member: False)
    member = SimpleNamespace(
        role=Membership.Role.OWNER,
        first_steps_hidden_at=None,
        profile_confirmed_at=None,
        account=SimpleNamespace(slug="acme"),
        sees_only_own_records=False,
    )
    assert step.action == "home.view"
    assert checklist.steps(member)[0].url == "/a/acme/admin/profile/"


def test_inviting_somebody_ticks_itself(alice, in_acme):
    member = Membership.objects.select_related("account", "user").get(user=alice, account=in_acme)
    step = lambda: next(step for step in checklist.steps(member) if "colleague" in step.words)  # noqa: E731
    assert (step().is_done, step().url) == (False, "/a/acme/admin/people/invite/")
    invitations.invite([Person("nora@x.example", "Nora")], role="member", message="", by=member)
    assert step().is_done
