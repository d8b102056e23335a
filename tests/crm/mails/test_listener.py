"""A real conversation with the real listener: what it takes, what it refuses, and that nothing it took is lost."""

import math
import os
import signal
import smtplib
import socket
import sys
import time

import pytest

from crm.mails import address, filing
from crm.mails import listener as listener_of_ours
from crm.models import ArrivedMail, Mail
from tests.crm.mails.conftest import DOMAIN, FILES
from tests.processes import _environ, running, said, until

TOO_LARGE = (b"x" * 900 + b"\r\n") * 30_000


@pytest.fixture
def log_domain(settings, shared_files):
    """The listener seals files where its own process looks for them."""
    settings.MAIL_LOG_DOMAIN = DOMAIN


@pytest.fixture
def listener(committed, worker_database, broker_database):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "manage.py", "listen_for_mail", f"--port={port}"]
    with running(command, {**_environ(worker_database), "MAIL_LOG_DOMAIN": DOMAIN}) as process:
        until(lambda: "Listening" in said(process), seconds=40, process=process)
        process.port = port
        yield process


def test_a_conversation(listener, letter, bob, alice, maren, acme, inside, member_of):
    known = address.new_address(member_of(bob))
    unknown = f"log-{'a' * 27}@{DOMAIN}"
    with smtplib.SMTP("127.0.0.1", listener.port, timeout=20) as client:
        assert "aiosmtpd" not in client.ehlo()[1].decode() and client.has_extn("size")

        # an address that we did not make, or not for this: refused at once, and as slowly as a good one is taken
        took = {}
        elsewhere = known.replace(DOMAIN, "acme.example")
        asked = (unknown, "bob@acme.example", f"log-x@{DOMAIN}", elsewhere, known.upper())
        for to in asked * 5:  # the quickest of five: a busy machine makes one of them slow
            client.mail("bob@acme.example")
            started = time.monotonic()
            code = client.rcpt(to)[0]
            took[to] = min(took.get(to, math.inf), time.monotonic() - started)
            assert code == (250 if to == known.upper() else 550), to
            client.rset()
        assert max(took.values()) - min(took.values()) < 0.1 and min(took.values()) > 0.1

        client.sendmail("bob@acme.example", [known], letter().as_bytes())
        client.sendmail("", [known], letter(Message_ID="<bounce@x>").as_bytes())  # a bounce is answered, and let go
        for name in ("forward-gmail.eml", "html-only.eml", "latin1.eml", "forward-as-attachment.eml"):
            client.sendmail("bob@acme.example", [known], (FILES / name).read_bytes())
        with_file = letter(Message_ID="<f@x>", Subject="\u05e9\u05dc\u05d5\u05dd \U0001f6a2")
        with_file.add_attachment(b"MZ\x90", maintype="application", subtype="pdf", filename="a.pdf.exe")
        client.sendmail("bob@acme.example", [known], with_file.as_bytes())

        with pytest.raises(smtplib.SMTPResponseException) as refused:
            client.sendmail("bob@acme.example", [known], b"Subject: big\r\n\r\n" + TOO_LARGE)
        assert refused.value.smtp_code == 552

    # The listener dies at once: what it took is there, sealed, and is read later.
    os.killpg(listener.pid, signal.SIGKILL)
    listener.wait(10)
    with inside(acme):
        waiting = list(ArrivedMail.objects.order_by("id"))
        assert [each.state for each in waiting] == ["running"] * 6
        assert all(b"Maren" not in each.file.path.read_bytes() for each in waiting)
        for each in waiting:
            filing.read(str(each.public_id))
        mails = Mail.objects.order_by("id")
        assert [mail.contact_id for mail in mails] == [maren.pk] * 6
        assert mails[0].body().startswith("Hi Maren")
        assert mails[5].subject == "\u05e9\u05dc\u05d5\u05dd \U0001f6a2"
        assert "two endings" in mails[5].attachments.get().refused
        assert not ArrivedMail.objects.exclude(state="done").exists()


def test_an_account_that_may_not_write_and_one_who_left_take_no_mail(listener, letter, bob, acme, member_of):
    known = address.new_address(member_of(bob))
    type(acme).objects.filter(pk=acme.pk).update(trial_ends_at=acme.created_at)
    with smtplib.SMTP("127.0.0.1", listener.port, timeout=20) as client:
        with pytest.raises(smtplib.SMTPDataError) as later:
            client.sendmail("bob@acme.example", [known], letter().as_bytes())
        assert later.value.smtp_code == 451
        for facts in ({"closing_at": acme.created_at}, {"closed_at": acme.created_at}):  # nobody will read it any more
            type(acme).objects.filter(pk=acme.pk).update(**facts)
            client.mail("bob@acme.example")
            assert client.rcpt(known)[0] == 550
            client.rset()
        type(acme).objects.filter(pk=acme.pk).update(closing_at=None, closed_at=None)
        member = member_of(bob)
        member.removed_at = acme.created_at
        member.save()
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("bob@acme.example", [known], letter().as_bytes())


def test_an_hour_has_room_for_so_many_letters_of_a_member_and_of_all(
    monkeypatch, files_folder, letter, alice, bob, acme, member_of, inside
):
    known = [address.found(address.new_address(member_of(user))) for user in (alice, bob)]
    monkeypatch.setattr(listener_of_ours, "MOST_AN_HOUR", 2)
    monkeypatch.setattr(listener_of_ours, "MOST_OF_ACCOUNT", 3)
    takes = [listener_of_ours.take_in(known[who], letter().as_bytes()) for who in (0, 0, 0, 1, 1)]
    assert takes == [True, True, False, True, False]
    with inside(acme):
        assert ArrivedMail.objects.count() == 3
