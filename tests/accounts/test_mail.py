"""Letters: with the commit or not at all, sent once, never lost, and really carried by a mail server."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPAuthenticationError, SMTPResponseException
from unittest import mock

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import mail
from accounts.models import OutgoingMail
from config.celery import BEAT
from config.env import child_environ
from tests import database
from tests.accounts.conftest import only, whole
from tests.processes import until

LETTER = {"email": "edith@pell.example", "welcome_url": "http://testserver/welcome/x/y/"}


def a_letter(**changes: object) -> OutgoingMail:
    return mail.write("welcome", "edith@pell.example", **{**LETTER, **changes})


def make_due() -> None:
    """As when the minutes until the next try have passed."""
    OutgoingMail.objects.filter(state__in=mail.UNDER_WAY).update(next_try_at=timezone.now() - timedelta(seconds=1))


def dies_sending() -> None:
    """A sender that claims the next letter and is never heard of again."""
    assert mail._claim()


def test_a_letter_travels_by_smtp_in_two_parts(db, postman):
    a_letter(email="Å & Ö <edith@pell.example>")
    assert mail.sweep() == 1
    (got,) = postman.letters
    assert (got["To"], got["Subject"]) == ("edith@pell.example", "Your way into Candor")
    assert got["From"] == settings.DEFAULT_FROM_EMAIL
    plain, html = (got.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Å & Ö <edith" in plain and "Å &amp; Ö &lt;edith" in html
    assert "http://testserver/welcome/x/y/" in plain and 'href="http://testserver/welcome/x/y/"' in html
    assert "<script" not in html and "http-equiv" not in html and "<img" not in html


def test_a_sent_letter_stays_sent_and_its_words_are_dropped(db, postman):
    letter = a_letter()
    assert mail.sweep() == 1
    make_due()
    assert mail.sweep() == 0
    assert len(postman.letters) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.text, letter.html) == ("sent", 1, "", "")
    assert letter.ended_at is not None


def test_two_senders_at_once_send_each_letter_once(committed, postman):
    letters = [a_letter() for _ in range(12)]
    start = threading.Barrier(3)
    sent = []

    def go() -> None:
        start.wait()
        sent.append(mail.sweep())
        connections.close_all()

    senders = [threading.Thread(target=go) for _ in range(3)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    assert sum(sent) == 12
    assert sorted(got["Message-ID"].split("@")[0][1:] for got in postman.letters) == sorted(
        str(letter.public_id) for letter in letters
    )


def test_who_asks_too_late_whether_a_letter_is_due_costs_it_no_try(committed, postman):
    """PostgreSQL locks what was due a moment ago until the transaction that asked ends, though it gets no letter."""
    a_letter()
    mine, sent = mail._claim(), []
    sender = threading.Thread(target=lambda: (sent.append(mail._send(mine)), connections.close_all()))
    with transaction.atomic():
        assert OutgoingMail.objects.select_for_update().get() == mine
        sender.start()
        sender.join(0.5)  # time enough to get to the lock, or to give up
    sender.join()
    assert sent == [True]
    assert len(postman.letters) == 1


def test_while_a_letter_is_on_its_way_no_clock_lets_a_second_sender_at_it(committed, postman):
    """Its sender is slow and the clock jumps a day: the lock on the row still says whose it is."""
    a_letter()
    postman.is_slow = threading.Event()
    first = threading.Thread(target=lambda: (mail.sweep(), connections.close_all()))
    first.start()
    assert postman.asked.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_try_at FROM accounts_outgoingmail FOR UPDATE SKIP LOCKED")
        assert cursor.fetchall() == []
    with mock.patch.object(mail, "Now", lambda: Now() + timedelta(days=1)):
        assert mail.sweep() == 0
    postman.is_slow.set()
    first.join()
    assert len(postman.letters) == 1
    assert only(OutgoingMail).state == "sent"


def test_a_sender_that_comes_too_late_leaves_the_letter_to_who_has_it_now(db, postman):
    a_letter()
    late = mail._claim()
    make_due()
    in_time = mail._claim()
    assert not mail._send(late)
    assert mail._send(in_time)
    assert not mail._send(late)
    assert len(postman.letters) == 1


def test_one_message_wakes_the_sender_for_all_letters_of_a_transaction(committed, postman):
    """Two hundred letters do not keep a request, or a broker that is away, two hundred times."""
    with mock.patch("config.celery.app.send_task") as wake:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            a_letter()
            raise ZeroDivisionError
        assert not wake.called
        with transaction.atomic():
            with contextlib.suppress(ZeroDivisionError), transaction.atomic():
                a_letter()
                raise ZeroDivisionError  # its wake-up goes with it
            for _ in range(3):
                a_letter()
            assert not wake.called
        wake.assert_called_once_with("accounts.send_waiting_mail")
    assert len(whole(OutgoingMail)) == 3


def test_a_broker_that_is_down_does_not_undo_what_was_done(committed, postman):
    with mock.patch("config.celery.app.send_task", side_effect=OSError), transaction.atomic():
        a_letter()
    assert mail.sweep() == 1


def test_who_has_just_asked_does_not_wait_behind_a_mailing(committed, postman):
    for number in range(3):
        mail.write("welcome", f"many{number}@pell.example", **LETTER)
    a_letter()
    mail.sweep()
    assert postman.letters[0]["To"] == "edith@pell.example"


def test_a_sweep_ends_before_the_next_begins(committed, postman):
    for _ in range(3):
        a_letter()
    assert mail.sweep(seconds=0) == 0
    assert mail.SECONDS_OF_A_SWEEP < BEAT["waiting mail"]["schedule"].total_seconds() <= 60
    assert mail.sweep() == 3


def test_a_busy_server_is_asked_again_later_and_later(db, postman):
    letter = a_letter()
    postman.refusal = "451 Come back later"
    pauses = []
    for _ in mail.PAUSES[:-1]:
        make_due()
        assert mail.sweep() == 0
        letter.refresh_from_db()
        assert letter.state == "waiting" and letter.text
        pauses.append(letter.next_try_at - timezone.now())
        assert mail.sweep() == 0 and letter.tries == len(pauses)  # not before its time
    assert pauses == sorted(pauses) and pauses[-1] > timedelta(hours=23)
    postman.refusal = ""
    make_due()
    assert mail.sweep() == 1


def test_a_server_that_never_answers_is_given_up(db, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    letter = a_letter()
    for _ in mail.PAUSES:
        assert mail.sweep() == 0
        make_due()
    letter.refresh_from_db()
    assert (letter.state, letter.text) == ("failed", "")
    assert "ConnectionRefusedError" in letter.trouble
    assert f"{letter.public_id} was given up" in caplog.text


def test_a_letter_that_kills_every_sender_is_given_up_and_holds_up_no_other(db, postman, caplog):
    a_letter()
    for _ in mail.PAUSES:
        dies_sending()
        killer = only(OutgoingMail)
        assert (killer.state, killer.text != "") == ("sending", True)
        make_due()
    a_letter()
    assert mail.sweep() == 1
    killer.refresh_from_db()
    assert (killer.state, killer.trouble, killer.text) == ("failed", "The sender died", "")
    assert "sender died each time: 1" in caplog.text
    assert len(postman.letters) == 1


def test_an_address_that_is_refused_for_good_is_not_tried_again(db, postman, caplog):
    letter = a_letter()
    postman.refusal = "550 No such person"
    mail.sweep()
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.trouble) == ("failed", 1, "SMTPDataError 550")
    assert "edith" not in caplog.text


def test_our_own_wrong_password_gives_up_no_letter(db, postman, settings):
    """The mail server refuses us, not the letter: it waits until somebody mends the settings."""
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "candor", "wrong"
    letter = a_letter()
    refusal = SMTPAuthenticationError(535, b"No")
    with mock.patch("smtplib.SMTP.login", side_effect=refusal):
        mail.sweep()
    letter.refresh_from_db()
    assert (letter.state, letter.trouble) == ("waiting", "SMTPAuthenticationError 535")


def test_one_letter_that_cannot_be_carried_does_not_hold_up_the_others(db, postman):
    first = a_letter()
    a_letter()
    OutgoingMail.objects.filter(pk=first.pk).update(subject="two\nlines")
    assert mail.sweep() == 1


def test_a_server_that_dislikes_our_goodbye_has_the_letter_all_the_same(db, postman):
    letter = a_letter()
    with mock.patch("smtplib.SMTP.quit", side_effect=SMTPResponseException(421, b"Gone")):
        mail.sweep()
    letter.refresh_from_db()
    assert letter.state == "sent"
    assert len(postman.letters) == 1


def test_what_is_left_of_old_letters_goes_after_ninety_days(db, postman):
    old, young, waiting = (a_letter() for _ in range(3))
    long_ago = timezone.now() - timedelta(days=91)
    OutgoingMail.objects.filter(pk__in=[old.pk, young.pk]).update(state="sent")
    OutgoingMail.objects.filter(pk__in=[old.pk, waiting.pk]).update(written_at=long_ago)
    assert mail.forget_old() == 1
    assert {letter.pk for letter in whole(OutgoingMail)} == {young.pk, waiting.pk}


def test_killed_between_commit_and_message_nothing_is_lost(committed, worker_database, postman):
    """A process is killed by the machine right after its commit, before any message left it."""
    program = f"""
import os, signal, tests
from django.db import transaction
from config.celery import app
app.send_task = lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL)
from accounts import mail
with transaction.atomic():
    mail.write("welcome", "edith@pell.example", **{LETTER!r})
"""
    environ = child_environ({"DATABASE_URL": database.app_dsn(worker_database)})
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=database.PROJECT, env=environ)
    assert ended.returncode == -signal.SIGKILL
    assert only(OutgoingMail).state == "waiting" and not postman.letters
    assert mail.sweep() == 1
    assert len(postman.letters) == 1


def test_a_real_worker_sends_it(committed, celery_worker, worker_database, tmp_path):
    """From the commit through broker and worker into the folder of a machine without a mail server."""
    process = celery_worker()
    folder = Path(settings.EMAIL_FILE_PATH)
    before = set(folder.glob("*.eml"))
    with transaction.atomic():
        letter = a_letter(email="worker@pell.example")
    sent = OutgoingMail.objects.filter(pk=letter.pk, state="sent")
    until(sent.exists, seconds=30, process=process)
    (file,) = set(folder.glob("*.eml")) - before
    assert "worker@pell.example" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    os.unlink(file)
