"""What is read out of letters as mail programs write them."""

import time
from datetime import UTC, datetime

import pytest

from accounts.files.purposes import Unwelcome
from crm.mails import attachments, reading
from crm.mails.pages import text_of_page
from tests.crm.mails.conftest import DOMAIN, FILES

NINE = datetime(2026, 11, 12, 8, 14, tzinfo=UTC)


def read(name):
    return reading.read((FILES / name).read_bytes(), log_domain=DOMAIN)


@pytest.mark.parametrize(
    ("name", "subject", "words", "at"),
    [
        ("forward-gmail.eml", "Copy for the opening hours", "all three seasons", None),
        ("forward-outlook-german.eml", "Öffnungszeiten für den Sommer", "Grüße aus Köln, die Hafen", None),
        ("forward-as-attachment.eml", "שלום 🚢", "שלום 🚢", NINE),
    ],
)  # fmt: skip
def test_a_forwarded_mail_is_the_one_inside(name, subject, words, at):
    letter = read(name)
    assert letter.sender.email == "maren@tidewater.example"
    assert [person.email for person in letter.people_to] == ["bob@acme.example"]
    assert letter.forwarder.email == "bob@acme.example" and letter.outer_senders == [letter.forwarder]
    assert letter.subject == subject and words in letter.body
    assert "From:" not in letter.body and "----" not in letter.body
    assert at is None or letter.sent_at == at


def test_own_words_above_a_forwarded_mail_stay():
    assert read("forward-gmail.eml").body.startswith("For the file.\n")


def test_a_page_becomes_text_and_nothing_of_it_is_markup():
    letter = read("html-only.eml")
    assert letter.body == "Dear Maren,\n\nour offer <https://acme.example/offer> <b> & more.\n\none\n\ntwo"
    assert letter.attachments == []


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("a < b &amp; i <3 you", "a < b & i <3 you"),
        ("<!--[if mso]><p>x</p><![endif]-->a<!-->b<!DOCTYPE x>c", "abc"),
        ('<a href="https://a.example/?b&amp;c" title="x>y">here</a>.', "here <https://a.example/?b&c>."),
        ('<a href="https://a.example">https://a.example</a> <a href="javascript:x">no</a>', "https://a.example no"),
        ("<head><style><!-- p < x --></style><script>if (a<p) '<!--'</script><p>b<svg/>c", "bc"),
        ("&lt;b&gt; &#" + "1" * 5000 + ";", "&lt;b&gt; &#" + "1" * 5000 + ";"),
    ],
)
def test_pages_are_read_as_browsers_do(page, text):
    assert text_of_page(page) == text


FROM_BOB = b"From: bob@acme.example\nTo: log@log.candor.example\n"


@pytest.mark.parametrize(
    "raw",
    [
        FROM_BOB + b"Content-Type: text/html\n\n" + b"<a " * 20_000,
        FROM_BOB + b"Content-Type: text/html\n\n" + b"<!--" * 20_000,
        FROM_BOB + b"Content-Type: text/html\n\n" + b"<a href='https://a'>" * 20_000,
        FROM_BOB + b"\n" + b"From: x\n" * 10_000,
        FROM_BOB + b"\n" + b"-" * 3_000 + b"x\nFrom: a@b.example\nDate: x\nSubject: y\n",
        b"From: " + b"a@b.example, " * 20_000 + b"\n" + FROM_BOB + b"\n.",
    ],
)
def test_what_was_made_to_take_long_does_not(raw):
    begun = time.process_time()
    reading.read(raw, log_domain=DOMAIN)
    assert time.process_time() - begun < 1.5


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:00 +0000", "Tue, 1 Jan 1901 00:00:00 +0000", "1 Jan 2101 0:0"]
)
def test_no_mail_was_sent_on_a_day_that_can_not_be(letter, date):
    assert reading.read(letter(Date=date).as_bytes(), log_domain=DOMAIN).sent_at is None


