"""From where people and programs may come in, and the way back for an owner who is shut out."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import allow_list
from accounts.actions import create_api_key
from accounts.models import Account, Membership, OutgoingMail, SecurityEvent, WayBack
from audit.models import Event
from demo import cast
from tests.promises import promise

URL = "/a/acme/admin/security/addresses/"
HERE, OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.20", "192.0.2.99"

networks = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).flatmap(
    lambda address: st.integers(1, address.max_prefixlen).map(
        lambda length: ipaddress.ip_network((address, length), strict=False)
    )
)


# --- the list as it is typed ----------------------------------------------------------------------


@given(st.lists(networks, max_size=5, unique=True), st.data())
def test_what_was_typed_is_read_and_lets_in_just_its_own(typed, data):
    entries = allow_list.read("\n".join(f"{network}\tOffice {number}" for number, network in enumerate(typed)))
    assert allow_list.read("\n".join(entries)) == entries  # written as it is read
    own = [network for network in typed if not _wears_v6_clothes(network)]
    for network in own:
        inside = network[data.draw(st.integers(0, network.num_addresses - 1))]
        assert allow_list.matches(entries, str(inside))
    outsider = data.draw(st.ip_addresses(v=4))
    assert allow_list.matches(entries, str(outsider)) == any(
        outsider in ipaddress.ip_network(e.split()[0]) for e in entries
    )
    assert not allow_list.matches(entries, None)


def _wears_v6_clothes(network):
    return network.version == 6 and network.network_address.ipv4_mapped is not None


def test_a_list_is_tidied_as_it_is_read():
    typed = " 203.0.113.20/24  Office \n\n2001:DB8::1\n::ffff:198.51.100.7, Home\n203.0.113.0/24 Head office"
    assert allow_list.read(typed) == ["203.0.113.0/24 Head office", "2001:db8::1", "198.51.100.7 Home"]
    assert allow_list.matches(["198.51.100.7/32"], "::ffff:198.51.100.7")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("office", "no address and no network"),
        ("203.0.113.1-203.0.113.9", "no address and no network"),
        ("0.0.0.0/0", "lets everybody in"),
        ("::/0 all", "lets everybody in"),
        ("fe80::1%eth0", "one machine only"),
        ("203.0.113.7 " + "x" * 61, "more than 60 letters"),
        ("999.1.1.1", "no address and no network"),
    ],
)
def test_a_wrong_line_is_named(line, words):
    with pytest.raises(ValidationError, match=f"Line 2: .*{words}"):
        allow_list.read(f"203.0.113.7\n{line}")


def test_a_list_has_an_end():
    with pytest.raises(ValidationError, match="100 at most"):
        allow_list.read("\n".join(f"10.0.{number}.0/24" for number in range(101)))


# --- at the door ----------------------------------------------------------------------------------


def browser(user, address=HERE):
    client = Client(REMOTE_ADDR=address)
    client.force_login(user)
    return client


def only_from(acme, *lines):
    Account.objects.filter(pk=acme.pk).update(allow_list=list(lines))


@promise(77)
def test_a_list_lets_members_in_from_there_alone(acme, alice, bob):
    only_from(acme, "203.0.113.0/24 Office", "2001:db8::/32")
    for address in (OFFICE, "2001:db8::77", "::ffff:203.0.113.9"):
        assert browser(bob, address).get("/a/acme/").status_code == 200
    for user in (alice, bob):
        for answer in (browser(user).get("/a/acme/"), browser(user).post("/a/acme/admin/profile/confirm/")):
            page = answer.content.decode()
            assert answer.status_code == 403
            assert "Not from this address" in page and HERE in page
            assert "203.0.113" not in page and "Acme" not in page
    assert Membership.objects.get(user=alice, account=acme).profile_confirmed_at is None


def test_a_stranger_learns_nothing_of_the_list(acme, mallory):
    only_from(acme, "203.0.113.0/24")
    assert browser(mallory).get("/a/acme/").status_code == 404


def test_an_address_that_nobody_knows_is_not_on_the_list(acme, alice, settings):
    only_from(acme, "203.0.113.0/24")
    request = RequestFactory().get("/", REMOTE_ADDR="")
    assert not allow_list.lets_in(Membership.objects.select_related("account").get(account=acme, user=alice), request)


@promise(77)
def test_programs_come_in_from_there_alone_too(acme, alice, inside):
    with inside(acme):
        _, text = create_api_key(acme.memberships.get(), name="Nightly", scopes=["crm:read"], days=30)
    headers = {"Authorization": f"Bearer {text}"}
    only_from(acme, "203.0.113.0/24")
    assert Client(REMOTE_ADDR=OFFICE).get("/api/v1/contacts/", headers=headers).status_code == 200
    answer = Client(REMOTE_ADDR=HERE).get("/api/v1/contacts/", headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "Not from this address")
    assert "203.0.113" not in answer.content.decode()


def test_the_way_on_leads_to_a_choice_and_not_in_a_circle(acme, bob):
    only_from(acme, "203.0.113.0/24")
    client = browser(bob)
    assert "/enter/?to=choice" in client.get("/a/acme/").content.decode()
    page = client.get("/enter/?to=choice")
    assert page.status_code == 200 and "Acme" in page.content.decode()


def test_the_door_stays_one_statement(acme, alice, django_assert_num_queries):
    only_from(acme, "203.0.113.0/24")
    client = browser(alice)
    client.get("/a/acme/")
    with django_assert_num_queries(1):
        assert client.get("/a/acme/").status_code == 403


# --- the page -------------------------------------------------------------------------------------


def save(client, acme, lines, **more):
    acme.refresh_from_db()
    return client.post(URL, {"version": acme.version, "lines": lines, **more}, follow=True)


def test_the_owner_writes_the_list_and_the_log_says_so(acme, alice, inside):
    client = browser(alice)
    page = save(client, acme, f"203.0.113.0/24 Office\n{HERE} Home").content.decode()
    assert "people and programs come in from 2 places only" in page
    assert f"You are at {HERE}." in page and "203.0.113.0/24 Office" in page
    acme.refresh_from_db()
    assert acme.allow_list == ["203.0.113.0/24 Office", f"{HERE} Home"]
    page = save(client, acme, "").content.decode()
    assert "from everywhere" in page
    with inside(acme):
        assert Event.objects.filter(kind="allow_list.changed").count() == 2


def test_nobody_shuts_themselves_out_by_mistake(acme, alice):
    client = browser(alice)
    assert 'name="shut_me_out"' not in client.get(URL).content.decode()
    answer = save(client, acme, "203.0.113.0/24 Office")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"You are at {HERE}, which is not on this list" in page
    assert 'name="shut_me_out"' in page and "203.0.113.0/24 Office" in page
    acme.refresh_from_db()
    assert acme.allow_list == []
    page = save(client, acme, "203.0.113.0/24 Office", shut_me_out="on").content.decode()
    assert "Saved." in page and "Mail me the link" in page
    assert client.get(URL).status_code == 403
    acme.refresh_from_db()
    assert acme.allow_list == ["203.0.113.0/24 Office"]


def test_a_wrong_line_keeps_what_was_typed(acme, alice):
    answer = save(browser(alice), acme, f"{HERE}\nthe office")
    assert answer.status_code == 422
    assert "Line 2: “the office”" not in answer.content.decode()
    assert "Line 2: “the” is no address" in answer.content.decode() and "the office" in answer.content.decode()


def test_two_who_write_at_once_are_told(acme, alice):
    client = browser(alice)
    assert client.post(URL, {"version": acme.version + 1, "lines": HERE}).status_code == 409


def test_a_member_may_not(acme, alice, bob):
    assert browser(bob).get(URL).status_code == 403
    assert "addresses/" not in browser(bob).get("/a/acme/admin/security/").content.decode()


# --- the way back ---------------------------------------------------------------------------------


@pytest.fixture
def shut_out(acme, alice):
    """Alice's browser, outside of what her account lets in."""
    only_from(acme, "203.0.113.0/24 Office")
    return browser(alice)


