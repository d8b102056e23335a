"""Every address behind the door × every role × another account: who comes in, who is turned away, and how."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User
from accounts.permissions import ROLES
from demo import cast
from tenancy.globals import fenced_models
from tenancy.probe import RowMaker
from tests.house.batches import for_each, in_batches
from tests.house.routes import account_routes
from tests.house.samples import BODIES, OWN, names_a_record, sample_for
from tests.promises import promise

ROUTES = account_routes()
WITH_RECORDS = [route for route in ROUTES if names_a_record(route)]
ROLE_NAMES = list(Membership.Role.values)
WORKED, TURNED_AWAY, NOT_THIS_WAY = {200, 204, 302, 303, 400, 409, 422}, 403, 405
MARK = "Xenoglobex"  # stands in every text of Globex's rows, and must never reach Acme


@pytest.fixture
def people(acme, globex, sam, files_folder):
    """The browsers of one person of each role in Acme, and of those who do not belong there."""
    found = {"owner": acme.memberships.get().user, "stranger": globex.memberships.get().user, "staff": sam}
    for role in ("admin", "manager", "member", "billing", "reader", "removed", "own records only"):
        user = User.objects.create_user(f"{role.split()[0]}@acme.example", first_name=role, last_name="Acme")
        member = cast.joins(acme, user, role if role in ROLE_NAMES else "member")
        if role == "removed":
            Membership.objects.filter(pk=member.pk, account=acme).update(removed_at=timezone.now())
        if role == "own records only":
            Membership.objects.filter(pk=member.pk, account=acme).update(sees_only_own_records=True)
        found[role] = user
    return {role: signed_in(user) for role, user in found.items()} | {"nobody": Client()}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mark_globex(globex, inside, recorder):
    """Makes a row in every account table of Globex, with the mark in every text."""

    def make():
        rows = RowMaker(word=MARK)
        with recorder.looking_away(), inside(globex):
            for model in fenced_models():
                rows.row(model._meta.db_table, globex.pk)

    return make


def ask(client, method, url, body=None):
    """The answer, with everything undone that it did."""
    with transaction.atomic():
        response = getattr(client, method)(url, body or {})
        content = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return response.status_code, content.decode(errors="replace"), response.headers.get("Location", "")


def test_there_are_routes():
    assert len(ROUTES) >= 1
    assert "accounts:home" in {route.name for route in ROUTES}


def test_no_two_routes_share_a_name():
    names = [route.name for route in ROUTES]
    assert sorted(set(names)) == sorted(names)
    assert [name for name in names if "(no name)" in name] == []


def test_every_view_says_who_may_come_in():
    actions = {route.name: getattr(route.view, "allowed_action", None) for route in ROUTES}
    silent = [name for name, action in actions.items() if action is None]
    assert silent == [], "put @allow(…) on these views"
    assert set(actions.values()) <= set(ROLES)


def reaches_others(role, route):
    """False where the address names what only its own person may reach, and this role is not above them."""
    others = next((action for start, action in OWN.items() if route.name.startswith(start)), None)
    return others is None or not names_a_record(route) or role in ROLES[others]


@promise(72)
@in_batches(ROUTES)
def test_each_role_is_let_in_or_turned_away(batch, acme, inside, people, mark_globex):
    mark_globex()

    def each_role(route):
        with inside(acme):
            url = route.url("acme", **sample_for(route))
        allowed, body = ROLES[route.view.allowed_action], BODIES.get(route.name)
        for method in ("get", "post"):
            for role in ROLE_NAMES:
                status, content, _ = ask(people[role], method, url, body)
                expected = WORKED if role in allowed else {TURNED_AWAY}
                if role in allowed and not reaches_others(role, route):
                    expected = {404}
                assert status in expected | {NOT_THIS_WAY}, f"{role} may not be answered {status} to {method} {url}"
                assert MARK not in content
            status, content, _ = ask(people["own records only"], method, url)
            assert status < 500
            assert MARK not in content

    for_each(batch, each_role)


@promise(22, 38, 72)
@in_batches(ROUTES)
def test_who_does_not_belong_finds_nothing(batch, acme, inside, people):
    def nothing(route):
        with inside(acme):
            url = route.url("acme", **sample_for(route))
        nowhere = url.replace("/a/acme/", "/a/no-such-firm/")
        for method in ("get", "post"):
            for role in ("stranger", "removed", "staff"):
                status, content, _ = ask(people[role], method, url)
                assert status == 404, f"{role} is answered {status} to {method} {url}"
                assert content.replace("acme", "no-such-firm") == ask(people[role], method, nowhere)[1]
            status, _, location = ask(people["nobody"], method, url)
            assert (status, location.split("?")[0]) == (302, "/login/")

    for_each(batch, nothing)


@promise(72)
@in_batches(WITH_RECORDS)
def test_another_accounts_record_is_not_there(batch, globex, inside, people, mark_globex):
    with inside(globex):
        urls = {route.name: route.url("acme", **sample_for(route)) for route in batch}
    mark_globex()  # afterwards, for its rows are no keys that a sample could be sealed with

    def not_there(route):
        url = urls[route.name]
        for method in ("get", "post"):
            for role in ("owner", "member", "own records only"):
                status, content, _ = ask(people[role], method, url)
                turned_away = set() if role == "owner" else {TURNED_AWAY}
                assert status in {404, NOT_THIS_WAY} | turned_away, f"{role} is answered {status} to {method} {url}"
                assert MARK not in content

    for_each(batch, not_there)


@in_batches(ROUTES)
def test_a_read_only_account_writes_nothing(batch, acme, inside, people):
    def refused(route):
        with inside(acme):
            url = route.url("acme", **sample_for(route))
        type(acme).objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=2))
        status, _, _ = ask(people["owner"], "get", url)
        assert status in WORKED | {NOT_THIS_WAY}, f"{status} to get {url}"
        status, _, _ = ask(people["owner"], "post", url, BODIES.get(route.name))
        if getattr(route.view, "open_when_read_only", False):
            assert status in WORKED | {NOT_THIS_WAY}, f"{status} to post {url}"
        else:
            assert status == 402, f"{status} to post {url}"

    for_each(batch, refused)


def test_the_table_would_notice_a_leak(acme, globex, inside, people, mark_globex):
    """What the marked rows say is really what Globex's own pages show."""
    from crm.models import Contact

    mark_globex()
    with inside(globex):
        assert MARK in Contact.objects.get().first_name + Contact.objects.get().last_name
        assert Contact.objects.count() == 1
    with inside(acme):
        assert Contact.objects.count() == 0