def test_the_own_log_address_is_kept_out_of_what_others_may_read(letter):
    own = f"log-abcdefghijkmnpqrstuvwxyz234@{DOMAIN}"
    inner = letter(f"Copied to {own.upper()}.", To=f'"{own}" <maren@tidewater.example>, {own}', Subject=f"For {own}")
    outer = letter(To=own)
    outer.add_attachment(inner)
    found = reading.read(outer.as_bytes(), log_domain=DOMAIN)
    assert [person.email for person in found.people_to] == ["maren@tidewater.example"]
    assert (found.subject, found.body) == ("For [own log address]", "Copied to [own log address].")
    assert "log-" not in str(found.people_to[0])


def test_card_numbers_are_hidden(letter):
    found = reading.read(letter("4242 4242 4242 4242, to 12/28", Subject="4242424242424242").as_bytes(), log_domain="x")
    assert (found.subject, found.body) == ("****4242", "****4242, to 12/28")


def test_a_charset_that_does_not_exist_is_read_by_the_likeliest():
    letter = read("latin1.eml")
    assert letter.body == "Café im März" and letter.subject == "Café im März"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
    ],
)
def test_what_a_program_wrote_is_known(letter, headers):
    assert reading.read(letter(**headers).as_bytes(), log_domain=DOMAIN).is_automatic
    assert not reading.read(letter().as_bytes(), log_domain=DOMAIN).is_automatic


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\0\0\0", b"From: \r\n\r\n", b"From: =?utf-8?b?////?= <x@>\r\nDate: yesterday\r\n\r\nhi",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhalf",
        b"From: a@b.example\r\nTo: " + b"x@y.example, " * 5000 + b"\r\n\r\n.",
        b"From: a@b.example\r\nDate: Mon, 32 Foo 99999 99:99\r\nSubject: \xff\xfe\r\n\r\n\xff",
        b"Content-Type: message/rfc822\r\n\r\n" * 200 + b"deep",
    ],
)  # fmt: skip
def test_a_broken_letter_is_read_as_far_as_it_goes(raw):
    assert isinstance(reading.read(raw, log_domain=DOMAIN).body, str)


PDF, EXE, ZIP, PNG = b"%PDF-1.7 x", b"MZ\x90\0\x03", b"PK\x03\x04 ", b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("invoice.pdf.exe", EXE, "two endings"),
        ("photo.jpg.zip", ZIP, "two endings"),
        ("setup.exe", EXE, "“.exe” are not taken"),
        ("setup.pdf", EXE, "is of a kind that we don’t know"),
        ("page.html", b"<html>", "“.html” are not taken"),
        ("../../etc/passwd.txt", b"x", "path"),
        ("a\\b.txt", b"x", "path"),
        ("\u202efdp.exe", EXE, "turns letters around"),
        ("plan.docm", ZIP, "“.docm” are not taken"),
        ("plan.pdf", ZIP, "ends in “.pdf” but is a zip"),
        ("page.txt", b"<html><script>", "but is a web page"),
        ("noending", b"text", "no ending"),
    ],
)
def test_a_bad_file_is_refused_with_a_reason(name, content, why):
    with pytest.raises(Unwelcome, match=why):
        attachments.checked(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan v1.2.pdf", PDF),
        ("Plan.DOCX", ZIP),
        ("logo.png", PNG),
        ("notes.txt", "Grüße".encode()),
        ("empty.txt", b""),
    ],
)
def test_a_good_one_keeps_its_name(name, content):
    assert attachments.checked(name, content) == name


def test_one_without_a_name_is_called_by_its_content():
    assert attachments.checked("", PDF) == "attachment.pdf"


def test_no_mailbox_is_ever_read():
    """No program of ours knows how to ask a mail server for mail. (A small check: of imports, in all our sources.)"""
    import re

    from tests.database import PROJECT

    asks = re.compile(r"^\s*(?:import|from)\s+(?:imaplib|poplib|imapclient|imap_tools|aioimaplib|exchangelib)\b", re.M)
    apps = [path for path in PROJECT.iterdir() if (path / "__init__.py").exists()]
    ours = [path for app in apps for path in app.rglob("*.py")]
    assert len(ours) > 300
    assert [path for path in ours if asks.search(path.read_text())] == []
    wanted = (PROJECT / "pyproject.toml").read_text().lower()
    assert "imap" not in wanted and "exchangelib" not in wanted