def mailed_link():
    letter = OutgoingMail.objects.filter(kind="way_back").latest("pk")
    return re.search(r"/way-back/in/\S+", letter.text).group()


@promise(77)
def test_an_owner_comes_back_in_by_a_mailed_link_for_an_hour(shut_out, acme, alice, inside, monkeypatch):
    assert "/way-back/acme/" in shut_out.get("/a/acme/").content.decode()
    assert "Mail me the link" in shut_out.get("/way-back/acme/").content.decode()
    assert "A letter is on its way" in shut_out.post("/way-back/acme/").content.decode()
    link = mailed_link()
    assert shut_out.get("/a/acme/").status_code == 403  # asking alone opens nothing
    assert "Let me in for an hour" in shut_out.get(link).content.decode()
    assert "Let me in for an hour" in shut_out.get(link).content.decode()  # nor does looking
    assert shut_out.post(link, follow=True).redirect_chain == [(URL, 302)]
    assert shut_out.get("/a/acme/contacts/").status_code == 200
    assert shut_out.post(link).status_code == 410  # it worked once
    with inside(acme):
        way = WayBack.objects.get()
        assert (way.used_from, way.used_at is not None) == (HERE, True)
        kinds = set(Event.objects.filter(kind__startswith="allow_list").values_list("kind", flat=True))
        assert kinds == {"allow_list.way_back_sent", "allow_list.way_back_used"}
    notice = OutgoingMail.objects.get(kind="way_back_used")
    assert notice.to == alice.email and HERE in notice.text
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr("accounts.allow_list.timezone.now", lambda: later)
    assert shut_out.get("/a/acme/").status_code == 403


