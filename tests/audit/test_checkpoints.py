"""Once an hour one signature over all logs, by a key that the database does not hold."""

import logging
import stat
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

import audit
from audit import keys
from audit.candor_verify import Anchor, Key, Note
from audit.checkpoints import make_checkpoint
from audit.keys import NoKey, SigningKey
from audit.memory import AnotherHistory, Memory
from audit.models import Checkpoint, Head, Link, Proof, PublicKey

EIGHT = datetime(2026, 11, 22, 8, 0, 3, tzinfo=UTC)


@pytest.fixture
def logs(acme, globex):
    audit.seal(acme)
    audit.seal(globex)


@pytest.fixture
def sign(django_capture_on_commit_callbacks):
    """Make a checkpoint whose transaction counts as committed, so the machine remembers it."""

    def make(**words):
        with django_capture_on_commit_callbacks(execute=True):
            return make_checkpoint(even_now=True, **words)

    return make


def test_one_an_hour_whatever_happened(logs):
    assert make_checkpoint(at=EIGHT).number == 1
    assert make_checkpoint(at=EIGHT + timedelta(minutes=59)) is None
    assert make_checkpoint(at=EIGHT + timedelta(hours=1)).number == 2
    assert make_checkpoint(at=EIGHT + timedelta(hours=2)).number == 3  # an empty hour has one, too
    assert len({bytes(each.root) for each in Checkpoint.objects.all()}) == 1


def test_before_there_is_any_log_there_is_a_checkpoint(db):
    assert make_checkpoint().heads == 0


def test_each_goes_to_a_place_outside_that_only_grows(logs, sign, settings, tmp_path):
    settings.AUDIT_CHECKPOINTS_FILE = tmp_path / "checkpoints"
    first, second = sign().note, sign().note
    assert settings.AUDIT_CHECKPOINTS_FILE.read_text() == f"{first}\n{second}\n"
    settings.AUDIT_CHECKPOINTS_FILE = tmp_path / "gone" / "away"
    assert sign().number == 3  # a place that is away holds up no signature


def test_it_is_a_checkpoint_as_others_read_them(logs):
    lines = make_checkpoint().note.split("\n")
    assert lines[0] == "localhost:8000/access-log"
    assert lines[1] == "1"
    assert len(lines[2]) == 44
    assert lines[3] == ""
    assert lines[4].startswith("— localhost:8000/access-log ")
    assert lines[5:] == [""]


def test_the_key_is_made_once_and_for_this_user_alone(logs, log_key_file):
    make_checkpoint(even_now=True)
    first = log_key_file.read_text()
    make_checkpoint(even_now=True)
    assert log_key_file.read_text() == first
    assert stat.S_IMODE(log_key_file.stat().st_mode) == 0o600
    assert PublicKey.objects.get().key == str(SigningKey.read(first).public)
    assert [path.name for path in log_key_file.parent.iterdir()] == ["audit_log_key"]


def test_two_first_starts_at_once_end_with_one_key(log_key_file):
    one, other = (keys._keep(SigningKey.make(), log_key_file) for _ in range(2))
    assert one == other == keys.signing_key()


def test_a_key_of_the_environment_goes_before_a_file(logs, settings, log_key_file):
    settings.AUDIT_LOG_KEY = str(SigningKey.make(name="firm.example/access-log"))
    assert make_checkpoint().note.startswith("firm.example/access-log\n")
    assert not log_key_file.exists()


def test_a_lost_key_is_not_replaced_in_silence(logs, log_key_file):
    make_checkpoint()
    log_key_file.unlink()
    with pytest.raises(NoKey, match="that key is not on this machine"):
        make_checkpoint(even_now=True)
    with pytest.raises(CommandError, match="not on this machine"):
        call_command("rotate_log_key")
    call_command("rotate_log_key", "--lost")
    assert Checkpoint.objects.count() == 2


@pytest.mark.parametrize(
    "damage", [lambda text: text[:-9], lambda text: text.replace("localhost", "other"), lambda _: "x"]
)
def test_a_damaged_key_says_so(logs, log_key_file, damage):
    make_checkpoint()
    log_key_file.write_text(damage(log_key_file.read_text()))
    with pytest.raises(NoKey, match="put it back from a backup"):
        make_checkpoint(even_now=True)


def test_old_and_new_key_vouch_for_each_other(acme, logs, capsys):
    make_checkpoint(even_now=True)
    old = keys.signing_key()
    kept = Anchor("".join(audit.export_log(acme)))
    call_command("rotate_log_key")
    new = keys.signing_key()
    assert new != old
    assert str(new.public) in capsys.readouterr().out
    assert str(new) not in capsys.readouterr().out  # the secret stays in its file
    assert list(PublicKey.objects.order_by("id").values_list("key", flat=True)) == [str(old.public), str(new.public)]
    note = Note.read(PublicKey.objects.latest("id").change)
    assert len(note.signatures) == 2
    assert audit.verify(acme, anchors=[kept], trusted=[old.public]).findings == []
    assert audit.verify(acme, trusted=[new.public]).findings == []
    stranger = SigningKey.make().public
    assert "which no key that you trust vouches for" in " ".join(audit.verify(acme, trusted=[stranger]).findings)


