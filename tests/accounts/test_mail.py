"""Letters: with the commit or not at all, sent once, never lost, and really carried by a mail server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from unittest import mock

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from accounts import mail
from accounts.models import OutgoingMail
from config.env import child_environ
from tests import database
from tests.accounts.conftest import only, whole
from tests.processes import until

LETTER = {"email": "edith@pell.example", "welcome_url": "http://testserver/welcome/x/y/"}


class Postman:
    """A mail server that keeps what it is given, or answers ``refusal``."""

    def __init__(self) -> None:
        self.letters: list = []
        self.refusal = ""
        self.arrived = threading.Semaphore(0)

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refusal:
            return self.refusal
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.arrived.release()
        return "250 Taken"


@pytest.fixture
def postman(settings):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    postman = Postman()
    postman.port = port
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    yield postman
    controller.stop()


def a_letter(**changes: object) -> OutgoingMail:
    return mail.write("welcome", "edith@pell.example", **{**LETTER, **changes})


def make_due() -> None:
    OutgoingMail.objects.filter(state="waiting").update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_a_letter_travels_by_smtp_in_two_parts(db, postman):
    letter = a_letter(email="Å & Ö <edith@pell.example>")
    assert mail.send(letter.pk)
    (got,) = postman.letters
    assert (got["To"], got["Subject"]) == ("edith@pell.example", "Your way into Candor")
    assert got["From"] == settings.DEFAULT_FROM_EMAIL
    plain, html = (got.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Å & Ö <edith" in plain and "Å &amp; Ö &lt;edith" in html
    assert "http://testserver/welcome/x/y/" in plain and 'href="http://testserver/welcome/x/y/"' in html
    assert "<script" not in html and "http-equiv" not in html and "<img" not in html


def test_a_sent_letter_stays_sent_and_its_words_are_dropped(db, postman):
    letter = a_letter()
    assert mail.send(letter.pk)
    assert not mail.send(letter.pk)
    assert len(postman.letters) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.text, letter.html) == ("sent", 1, "", "")
    assert letter.ended_at is not None


def test_two_senders_at_once_send_one_letter(committed, postman):
    letter = a_letter()
    start = threading.Barrier(2)

    def go() -> None:
        start.wait()
        mail.send(letter.pk)
        connections.close_all()

    senders = [threading.Thread(target=go) for _ in range(2)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    assert len(postman.letters) == 1


def test_nothing_is_sent_for_what_was_rolled_back(committed, postman):
    with mock.patch("celery.app.base.Celery.send_task") as wake:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            a_letter()
            raise ZeroDivisionError
        assert not wake.called
        with transaction.atomic():
            letter = a_letter()
            assert not wake.called
        wake.assert_called_once_with("accounts.send_mail", kwargs={"mail_id": letter.pk})
    assert len(whole(OutgoingMail)) == 1


def test_a_broker_that_is_down_does_not_undo_what_was_done(committed, postman):
    with mock.patch("celery.app.base.Celery.send_task", side_effect=OSError), transaction.atomic():
        a_letter()
    make_due()
    assert mail.sweep() == 1


def test_the_sweeper_leaves_young_letters_to_their_own_message(db, postman):
    a_letter()
    assert mail.sweep() == 0 and not postman.letters
    OutgoingMail.objects.filter(state="waiting").update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert mail.sweep() == 1
    assert mail.sweep() == 0


def test_a_busy_server_is_asked_again_later_and_later(db, postman):
    letter = a_letter()
    postman.refusal = "451 Come back later"
    pauses = []
    for _ in mail.PAUSES:
        assert not mail.send(letter.pk)
        letter.refresh_from_db()
        assert letter.state == "waiting" and letter.text
        pauses.append(letter.next_try_at - timezone.now())
    assert pauses == sorted(pauses) and pauses[-1] > timedelta(hours=11)
    postman.refusal = ""
    assert mail.send(letter.pk)


def test_a_server_that_never_answers_is_given_up(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    letter = a_letter()
    for _ in range(len(mail.PAUSES) + 1):
        assert not mail.send(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.text) == ("failed", "")
    assert "ConnectionRefusedError" in letter.trouble


def test_an_address_that_is_refused_for_good_is_not_tried_again(db, postman, caplog):
    letter = a_letter()
    postman.refusal = "550 No such person"
    mail.send(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.trouble) == ("failed", 1, "SMTPDataError 550")
    assert "edith" not in caplog.text


def test_one_letter_that_cannot_be_carried_does_not_hold_up_the_others(db, postman):
    a_letter()
    OutgoingMail.objects.filter(state="waiting").update(subject="two\nlines")
    a_letter()
    make_due()
    assert mail.sweep() == 1


def test_killed_between_commit_and_message_nothing_is_lost(committed, worker_database, postman):
    """A process is killed by the machine right after its commit, before any message left it."""
    program = f"""
import os, signal, tests
from django.db import transaction
from celery import current_app
current_app.send_task = lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL)
from accounts import mail
with transaction.atomic():
    mail.write("welcome", "edith@pell.example", **{LETTER!r})
"""
    environ = child_environ({"DATABASE_URL": database.app_dsn(worker_database)})
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=database.PROJECT, env=environ)
    assert ended.returncode == -signal.SIGKILL
    assert only(OutgoingMail).state == "waiting" and not postman.letters
    make_due()
    assert mail.sweep() == 1
    assert len(postman.letters) == 1


def test_a_sender_killed_while_sending_leaves_the_letter_to_the_next(committed, worker_database, postman):
    letter = a_letter()
    program = f"""
import os, signal, tests
from django.core.mail import EmailMultiAlternatives
EmailMultiAlternatives.send = lambda self: os.kill(os.getpid(), signal.SIGKILL)
from accounts import mail
from tests.accounts.conftest import only, whole
mail.send({letter.pk})
"""
    environ = child_environ({"DATABASE_URL": database.app_dsn(worker_database)})
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=database.PROJECT, env=environ)
    assert ended.returncode == -signal.SIGKILL
    make_due()
    assert mail.sweep() == 1 and len(postman.letters) == 1


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
