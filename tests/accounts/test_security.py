"""Admin, Security: where I am signed in, what happened to my sign-in, and who is told."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import security
from accounts.models import Account, OutgoingMail, SecurityEvent, User
from audit.models import Event, Payload
from demo import cast
from tests.accounts.conftest import EDITH, link_in, only, whole
from tests.promises import promise
from tests.statements import assert_same_statements

GOOD, NEW = "quiet maple seven trains", "eleven slow green boats"
PAGE = "/a/acme/admin/security/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def sign_in(alice, acme):
    alice.set_password(GOOD)
    alice.save()

    def enter(agent=FIREFOX, ip="203.0.113.7", password=GOOD):
        browser = Client(headers={"User-Agent": agent}, REMOTE_ADDR=ip)
        browser.post("/login/", {"login": "alice@acme.example", "password": password})
        return browser

    return enter


def is_in(browser):
    return browser.get("/a/acme/").status_code == 200


def words_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def keys_on(page):
    return re.findall(r'name="browser" value="([^"]+)"', page.content.decode())


def kinds():
    return [event.kind for event in whole(SecurityEvent)]


@pytest.fixture
def logged(acme, inside):
    def read():
        with inside(acme):
            return [
                (event.kind, Payload.objects.get(event_id=event.pk).data)
                for event in Event.objects.filter(kind__startswith="member.").order_by("id")
            ]

    return read


# --- the list -------------------------------------------------------------------------------------


def test_my_browsers_stand_there_with_what_is_known_of_them(sign_in):
    here, _ = sign_in(), sign_in(IPHONE, "198.51.100.9")
    words = words_of(here.get(PAGE))
    assert "Firefox 132 on Linux This one" in words and "Computer, from 203.0.113.7" in words
    assert "Safari 18 on iOS" in words and "Phone, from 198.51.100.9" in words
    assert words.count("This one") == 1
    assert words.index("Firefox 132") < words.index("Safari 18")


@pytest.mark.parametrize("agent", ["", "x" * 5000, "\x01\x02(((", "Mozilla/5.0 (Ж) 李/1"])
def test_an_odd_browser_is_listed_too(sign_in, agent):
    browser = sign_in(agent)
    assert "Unknown browser" in words_of(browser.get(PAGE))


def test_nobody_sees_anybody_elses(sign_in, bob):
    sign_in()
    browser = Client()
    browser.force_login(bob)
    words = words_of(browser.get(PAGE))
    assert "203.0.113.7" not in words and "Firefox" not in words


def test_one_browser_is_signed_out_and_the_others_stay(sign_in):
    here, there, third = sign_in(), sign_in(IPHONE), sign_in()
    (key,) = {there.session.session_key} & set(keys_on(here.get(PAGE)))
    response = here.post(f"{PAGE}end/", {"browser": key}, follow=True)
    assert "One browser is signed out." in words_of(response)
    assert [is_in(browser) for browser in (here, there, third)] == [True, False, True]


def test_all_others_are_signed_out(sign_in):
    here, there, third = sign_in(), sign_in(IPHONE), sign_in()
    response = here.post(f"{PAGE}end-others/", follow=True)
    assert "2 browsers are signed out." in words_of(response)
    assert [is_in(browser) for browser in (here, there, third)] == [True, False, False]
    assert "Sign out all others" not in words_of(here.get(PAGE))


def test_this_one_is_not_ended_by_mistake(sign_in):
    here = sign_in()
    assert keys_on(here.get(PAGE)) == []
    here.post(f"{PAGE}end/", {"browser": here.session.session_key})
    here.post(f"{PAGE}end-others/")
    assert is_in(here)
    assert "sessions_ended" not in kinds()


def test_nobody_ends_anybody_elses(sign_in, bob):
    alices = sign_in()
    browser = Client()
    browser.force_login(bob)
    browser.post(f"{PAGE}end/", {"browser": alices.session.session_key})
    browser.post(f"{PAGE}end-others/")
    assert is_in(alices)


def test_it_works_in_a_read_only_account(sign_in):
    here, there = sign_in(), sign_in()
    Account.objects.filter(slug="acme").update(trial_ends_at=timezone.now() - timedelta(days=1))
    assert here.get(PAGE).status_code == 200
    here.post(f"{PAGE}end/", {"browser": there.session.session_key})
    assert not is_in(there)


def test_more_browsers_cost_no_more_statements(sign_in):
    here = sign_in()
    sign_in()
    assert_same_statements(here, PAGE, lambda: [sign_in(IPHONE) for _ in range(8)])


# --- what is noted --------------------------------------------------------------------------------


def test_what_happens_to_a_sign_in_is_noted_for_the_person(sign_in, alice):
    browser = sign_in()
    sign_in(password="wrong", ip="198.51.100.66")
    sign_in()
    browser.post("/password/change/", {"oldpassword": GOOD, "password1": NEW, "password2": NEW})
    sign_in(password=NEW)
    browser.post(f"{PAGE}end-others/")
    browser.post("/logout/")
    expected = ["signed_in", "failed", "signed_in", "password_changed", "signed_in", "sessions_ended", "signed_out"]
    assert kinds() == expected
    assert {event.user_id for event in whole(SecurityEvent)} == {alice.pk}
    failed = whole(SecurityEvent)[1]
    assert (failed.ip, failed.browser, failed.system, failed.device) == (
        "198.51.100.66",
        "Firefox",
        "Linux",
        "Computer",
    )
    words = words_of(sign_in(password=NEW).get(PAGE))
    assert words.index("Signed out") < words.index("Password changed") < words.index("A sign-in failed")
    assert "from 198.51.100.66" in words


def test_the_firms_log_says_who_came_in_and_not_from_where(sign_in, logged, globex, alice):
    cast.joins(globex, alice, "member")
    browser = sign_in()
    sign_in()
    browser.post(f"{PAGE}end-others/")
    browser.post("/password/change/", {"oldpassword": GOOD, "password1": NEW, "password2": NEW})
    browser.post("/logout/")
    sign_in(IPHONE, password=NEW)
    lines = [(kind, data) for kind, data in logged() if kind not in ("member.added", "member.confirmed")]
    assert [kind.removeprefix("member.") for kind, _ in lines] == [
        "signed_in", "signed_in", "sessions_ended", "password_changed", "signed_out", "signed_in",
    ]  # fmt: skip
    assert {data["actor"] for _, data in lines} == {"Alice Novak"}
    assert [data["new_device"] for kind, data in lines if kind == "member.signed_in"] == [False, False, True]
    assert "203.0.113.7" not in str(lines)


def test_the_log_tells_it_in_words(sign_in):
    browser = sign_in()
    sign_in(IPHONE)
    browser.post(f"{PAGE}end-others/")
    words = words_of(browser.get("/a/acme/admin/audit/"))
    assert "signed in with a browser not seen before" in words
    assert "ended one of their sessions" in words


def test_a_failed_try_is_told_to_no_log(sign_in, logged):
    before = logged()
    sign_in(password="wrong")
    assert logged() == before


def test_what_is_old_is_forgotten(sign_in):
    sign_in()
    sign_in()
    old = whole(SecurityEvent)[0]
    SecurityEvent.objects.filter(pk=old.pk).update(happened_at=timezone.now() - security.KEPT - timedelta(minutes=1))
    security.forget_old()
    assert old.pk not in {event.pk for event in whole(SecurityEvent)}
    assert len(whole(SecurityEvent)) == 1


# --- who is written to ----------------------------------------------------------------------------


def test_a_browser_not_seen_before_is_news_and_one_seen_before_is_not(sign_in):
    sign_in()
    sign_in(FIREFOX.replace("132", "133"), ip="198.51.100.9")
    assert whole(OutgoingMail) == []
    sign_in(IPHONE, ip="198.51.100.9")
    letter = only(OutgoingMail)
    assert (letter.kind, letter.to) == ("new_device", "alice@acme.example")
    for text in (letter.text, letter.html):
        assert "Safari on iOS" in text and "198.51.100.9" in text and "/password/reset/" in text
    sign_in(IPHONE, ip="192.0.2.1")
    assert len(whole(OutgoingMail)) == 1


def test_the_first_sign_in_is_no_news_but_the_first_after_long_is(sign_in, alice):
    User.objects.filter(pk=alice.pk).update(joined_at=timezone.now() - security.KEPT - timedelta(days=1))
    sign_in()
    assert only(OutgoingMail).kind == "new_device"


def test_a_wrong_password_is_no_new_browser(sign_in):
    sign_in()
    sign_in(IPHONE, password="wrong")
    assert whole(OutgoingMail) == []


@promise(49)
def test_many_failed_tries_are_told_by_mail_once_a_day(sign_in, alice):
    for number in range(4):
        sign_in(password="wrong", ip=f"198.51.100.{number % 2}")
    security.tell_of_many_failures()
    assert whole(OutgoingMail) == []
    sign_in(password="wrong", ip="198.51.100.1")
    for _ in range(2):
        security.tell_of_many_failures()
    letter = only(OutgoingMail)
    assert (letter.kind, letter.to) == ("many_failures", "alice@acme.example")
    assert "5 tries to sign in as alice@acme.example failed, from 2 addresses" in letter.text
    assert "knew your password" not in letter.text
    SecurityEvent.objects.filter(user_id=alice.pk).update(happened_at=timezone.now() - timedelta(hours=25))
    security.tell_of_many_failures()
    assert len(whole(OutgoingMail)) == 1, "what failed yesterday is no news"


def test_tries_at_an_address_that_nobody_has_are_told_to_nobody(alice, acme):
    for _ in range(6):
        Client().post("/login/", {"login": "nobody@acme.example", "password": "wrong"})
    security.tell_of_many_failures()
    assert whole(OutgoingMail) == []


def test_a_changed_password_is_told_by_mail_and_ends_the_others_at_once(sign_in):
    here, there = sign_in(), sign_in()
    here.post("/password/change/", {"oldpassword": GOOD, "password1": NEW, "password2": NEW})
    assert only(OutgoingMail).kind == "password_changed"
    assert [session.pk for session in whole(Session)] == [here.session.session_key]
    assert is_in(here) and not is_in(there)


def test_a_reset_password_ends_every_session_at_once(sign_in):
    sign_in(), sign_in()
    browser = Client()
    browser.post("/password/reset/", {"email": "alice@acme.example"})
    page = browser.get(link_in(only(OutgoingMail)), follow=True)
    browser.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert [letter.kind for letter in whole(OutgoingMail)] == ["password_reset", "password_changed"]
    assert kinds()[-1] == "password_changed"
    assert not any(is_in(each) for each in [sign_in()])
    assert is_in(sign_in(password=NEW))


# --- known and unknown addresses cost the same ----------------------------------------------------


senders = (f"198.51.{number}.1" for number in range(256))  # tries of one sender cost less than the first


def kind_of(sql):
    """UPDATE accounts_user: what a statement does, and where."""
    table = re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql)
    return f"{sql.split()[0]} {table[1] if table else ''}".strip()


def statements(path, data):
    browser = Client(REMOTE_ADDR=next(senders))
    with CaptureQueriesContext(connection) as captured:
        response = browser.post(path, data)
    return response, [kind for query in captured if " " in (kind := kind_of(query["sql"]))]


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(sign_in):
    known, known_costs = statements("/login/", {"login": "alice@acme.example", "password": "wrong"})
    unknown, unknown_costs = statements("/login/", {"login": "nobody@acme.example", "password": "wrong"})
    assert known_costs == unknown_costs
    assert known.status_code == unknown.status_code
    assert [event.user_id is None for event in whole(SecurityEvent)] == [False, True]
    assert "nobody" not in str(vars(whole(SecurityEvent)[1]))


def test_a_reset_for_a_known_and_for_an_unknown_address_cost_the_same(sign_in):
    known, known_costs = statements("/password/reset/", {"email": "alice@acme.example"})
    unknown, unknown_costs = statements("/password/reset/", {"email": "nobody@acme.example"})
    assert known_costs == unknown_costs
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_signing_up_with_a_known_and_with_an_unknown_address_cost_the_same(sign_in, token):
    def costs(email):
        data = {**EDITH, "email": email, "company": f"Toys of {email[:3]}", "form_token": token(Client())}
        response, done = statements("/trial/", data)
        return response.status_code, Counter(done)

    status, unknown = costs("one@toys.example")
    assert (status, unknown) == costs("two@toys.example")
    known = costs("alice@acme.example")[1]
    assert (unknown - known, known - unknown) == (Counter(), Counter())
