"""Promotional mail goes to those who asked, says how to stop it, and stops at once; nobody can stop what is needed."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core import mail as django_mail
from django.core.exceptions import SuspiciousOperation
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import bounces, consents, inbound, lifecycle, mail
from accounts.models import Consent, OutgoingMail, Suppression, User
from tests.accounts.conftest import only, whole
from tests.forging import forged
from tests.promises import promise

Purpose = Consent.Purpose
TIP = "bring_your_contacts"
URL = "/a/acme/admin/notifications/"
TEMPLATES = Path(settings.BASE_DIR) / "templates"

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def fan(bob):
    """Bob, who wants tips and has followed his first link."""
    bob.set_password("four random words for bob")
    bob.save()
    consents.choose(bob, [Purpose.TIPS], source="/trial/")
    return bob


def promote(person, name=TIP):
    return mail.promote(person, Purpose.TIPS, name, first_name=person.first_name, path="/a/acme/")


def link(letter):
    return re.search(r"https?://[^/\s]+(/unsubscribe/\S+)", letter.text)[1]


# --- who gets it ------------------------------------------------------------------------------------


@promise(56, 61)
def test_nobody_is_asked_unless_they_ticked(alice, bob, sam):
    assert list(consents.audience(Purpose.TIPS)) == []
    assert promote(alice) is None and not whole(OutgoingMail)


@promise(53, 61)
def test_a_tick_selects_for_that_kind_alone(fan, alice):
    assert [user.pk for user in consents.audience(Purpose.TIPS)] == [fan.pk]
    assert list(consents.audience(Purpose.OFFERS)) == []


def test_the_same_letter_goes_to_nobody_twice(fan):
    assert promote(fan) is not None and promote(fan) is None
    assert len(whole(OutgoingMail)) == 1


def test_the_same_letter_goes_to_nobody_twice_after_its_row_is_gone_either(fan, mailoutbox):
    promote(fan)
    mail.sweep()
    OutgoingMail.objects.update(written_at=timezone.now() - mail.KEPT - timedelta(days=1))
    mail.forget_old()
    assert not whole(OutgoingMail)
    assert promote(fan) is None and promote(fan, "a_week_of_hours") is not None
    mail.sweep()
    assert len(django_mail.outbox) == 2


def test_two_at_once_write_one_letter(fan):
    late = User.objects.get(pk=fan.pk)  # read before the other wrote
    assert promote(fan) and promote(late) is None


@promise(56)
def test_the_last_word_counts(fan):
    for wanted, expected in (([], False), ([Purpose.TIPS], True), ([Purpose.NEWS], False)):
        consents.choose(fan, wanted, source="admin/notifications/")
        assert consents.may_send(fan, Purpose.TIPS) is expected
    assert Consent.objects.filter(user_id=fan.pk, purpose="tips").count() == 4, "each word is kept"


def test_saying_the_same_again_writes_nothing(fan):
    assert consents.choose(fan, [Purpose.TIPS], source="x") == []


def test_an_address_that_came_back_is_shown_as_stopped_and_a_new_yes_starts_it_again(client, fan):
    consents.suppress(fan.email, consents.Reason.BOUNCED)
    client.force_login(fan)
    assert "Stopped on" in client.get(URL).text and "checked" not in client.get(URL).text
    client.post(URL, {"mail": ["tips"]})
    assert consents.may_send(fan, Purpose.TIPS)


def test_a_new_yes_to_one_kind_wakes_no_other(fan):
    consents.choose(fan, [Purpose.TIPS, Purpose.OFFERS], source="x")
    consents.suppress(fan.email, consents.Reason.COMPLAINED)
    consents.choose(fan, [Purpose.NEWS], source="x")
    assert [purpose for purpose in Purpose if consents.may_send(fan, purpose)] == [Purpose.NEWS]


def test_a_tick_at_sign_up_does_not_lift_an_older_no_to_that_address(fan):
    consents.withdraw(fan, consents.EVERYTHING, source="x")
    consents.ticked(fan, [Purpose.TIPS], source="/trial/")
    assert not consents.may_send(fan, Purpose.TIPS)


# --- what it looks like -----------------------------------------------------------------------------


@promise(55, 57)
def test_a_promotion_says_how_to_stop_it_and_a_needed_letter_does_not(fan, mailoutbox):
    promote(fan)
    mail.write("email_confirmation", fan.email, activate_url="https://x.example/")
    mail.sweep()
    promotion = next(each for each in django_mail.outbox if "contacts" in each.subject)
    needed = next(each for each in django_mail.outbox if each is not promotion)
    one_click = promotion.extra_headers["List-Unsubscribe"]
    assert re.fullmatch(r"<https?://\S+/unsubscribe/\S+/>, <mailto:support@\S+\?subject=unsubscribe>", one_click)
    assert promotion.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in (promotion.body, promotion.alternatives[0][0]):
        assert "Unsubscribe" in part and "/unsubscribe/" in part
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(needed.extra_headers)
    assert "nsubscribe" not in needed.body + needed.alternatives[0][0]


@promise(57)
@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("promotions/*/*/body.*")), ids=lambda path: path.parent.name)
def test_every_promotion_ends_with_its_way_out(path):
    frame = {".txt": '{% include "promotions/_foot.txt" %}', ".html": '{% extends "promotions/_frame.html" %}'}
    assert frame[path.suffix] in path.read_text()
    assert path.parents[1].name in Purpose.values


@promise(55)
def test_no_needed_letter_uses_the_frame_of_promotions():
    for path in TEMPLATES.glob("emails/**/*.*"):
        assert "promotions/" not in path.read_text() and "nsubscribe" not in path.read_text(), path


@promise(55)
def test_a_promotion_cannot_be_sent_as_needed_mail(fan):
    with pytest.raises(Exception, match=TIP):
        mail.write(TIP, fan.email)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.create(kind="x", to=fan.email, subject="x", purpose="tips")


# --- stopping it ------------------------------------------------------------------------------------


def test_looking_at_the_link_changes_nothing(client, fan):
    letter = promote(fan)
    for method in (client.get, client.head):
        assert method(link(letter)).status_code == 200
    assert consents.may_send(fan, Purpose.TIPS)


@promise(57)
def test_a_mailbox_unsubscribes_with_one_click_from_elsewhere(fan):
    letter = promote(fan)
    stranger = Client(enforce_csrf_checks=True)
    headers = {"Origin": "https://mailbox.example", "Sec-Fetch-Site": "cross-site"}
    for _ in range(2):
        response = stranger.post(link(letter), {"List-Unsubscribe": "One-Click"}, headers=headers)
        assert response.status_code == 200 and not response.cookies
    assert not consents.may_send(fan, Purpose.TIPS)
    assert Consent.objects.filter(user_id=fan.pk, is_given=False).count() == 1


@promise(56)
def test_a_letter_that_waits_is_stopped(client, fan, mailoutbox):
    letter = promote(fan)
    client.post(link(letter))
    mail.sweep()
    assert not django_mail.outbox
    assert only(OutgoingMail).state == OutgoingMail.State.UNWANTED and not only(OutgoingMail).text


def test_everything_can_be_stopped_at_once(client, fan):
    consents.choose(fan, [Purpose.TIPS, Purpose.NEWS], source="x")
    client.post(link(promote(fan)), {"everything": "1"})
    assert not any(consents.may_send(fan, purpose) for purpose in Purpose)


def test_a_forged_link_opens_nothing(client, fan, alice):
    token = consents.link_token(fan, "tips")
    for wrong in (forged(token), token.replace("tips", "news"), "x", f"{alice.public_id.hex}-tips.{token[-43:]}"):
        assert client.post(f"/unsubscribe/{wrong}/").status_code == 404
    assert consents.may_send(fan, Purpose.TIPS)


@promise(55)
def test_needed_mail_comes_to_whoever_stopped_everything(fan, mailoutbox):
    consents.withdraw(fan, consents.EVERYTHING, source="x")
    mail.write("email_confirmation", fan.email, activate_url="https://x.example/")
    mail.sweep()
    assert len(django_mail.outbox) == 1


@promise(59)
def test_news_of_service_and_company_is_a_kind_of_its_own(fan, capsys):
    kinds = {Purpose.UPDATES: "What is new in Candor", Purpose.NEWS: "News about the service and the company"}
    for purpose, label in kinds.items():
        assert purpose.label.startswith(label)
        consents.choose(fan, [purpose], source="x")
        assert [user.pk for user in consents.audience(purpose)] == [fan.pk]
        assert not any(list(consents.audience(other)) for other in Purpose if other is not purpose)


@promise(64)
def test_an_address_that_comes_back_by_an_import_is_still_left_alone(db):
    def joins():
        person = User.objects.create_user("ada@nowhere.example", "four random words", first_name="Ada", last_name="Ng")
        Consent.objects.create(user=person, purpose=Purpose.TIPS, is_given=True, wording="Tips", source="a list")
        return person

    first = joins()
    assert consents.may_send(first, Purpose.TIPS)
    consents.withdraw(first, consents.EVERYTHING, source="/unsubscribe/")
    User.objects.filter(pk=first.pk).update(is_active=False)  # the ledger keeps the rows of whoever signs in
    Consent.objects.filter(user=first).delete()
    first.delete()
    assert not consents.may_send(joins(), Purpose.TIPS)
    assert list(consents.audience(Purpose.TIPS)) == []


@promise(64)
def test_a_no_outlives_the_person_and_holds_no_address(fan):
    consents.withdraw(fan, Purpose.TIPS, source="x")
    row = only(Suppression)
    assert fan.email not in str(vars(row)) and len(row.digest) == 40
    assert consents.digests("BOB@acme.example ") == [row.digest]


@promise(64)
def test_a_no_outlives_the_installations_secret(fan, settings):
    consents.withdraw(fan, consents.EVERYTHING, source="x")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret, long enough", [settings.SECRET_KEY]
    settings.SEAL_SECRETS = ["the newest", *settings.SEAL_SECRETS]
    Consent.objects.create(user=fan, purpose=Purpose.TIPS, is_given=True, wording="Tips", source="a list")
    assert not consents.may_send(fan, Purpose.TIPS)
    assert not consents.suppress(fan.email, Suppression.Reason.UNSUBSCRIBED), "once is enough"
    consents.choose(fan, [Purpose.TIPS], source="admin/notifications/")
    assert consents.may_send(fan, Purpose.TIPS) and not consents.may_send(fan, Purpose.NEWS)


def test_a_new_yes_of_the_person_stands_above_an_older_no(fan):
    consents.withdraw(fan, consents.EVERYTHING, source="x")
    consents.choose(fan, [Purpose.TIPS], source="admin/notifications/")
    assert consents.may_send(fan, Purpose.TIPS) and not consents.may_send(fan, Purpose.NEWS)


# --- the page ---------------------------------------------------------------------------------------


@promise(53)
def test_the_page_shows_the_last_word_and_changes_it(client, fan):
    client.force_login(fan)
    page = client.get(URL).content.decode()
    assert "What your account needs: always on" in page
    assert page.count('name="mail"') == 4 and page.count(" checked") == 1 and "Asked for on" in page
    client.post(URL, {"mail": ["news", "nonsense"]})
    assert {purpose for purpose in Purpose.values if consents.may_send(fan, purpose)} == {"news"}
    assert "Stopped on" in client.get(URL).content.decode()


# --- by mail, by staff, by the provider -------------------------------------------------------------


def letter_from(sender, subject="", body="", **headers):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "support@candor.example", subject
    message["Message-ID"] = "<1@x.example>"
    for name, value in headers.items():
        message[name] = value
    message.set_content(body)
    return message.as_bytes()


@promise(58, 63)
@pytest.mark.parametrize(
    ("subject", "body"),
    [("unsubscribe", ""), ("Hello", "Please stop sending me news.\n"), ("", "I want to opt out."), ("Opt-Out", "")],
)
def test_a_letter_to_support_stops_it(fan, subject, body):
    assert inbound.receive(letter_from(f"Bob <{fan.email.upper()}>", subject, body)) == "Opt-out recorded."
    assert not consents.may_send(fan, Purpose.TIPS)
    assert [each.kind for each in whole(OutgoingMail)] == ["opt_out_recorded"]
    assert only(Suppression).evidence == "letter <1@x.example>"


def test_somebody_unknown_is_remembered_too(db):
    inbound.receive(letter_from("ada@nowhere.example", "unsubscribe"))
    inbound.receive(letter_from("ada@nowhere.example", "unsubscribe"))
    assert [only(Suppression).digest] == consents.digests("ada@nowhere.example")
    assert len(whole(OutgoingMail)) == 1, "the answer goes out once, so two programs can't talk for ever"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        letter_from("bob@acme.example", "Invoice", "Where do I find it?"),
        letter_from(
            "bob@acme.example", "Re: tips", "Thank you!\n\nOn Monday Candor wrote:\n> Unsubscribe: https://x\n"
        ),
        letter_from("bob@acme.example", "unsubscribe", "", **{"Auto-Submitted": "auto-replied"}),
        b"From: bob@acme.example\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nhello",
    ],
)
def test_other_letters_change_nothing(fan, raw):
    inbound.receive(raw)
    assert consents.may_send(fan, Purpose.TIPS) and not whole(Suppression)


@promise(58, 63)
def test_staff_record_what_they_were_told(fan, capsys):
    call_command("record_opt_out", fan.email, "--evidence", "Telephone, 3 May", "--dry-run")
    assert consents.may_send(fan, Purpose.TIPS)
    call_command("record_opt_out", fan.email, "--evidence", "Telephone, 3 May")
    assert not consents.may_send(fan, Purpose.TIPS) and only(Suppression).evidence == "Telephone, 3 May"


@pytest.mark.parametrize(
    ("type_", "stops"), [("HardBounce", True), ("SpamComplaint", True), ("SoftBounce", True), ("Transient", False)]
)
def test_the_provider_reports_by_webhook(fan, settings, type_, stops):
    from anymail.webhooks.postmark import PostmarkTrackingWebhookView

    assert bounces.note_report  # it listens
    settings.ANYMAIL = {"WEBHOOK_SECRET": "hook:a-long-random-password"}
    report = {
        "RecordType": "SpamComplaint" if type_ == "SpamComplaint" else "Bounce",
        "Type": type_, "ID": 4323372036854775807, "MessageID": "m-1", "Email": fan.email, "Description": "x",
    }  # fmt: skip
    send = RequestFactory().post
    view = PostmarkTrackingWebhookView.as_view()
    words = {"data": report, "content_type": "application/json"}
    with pytest.raises(SuspiciousOperation):  # without the secret: 400
        view(send("/hooks/mail/postmark/tracking/", **words))
    assert consents.may_send(fan, Purpose.TIPS)
    basic = {"Authorization": "Basic aG9vazphLWxvbmctcmFuZG9tLXBhc3N3b3Jk"}
    assert view(send("/hooks/mail/postmark/tracking/", headers=basic, **words)).status_code == 200
    assert consents.may_send(fan, Purpose.TIPS) is not stops


# --- sending it -------------------------------------------------------------------------------------


def test_tips_come_in_the_first_two_weeks_to_those_who_ticked(fan, acme):
    start = timezone.now()
    for hours in range(0, 24 * 20, 12):
        with mock.patch("django.utils.timezone.now", return_value=start + timedelta(hours=hours)):
            lifecycle.keep_up(acme.pk)
    tips = [each for each in whole(OutgoingMail) if each.purpose]
    assert [(each.kind, each.to) for each in tips] == [(TIP, fan.email), ("a_week_of_hours", fan.email)]
    assert "/a/acme/admin/import/" in tips[0].text and "Hello Bob" in tips[0].text


def test_a_tip_sent_by_hand_leads_into_the_readers_account(fan):
    call_command("send_promotion", "tips", TIP)
    assert "/a/acme/admin/import/" in only(OutgoingMail).text


def test_a_mailing_counts_first_and_sends_once(fan, capsys, settings, tmp_path):
    folder = tmp_path / "promotions" / "tips" / "spring"
    folder.mkdir(parents=True)
    for name in ("subject.txt", "body.txt", "body.html"):
        (folder / name).write_text("Hello {{ first_name }}: {{ unsubscribe_url }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    call_command("send_promotion", "tips", "spring", "--dry-run")
    assert "1 people want it" in capsys.readouterr().out and not whole(OutgoingMail)
    for _ in range(2):
        call_command("send_promotion", "tips", "spring")
    assert only(OutgoingMail).text.startswith("Hello Bob")
    with pytest.raises(CommandError, match="no letter"):
        call_command("send_promotion", "tips", "winter")
