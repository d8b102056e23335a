"""``manage.py verify_audit``: 0 when nothing is wrong, 1 on a finding, 2 when it was asked wrongly."""

import pytest
from django.core.management import CommandError, call_command

import audit
from accounts.models import Account
from audit import candor_verify
from audit.checkpoints import make_checkpoint
from audit.models import Event, Payload


@pytest.fixture
def logs(acme, globex):
    audit.seal(acme)
    audit.seal(globex)
    make_checkpoint()


def test_one_account_in_full_words(logs, capsys):
    call_command("verify_audit", "acme")
    said = capsys.readouterr().out
    assert "Proved:\n  - Events 1 to 1 stand as they were sealed" in said
    assert "Not proved:\n" in said
    assert said.endswith("1 logs checked, no finding.\n")


def test_all_accounts_in_a_line_each(logs, capsys):
    call_command("verify_audit")
    said = capsys.readouterr().out
    assert "ok     acme: 1 sealed, 1 under checkpoint" in said
    assert "ok     globex: 1 sealed" in said
    assert "2 logs checked, no finding." in said


def test_a_finding_is_an_exit_code(acme, logs, inside, capsys):
    with inside(acme):
        Payload.objects.filter(event_id=Event.objects.get().pk).delete()
        gone = Event.objects.get().public_id
    for words in (["acme"], []):
        with pytest.raises(SystemExit) as ended:
            call_command("verify_audit", *words)
        assert ended.value.code == 1
        assert f"The words of event {gone} are gone" in capsys.readouterr().out


def test_an_account_whose_log_is_gone_with_all_its_traces_is_found(logs, capsys):
    Account.objects.create(name="Initech", slug="initech")
    with pytest.raises(SystemExit):
        call_command("verify_audit")
    said = capsys.readouterr().out
    assert "FOUND  initech" in said
    assert "The log is empty" in said


@pytest.mark.parametrize("words", [["nobody"], ["--export", "file"], ["acme", "--anchor", "/no/such"], ["--key", "x"]])
def test_wrong_words_are_no_finding(logs, words):
    with pytest.raises(CommandError) as refused:
        call_command("verify_audit", *words)
    assert refused.value.returncode == 2


def test_an_export_is_the_next_anchor(acme, logs, inside, tmp_path, capsys):
    file = tmp_path / "acme.jsonl"
    call_command("verify_audit", "acme", "--export", str(file))
    assert candor_verify.main([str(file)]) == 0
    with inside(acme):
        audit.record("account.checked")
    audit.seal(acme)
    call_command("verify_audit", "acme", "--anchor", str(file))
    assert f"The log agrees with {file}." in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("verify_audit", "globex", "--anchor", str(file))
    assert "This is another log" in capsys.readouterr().out