def test_a_key_that_the_old_one_did_not_vouch_for_is_found(acme, logs):
    make_checkpoint(even_now=True)
    old = keys.signing_key().public
    call_command("rotate_log_key", "--lost")
    assert "which no key that you trust vouches for" in " ".join(audit.verify(acme, trusted=[old]).findings)


def test_a_change_of_keys_that_one_of_them_did_not_sign_counts_for_nothing(acme, logs):
    make_checkpoint(even_now=True)
    old, thief = keys.signing_key(), SigningKey.make()
    body = f"candor key change\n{old.public}\n{thief.public}\n2026-11-22T08:00:00.000000Z\n"
    wrong = SigningKey(old.public, thief.seed)  # signs in the old key's name with another secret
    PublicKey.objects.create(key=str(thief.public), change=f"{body}\n{wrong.signature(body)}{thief.signature(body)}")
    found = audit.verify(acme, trusted=[thief.public]).findings
    assert "which no key that you trust vouches for" in " ".join(found)


def test_a_key_that_gave_way_to_another_signs_for_a_day_at_most(acme, logs, settings):
    """So a key that is stolen after it was replaced is worth nothing."""
    make_checkpoint(even_now=True)
    old = keys.signing_key()
    call_command("rotate_log_key")
    new, now = keys.signing_key().public, timezone.now()
    settings.AUDIT_LOG_KEY = str(old)
    make_checkpoint(at=now + timedelta(hours=23))
    assert audit.verify(acme, trusted=[new]).findings == []
    make_checkpoint(at=now + timedelta(hours=25))
    found = audit.verify(acme, trusted=[new]).findings
    assert found == [f"Checkpoint 4 is signed with {old.public.short} long after another key took its place."]


def test_a_key_of_the_environment_is_the_operators_to_replace(acme, logs, settings, capsys):
    settings.AUDIT_LOG_KEY = str(old := SigningKey.make())
    make_checkpoint(even_now=True)
    call_command("rotate_log_key")
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("AUDIT_LOG_KEY=PRIVATE+KEY+")
    assert make_checkpoint(even_now=True).note.count(f"{old.public.name} ") == 1
    settings.AUDIT_LOG_KEY = line.removeprefix("AUDIT_LOG_KEY=")
    make_checkpoint(even_now=True)
    assert audit.verify(acme, trusted=[old.public], every_signature=True).findings == []


def test_each_log_that_grew_keeps_its_proof(acme, globex, logs, inside):
    make_checkpoint(even_now=True)
    with inside(acme):
        audit.record("account.checked")
        audit.seal(acme)
    make_checkpoint(even_now=True)
    for account, expected in ((acme, [(1, 1), (2, 2)]), (globex, [(1, 1)])):
        with inside(account):
            assert list(Proof.objects.order_by("checkpoint").values_list("checkpoint", "length")) == expected
        assert audit.verify(account).findings == []


def test_what_was_signed_is_never_signed_away(acme, globex, logs, sign, inside, caplog):
    """The database forgets the end of a log and what was signed of it; the machine with the key does not."""
    with inside(acme):
        audit.record("account.checked")
    audit.seal(acme)
    sign()
    with inside(acme):
        first = Link.objects.get(number=1)
    Head.objects.filter(account_id=acme.pk).update(length=1, hash=first.hash, signed_length=1, signed_hash=first.hash)
    with caplog.at_level(logging.ERROR):
        sign()
    assert "does not go on from what was signed" in caplog.text
    assert Head.objects.get(account_id=acme.pk).signed_length == 2
    assert audit.verify(globex).findings == []


def test_a_head_that_is_gone_is_signed_as_it_was(acme, globex, logs, sign, caplog):
    sign()
    with transaction.atomic():
        Head.objects.filter(account_id=acme.pk).update(log=Head.objects.get(account_id=globex.pk).log, length=0)
    sign()
    assert Checkpoint.objects.latest("number").heads == 2
    assert audit.verify(globex).findings == []


def test_another_history_is_not_signed(logs, sign):
    sign()
    Memory(2, "00" * 32, []).keep()
    with pytest.raises(AnotherHistory, match="--restored"):
        sign()
    Memory(9, "00" * 32, []).keep()
    with pytest.raises(AnotherHistory):
        sign()
    call_command("rotate_log_key", "--restored")
    assert Checkpoint.objects.count() == 2


def test_anybody_may_fetch_checkpoint_keys_and_verifier(client, logs):
    assert client.get("/.well-known/access-log/checkpoint").status_code == 404
    checkpoint = make_checkpoint()
    call_command("rotate_log_key")
    newest = Checkpoint.objects.latest("number")
    answers = {
        name: client.get(f"/.well-known/access-log/{name}") for name in ("checkpoint", "keys", "candor_verify.py")
    }
    assert [answer.status_code for answer in answers.values()] == [200, 200, 200]
    assert newest.number == checkpoint.number + 1
    assert answers["checkpoint"].content.decode() == newest.note
    assert answers["checkpoint"]["Content-Type"] == "text/plain; charset=utf-8"
    listed = answers["keys"].content.decode().split("\n\n")[0].splitlines()
    assert [str(Key.read(line)) for line in listed] == list(
        PublicKey.objects.order_by("id").values_list("key", flat=True)
    )
    assert "candor key change" in answers["keys"].content.decode()
    assert answers["candor_verify.py"].content.startswith(b"#!/usr/bin/env python3\n")
    assert not client.cookies
    assert client.post("/.well-known/access-log/checkpoint").status_code == 405
