"""``manage.py unfinished``: what waits and what was given up, without anybody's address."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

import audit
from accounts.alarms import Alarm, set_alarm
from accounts.models import OutgoingMail
from audit.models import Checkpoint


def told() -> tuple[str, int]:
    said = io.StringIO()
    try:
        call_command("unfinished", stdout=said)
    except SystemExit as end:
        return said.getvalue(), int(end.code or 0)
    return said.getvalue(), 0


def letter(**facts) -> OutgoingMail:
    return OutgoingMail.objects.create(to="edith@pell.example", kind="welcome", subject="Your way in", **facts)


def ago(**time) -> object:
    return timezone.now() - timedelta(**time)


def test_nothing_waits(db):
    letter(state="sent", ended_at=ago(hours=1))
    letter(state="failed", ended_at=ago(days=8))
    assert told() == ("No letter waits.\n", 0)


def test_what_goes_its_way_is_no_trouble(in_acme, alice):
    OutgoingMail.objects.all().delete()
    letter(tries=2, state="waiting", trouble="SMTPConnectError 421", next_try_at=timezone.now() + timedelta(hours=1))
    set_alarm("crm.go_on_importing", alice.public_id)
    said, code = told()
    assert code == 0
    assert "Letters on their way: 1" in said and "1 tried in vain so far: SMTPConnectError 421" in said
    assert f"Job at work: crm.go_on_importing {alice.public_id}" in said


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"next_try_at": ago(minutes=16)}, "1 of them nobody has touched"),
        ({"state": "failed", "trouble": "SMTPDataError 550", "ended_at": ago(days=6)}, "given up"),
    ],
)
def test_a_letter_that_stands_still_or_was_given_up_is_for_somebody_to_see(db, facts, words):
    row = letter(**facts)
    said, code = told()
    assert code == 1
    assert words in said
    assert "edith" not in said
    assert facts.get("trouble", "") in said and ("state" not in facts or str(row.public_id) in said)


def test_a_job_that_nobody_wakes_is_for_somebody_to_see(in_acme, alice):
    set_alarm("crm.go_on_importing", alice.public_id)
    Alarm.objects.filter(account_id=in_acme.pk).update(rings_at=ago(minutes=16))
    said, code = told()
    assert code == 1
    assert "does the scheduler run?" in said


@pytest.mark.parametrize(("hours", "code"), [([], 1), ([3], 1), ([3, 1], 0)])
def test_a_log_that_nobody_signs_is_for_somebody_to_see(hours, code, acme):
    OutgoingMail.objects.all().delete()
    audit.seal(acme)
    for number, hour in enumerate(hours, 1):
        Checkpoint.objects.create(number=number, made_at=ago(hours=hour), heads=1, root=b"", note="")
    said, ended = told()
    assert ended == code
    assert ("The log is not signed" in said) == bool(code)
