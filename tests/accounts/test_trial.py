"""Signing up: no card, no password, no cookie; one account however often it is clicked; no word about who is known."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, ArrivedForm, Consent, Membership, OutgoingMail, User
from audit.models import Event, Payload
from tests.accounts.conftest import EDITH, only, whole
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


@promise(2, 3)
def test_a_new_firm_signs_up(client, sign_up, inside):
    response = sign_up(client, phone="20 55 01 12", mail=["tips"])
    assert response.status_code == 200
    assert "Check your mail" in response.content.decode()
    user = User.objects.get(email="edith@pell.example")
    assert (user.get_full_name(), user.phone, user.time_zone) == ("Edith Pell", "+4520550112", "Europe/Copenhagen")
    membership = Membership.objects.select_related("account").get(user=user)
    account = membership.account
    assert membership.role == Membership.Role.OWNER
    assert (account.name, account.street, account.postal_code) == ("Pell & Daughters", "Vestergade 9", "1456")
    assert (account.city, account.country) == ("Copenhagen", "DK")
    assert (account.currency, account.time_zone, account.slug) == ("DKK", "Europe/Copenhagen", "pell-daughters")
    assert not user.has_usable_password()
    assert not EmailAddress.objects.get(user=user).verified
    with inside(account):
        event = Event.objects.get()
        assert (event.kind, event.actor_kind, event.actor_id) == ("account.opened", "member", membership.pk)
        assert Payload.objects.get().data["stated"] == "I am at least 13 years old"


@promise(12)
def test_the_letter_holds_the_user_name_and_a_link(client, sign_up):
    sign_up(client)
    letter = only(OutgoingMail)
    assert (letter.kind, letter.to, letter.state) == ("welcome", "edith@pell.example", "waiting")
    for part in (letter.text, letter.html):
        assert "edith@pell.example" in part
        assert "/welcome/" in part
        assert "Pell &" not in part and "Edith" not in part  # nothing typed by whoever filled in the form


@promise(53, 54)
def test_mail_is_wished_for_only_by_a_tick(client, sign_up):
    page = client.get("/trial/").content.decode()
    assert page.count('type="checkbox"') == 5 and " checked" not in page
    sign_up(client)
    assert not whole(Consent)
    sign_up(client, email="ada@pell.example", mail=["updates", "offers"])
    given = Consent.objects.filter(user=User.objects.get(email="ada@pell.example"))
    assert {(c.purpose, c.is_given, c.source) for c in given} == {
        ("updates", True, "/trial/"),
        ("offers", True, "/trial/"),
    }
    assert all(c.wording == Consent.Purpose(c.purpose).label for c in given)


@promise(8)
@pytest.mark.parametrize("url", ["/trial/", "/signup/"])
def test_no_card_is_asked_for_and_nobody_else_is_told(client, sign_up, url, django_capture_on_commit_callbacks):
    names = set(re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', client.get(url).content.decode()))
    plan = {"people", "interval"} if url == "/signup/" else set()
    assert names - plan == {*EDITH, "form_token", "mail"}
    with (
        mock.patch("socket.socket.connect", side_effect=AssertionError("a call left the house")),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert sign_up(client, url).status_code == 200
    assert User.objects.filter(email="edith@pell.example").exists()


def test_signup_says_honestly_what_it_is(client):
    page = client.get("/signup/").content.decode()
    assert "Create your account" in page and "30 days free" in page


def test_it_works_without_cookies_and_sets_none(browser_without_cookies, sign_up):
    assert not browser_without_cookies.get("/trial/").cookies
    response = sign_up(browser_without_cookies)
    assert response.status_code == 200 and not response.cookies
    assert Account.objects.filter(slug="pell-daughters").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_sites_page_cannot_send_it(client, sign_up, headers):
    assert sign_up(client, headers=headers).status_code == 403
    assert not whole(User)


def test_our_own_page_can(client, sign_up):
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert sign_up(client, headers=headers).status_code == 200
    assert len(whole(User)) == 1


@pytest.mark.parametrize("forged", [None, "", "abc", "abc:def:ghi"])
def test_without_its_mark_it_is_refused_and_what_was_typed_is_kept(client, sign_up, forged):
    response = sign_up(client, form_token=forged)
    assert response.status_code == 422
    assert "Pell &amp; Daughters" in response.content.decode()
    assert not whole(User)


def test_a_mark_of_another_form_does_not_fit(client, sign_up):
    other = signing.TimestampSigner(salt="accounts.cookieless.AgainForm").sign("abc")
    assert sign_up(client, form_token=other).status_code == 422
    assert not whole(User)


def test_an_old_page_is_refused_once_and_comes_back_fresh(client, sign_up, token):
    with mock.patch("time.time", return_value=__import__("time").time() - 3 * 3600):
        old = token(client)
    response = sign_up(client, form_token=old)
    page = response.content.decode()
    assert response.status_code == 422 and "two hours" in page and 'value="Edith"' in page
    assert old not in page
    fresh = page.split('name="form_token" value="')[1].split('"')[0]
    assert client.post("/trial/", {**EDITH, "form_token": fresh}).status_code == 200
    assert len(whole(User)) == 1


def test_sent_twice_it_makes_one_account_and_one_letter(client, token):
    data = {**EDITH, "form_token": token(client)}
    first, again = client.post("/trial/", data), client.post("/trial/", data)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (len(whole(Account)), len(whole(User)), len(whole(OutgoingMail))) == (1, 1, 1)


def test_a_corrected_address_is_not_taken_for_a_second_click(client, token):
    data = {**EDITH, "form_token": token(client)}
    client.post("/trial/", {**data, "email": "edit@pell.example"})
    client.post("/trial/", data)
    assert {user.email for user in whole(User)} == {"edit@pell.example", "edith@pell.example"}


def test_two_clicks_at_the_same_moment_make_one_account(committed, token):
    data = {**EDITH, "form_token": token(Client())}
    start, codes = threading.Barrier(2), []

    def click() -> None:
        start.wait()
        codes.append(Client().post("/trial/", data).status_code)
        connections.close_all()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert codes == [200, 200]
    assert (len(whole(Account)), len(whole(OutgoingMail))) == (1, 1)


@promise(4, 19)
def test_two_people_with_one_address_at_the_same_moment_make_one_account(committed, token):
    """Two pages, so two marks; the address itself decides."""
    start, codes = threading.Barrier(2), []

    def click(mark: str) -> None:
        start.wait()
        codes.append(Client().post("/trial/", {**EDITH, "form_token": mark}).status_code)
        connections.close_all()

    clicks = [threading.Thread(target=click, args=[token(Client())]) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert codes == [200, 200]
    assert (len(whole(Account)), len(whole(User)), len(whole(OutgoingMail))) == (1, 1, 2)


def test_a_known_address_gets_the_same_answer_and_another_letter(client, sign_up, alice, acme):
    alice.set_password("four random words here")
    alice.save()
    unknown = sign_up(client).content.decode().replace("edith@pell.example", "X")
    known = sign_up(client, email="ALICE@acme.example").content.decode().replace("alice@acme.example", "X")
    assert known == unknown
    assert (len(whole(Account)), len(whole(User))) == (2, 2)
    letter = OutgoingMail.objects.get(to="alice@acme.example")
    assert letter.kind == "already_registered" and "/login/" in letter.text and "/welcome/" not in letter.text


def test_a_known_address_costs_the_same_work(client, sign_up, token, alice, acme):
    alice.set_password("four random words here")
    alice.save()
    sign_up(client, email="first@pell.example")  # whatever is looked up only once

    def statements(email: str, company: str) -> int:
        data = {**EDITH, "email": email, "company": company, "form_token": token(client)}
        with CaptureQueriesContext(connection) as asked:
            client.post("/trial/", data)
        return len(asked)

    assert abs(statements("new@pell.example", "One") - statements("alice@acme.example", "Two")) <= 2


def test_who_never_followed_the_first_link_gets_another(client, sign_up):
    sign_up(client)
    sign_up(client)
    assert len(whole(Account)) == 1
    assert [letter.kind for letter in whole(OutgoingMail)] == ["welcome", "welcome"]


@promise(99)
def test_too_young_leaves_nothing_behind(client, sign_up, caplog):
    response = sign_up(client, is_old_enough=None)
    assert response.status_code == 422
    assert "under 13" in response.content.decode()
    assert not (whole(User) or whole(Account) or whole(ArrivedForm))
    assert not whole(OutgoingMail)
    assert "edith" not in caplog.text.lower()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", ""),
        ("last_name", ""),
        ("company", ""),
        ("street", ""),
        ("city", ""),
        ("country", ""),
        ("country", "XX"),
        ("email", ""),
        ("email", "edith@"),
        ("phone", "12"),
        ("first_name", "Win at https://evil.example"),
        ("company", "x" * 121),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(client, sign_up, field, typed):
    response = sign_up(client, **{field: typed})
    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in page
    if field != "last_name":
        assert 'value="Pell"' in page
    assert not whole(User)


@promise(5, 11)
@pytest.mark.parametrize("optional", ["phone", "postal_code"])
def test_what_is_optional_may_stay_empty(client, sign_up, optional):
    assert sign_up(client, **{optional: ""}).status_code == 200
    assert len(whole(User)) == 1


def test_the_browsers_zone_goes_before_the_countrys_guess(client, sign_up):
    sign_up(client, time_zone="America/Nuuk")
    assert only(Account).time_zone == "America/Nuuk"
    sign_up(client, email="b@pell.example", company="B", time_zone="Mars/Olympus")
    assert Account.objects.get(slug="b").time_zone == "Europe/Copenhagen"
    sign_up(client, email="c@pell.example", company="C", time_zone="UTC")
    assert Account.objects.get(slug="c").time_zone == "Europe/Copenhagen"


def test_a_failure_half_way_leaves_nothing(client, sign_up):
    with mock.patch("accounts.emails.way_in", side_effect=OSError), pytest.raises(OSError):
        sign_up(client)
    assert not (whole(User) or whole(Account) or whole(ArrivedForm))


def test_old_marks_are_forgotten(client, sign_up):
    from accounts.actions import forget_arrived_forms

    sign_up(client)
    forget_arrived_forms()
    assert len(whole(ArrivedForm)) == 1
    mark = only(ArrivedForm)
    mark.arrived_at -= timedelta(hours=5)
    mark.save()
    forget_arrived_forms()
    assert not whole(ArrivedForm)


@pytest.mark.parametrize("path", ["/trial/", "/signup/"])
def test_the_form_says_how_long_the_trial_of_this_installation_is(client, db, settings, path):
    settings.TRIAL_DAYS = 17
    page = client.get(path).content.decode()
    assert "17 days" in page and "30 days" not in page
    assert "readable for 60 days, then there are 30 more" in page
