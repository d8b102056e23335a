"""What is older than the data map says goes, in every table, and nothing that is held or still in time."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

import datamap
from accounts.models import ApiAnswer, OutgoingMail, SecurityEvent, WayBack
from audit.models import Event
from config.celery import BEAT
from privacy.deletion import holds, retention, tasks
from privacy.deletion.models import RetentionRun
from privacy.support_access.models import Ticket
from tenancy.probe import RowMaker
from tests.promises import promise


@promise(147)
def test_old_rows_go_unless_they_are_held_and_the_log_says_how_many(acme, globex, inside, recorder, capsys):
    terms = [entry for entry in datamap.entries() if entry.retention.days is not None]
    assert {rule.model for rule in retention.rules()} == {entry.model for entry in terms}, "a rule for every term"
    with inside(acme):
        assert all(str(rule.due().query) for rule in retention.rules()), "each leads to a moment that can be asked for"
    assert {WayBack, ApiAnswer} <= {rule.model for rule in retention.of_accounts()}
    old = timezone.now() - timedelta(days=93)
    for firm in (acme, globex):
        with inside(firm), recorder.looking_away():
            maker = RowMaker()
            for moment in (old, timezone.now()):
                made = maker.make("accounts_wayback", firm.pk)
                WayBack.objects.filter(pk=made["id"]).update(sent_at=moment)
    today = timezone.localdate()
    hold = holds.place(globex, matter="m", reason="r", custodian="Tess", review_on=today + timedelta(days=9))
    with recorder.looking_away():  # sweepers of tables outside accounts walk them as a whole
        call_command("apply_retention", dry_run=True)
    said = capsys.readouterr().out
    assert "acme: 1 rows would go" in said and "globex: held" in said
    for firm in (acme, globex):
        tasks.apply_retention(account_id=firm.pk)
    for firm, left in ((acme, 1), (globex, 2)):
        with inside(firm):
            assert WayBack.objects.count() == left
            assert Event.objects.filter(kind="retention.applied").count() == 2 - left
    holds.release(hold)
    call_command("apply_retention", "globex")
    with inside(globex):
        assert WayBack.objects.count() == 1


@promise(147)
def test_tables_outside_accounts_are_swept_by_the_same_map_and_each_run_is_written_down(
    acme, globex, alice, mallory, recorder, capsys
):
    outside = {rule.model for rule in retention.outside_accounts()}
    assert {SecurityEvent, OutgoingMail, Session, Ticket} <= outside
    with recorder.looking_away():
        closed = {rule.model for rule in retention.rules()} - outside - {rule.model for rule in retention.of_accounts()}
        assert all(model._meta.app_label == "support_access" for model in closed), "they go with their requests"
        assert all(str(retention._free(rule).query) for rule in retention.outside_accounts())
        old = timezone.now() - timedelta(days=93)
        for moment in (old, timezone.now()):
            for user, firm in ((alice, acme), (mallory, globex)):
                event = SecurityEvent.objects.create(user=user, kind="signed_in")
                letter = OutgoingMail.objects.create(kind="notice", to="a@b.example", account=firm, state="sent")
                SecurityEvent.objects.filter(pk=event.pk).update(happened_at=moment)
                OutgoingMail.objects.filter(pk=letter.pk).update(written_at=moment)
        place = {
            "matter": "m",
            "reason": "r",
            "custodian": "Tess",
            "review_on": timezone.localdate() + timedelta(days=9),
        }
        holds.place(globex, **place)
        call_command("apply_retention", dry_run=True)
        assert "outside accounts: 1 rows would go, accounts_securityevent" in capsys.readouterr().out
        tasks.apply_retention_outside()
        tasks.apply_retention_outside()
        assert (
            SecurityEvent.objects.filter(user=alice).count() == OutgoingMail.objects.filter(account=acme).count() == 1
        )
        assert SecurityEvent.objects.filter(user=mallory).count() == 2, "somebody of a firm that is held"
        assert OutgoingMail.objects.filter(account=globex, kind="notice").count() == 2
        first, second = RetentionRun.objects.order_by("pk")
    assert sum(first.removed.values()) == 2 and second.removed == {}
    assert BEAT["terms of the data map"]["schedule"] == timedelta(hours=24)