def test_the_pass_is_for_that_browser_at_that_address_in_that_account(shut_out, acme, alice):
    shut_out.post("/way-back/acme/")
    shut_out.post(mailed_link())
    assert shut_out.get("/a/acme/").status_code == 200
    assert shut_out.get("/a/acme/", REMOTE_ADDR=ELSEWHERE).status_code == 403
    assert browser(alice).get("/a/acme/").status_code == 403


def test_the_pass_ends_with_the_ownership(shut_out, acme, alice):
    """Another owner, who read that a stranger used the way back, shuts them out at their next click."""
    shut_out.post("/way-back/acme/")
    shut_out.post(mailed_link())
    assert shut_out.get("/a/acme/").status_code == 200
    Membership.objects.filter(account=acme, user=alice).update(role="member")
    assert shut_out.get("/a/acme/").status_code == 403


def test_a_link_is_good_for_an_hour_and_for_its_owner(shut_out, acme, alice, bob, inside):
    shut_out.post("/way-back/acme/")
    link = mailed_link()
    second = cast.joins(acme, cast.person("tess@candor.example"), "owner")
    for other in (bob, second.user):
        assert browser(other).post(link).status_code == 410
    with inside(acme):
        WayBack.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert shut_out.post(link).status_code == 410
    assert shut_out.post("/way-back/in/nonsense/").status_code == 410
    assert shut_out.get("/a/acme/").status_code == 403


def test_who_left_meanwhile_does_not_come_back(shut_out, acme, alice):
    shut_out.post("/way-back/acme/")
    link = mailed_link()
    Membership.objects.filter(user=alice, account=acme).update(role="member")
    assert shut_out.post(link).status_code == 410


def test_only_owners_who_stand_outside_are_written_to(acme, globex, alice, bob, mallory, shut_out):
    for user in (bob, mallory):
        assert browser(user).post("/way-back/acme/").status_code == 404
    assert "/way-back/" not in browser(bob).get("/a/acme/").content.decode()
    assert Client().post("/way-back/acme/").headers["Location"].startswith("/login/")
    assert browser(alice, OFFICE).post("/way-back/acme/").status_code == 302
    assert not OutgoingMail.objects.filter(kind="way_back").exists()


def test_letters_are_not_sent_without_end(shut_out):
    answers = [shut_out.post("/way-back/acme/").status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert OutgoingMail.objects.filter(kind="way_back").count() == 3
    assert not SecurityEvent.objects.filter(kind="failed").exists()
