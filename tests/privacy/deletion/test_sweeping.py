"""What sweepers take is on record, whoever they are and wherever the rows stood."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import actions, mail, repeats, ways_back
from accounts.models import ApiAnswer, ArrivedForm, OutgoingMail, WayBack
from audit.models import Event, Payload
from crm import purging
from crm.models import Contact
from privacy.deletion.models import RetentionRun
from privacy.deletion.preview import words_of
from tenancy.probe import RowMaker
from tenancy.sweeping import sweeps
from tests.promises import promise

PROJECT = Path(__file__).parents[3]
FLOORS = ("accounts", "audit", "billing", "crm", "lib", "privacy", "tenancy", "timetracking", "website")
TOO_OLD = ("at__lt", "at__lte", "on__lt", "on__lte", "until__lt", "until__lte", "expires__lt", "date__lt")
REMOVING = {"delete", "_raw_delete", "purge", "end"}
NO_SWEEPERS = {
    "privacy/deletion/retention.py apply_outside": "Its own old runs, by the run that is written in their place.",
}


@pytest.fixture(autouse=True)
def looking_away(recorder):
    """Sweepers of tables outside accounts walk them as a whole."""
    with recorder.looking_away():
        yield


def functions():
    for floor in FLOORS:
        for path in sorted((PROJECT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.FunctionDef):
                        yield f"{path.relative_to(PROJECT)} {node.name}", node


def removes_what_is_old(function):
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
    asked = [keyword.arg or "" for call in calls for keyword in call.keywords]
    return bool(names & REMOVING) and any(name.endswith(TOO_OLD) for name in asked)


def is_counted(function):
    return any("sweeps" in ast.unparse(each) for each in function.decorator_list)


@promise(147)
def test_whoever_removes_what_is_too_old_is_counted():
    found = {name: function for name, function in functions() if removes_what_is_old(function)}
    assert len(found) >= 15
    assert {name for name, function in found.items() if not is_counted(function)} == {*NO_SWEEPERS}
    uncounted = ast.parse("def forget():\n    Note.objects.filter(made_at__lt=then).delete()").body[0]
    assert removes_what_is_old(uncounted) and not is_counted(uncounted)


@promise(147)
def test_what_a_sweeper_takes_outside_of_accounts_stands_in_our_record(acme):
    old = timezone.now() - timedelta(days=400)
    for moment in (old, timezone.now()):
        letter = OutgoingMail.objects.create(kind="notice", to="a@b.example", account=acme, state="sent")
        OutgoingMail.objects.filter(pk=letter.pk).update(written_at=moment)
    mail.forget_old()
    assert [run.removed for run in RetentionRun.objects.all()] == [{"Outgoing mails": 1}]
    mail.forget_old()
    actions.forget_arrived_forms()
    assert not ArrivedForm.objects.exists() and RetentionRun.objects.count() == 1, "nothing went: nothing is told"


@promise(147)
def test_what_a_sweeper_takes_in_an_account_stands_in_its_log(acme, globex, inside):
    old = timezone.now() - timedelta(days=400)
    for firm in (acme, globex):
        with inside(firm):
            WayBack.objects.filter(pk=RowMaker().make("accounts_wayback", firm.pk)["id"]).update(sent_at=old)
            Contact.objects.create(first_name="Maren", deleted_at=old)
    with inside(acme):
        ways_back.forget_old()
        purging.purge_old()
        events = Event.objects.filter(kind="retention.applied").values("pk")
        told = [each.data["removed"] for each in Payload.objects.filter(event_id__in=events).order_by("event_id")]
        assert told[0] == {words_of("accounts_wayback"): 1} and told[1]["Contacts"] == 1
        assert not Contact.objects.exists() and not WayBack.objects.exists()
    with inside(globex):
        assert Contact.objects.count() == WayBack.objects.count() == 1
        assert not Event.objects.filter(kind="retention.applied").exists()
    assert not RetentionRun.objects.exists()


@promise(147)
def test_marks_against_doing_it_twice_fill_no_firms_log(acme, inside):
    with inside(acme):
        answer = RowMaker().make("accounts_apianswer", acme.pk)
        ApiAnswer.objects.filter(pk=answer["id"]).update(expires_at=timezone.now() - timedelta(days=1))
        repeats.forget_old_answers()
        assert not Event.objects.filter(kind="retention.applied").exists()
    assert sum(RetentionRun.objects.get().removed.values()) == 1


@promise(147)
def test_what_was_taken_back_is_not_told(acme):
    OutgoingMail.objects.create(kind="notice", to="a@b.example", account=acme, state="sent")

    @sweeps()
    def fails():
        with transaction.atomic():
            OutgoingMail.objects.all().delete()
            raise ValueError("taken back")

    with pytest.raises(ValueError, match="taken back"):
        fails()
    assert OutgoingMail.objects.exists() and not RetentionRun.objects.exists()
