"""What waits to be done, and what was given up: for the person who runs Candor, and for a watchdog."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Min
from django.utils import timezone

from accounts import mail
from accounts.alarms import Alarm
from accounts.models import OutgoingMail
from audit.candor_verify import DUE_AFTER
from audit.models import Checkpoint, Head

TOO_LONG = timedelta(minutes=15)
LOOKED_BACK = timedelta(days=7)
SIGNED_WITHIN = timedelta(seconds=DUE_AFTER)


class Command(BaseCommand):
    """Exit code 0: all goes its way. 1: letters, jobs or the log's signing stand still, or letters were given up."""

    help = "Say which letters and jobs are unfinished and if the log is signed. Exit code 1 when somebody should look."

    def handle(self, *args: Any, **options: Any) -> None:
        self.troubles = 0
        self._letters_under_way()
        self._letters_given_up()
        self._jobs()
        self._log()
        if self.troubles:
            sys.exit(1)

    def _letters_under_way(self) -> None:
        waiting = OutgoingMail.objects.filter(state__in=mail.UNDER_WAY)
        seen = waiting.aggregate(count=Count("pk"), oldest=Min("written_at"))
        if not seen["count"]:
            return self._say("No letter waits.")
        self._say(f"Letters on their way: {seen['count']}, the oldest since {seen['oldest']:%Y-%m-%d %H:%M} UTC.")
        for trouble, count in waiting.exclude(trouble="").values_list("trouble").annotate(Count("pk")):
            self._say(f"  {count} tried in vain so far: {trouble}")
        untouched = waiting.filter(tries=0, next_try_at__lte=timezone.now() - TOO_LONG).count()
        if untouched:
            self._warn(f"{untouched} of them nobody has touched: does a worker run, and the scheduler?")

    def _letters_given_up(self) -> None:
        since = timezone.now() - LOOKED_BACK
        given_up = OutgoingMail.objects.filter(state=mail.State.FAILED, ended_at__gte=since)
        for letter in given_up.order_by("ended_at"):
            self._warn(f"Letter {letter} was given up {letter.ended_at:%Y-%m-%d %H:%M} UTC: {letter.trouble}")

    def _jobs(self) -> None:
        for alarm in Alarm.objects.order_by("rings_at"):
            words = f"{alarm.task} {alarm.public_id} of account {alarm.account_id}"
            if alarm.rings_at <= timezone.now() - TOO_LONG:
                self._warn(f"Job {words} was to be woken at {alarm}: does the scheduler run?")
            else:
                self._say(f"Job at work: {words}")

    def _log(self) -> None:
        """Signing stops where the key is gone or the database holds another history; only the worker's log says so."""
        newest = Checkpoint.objects.order_by("-number").values_list("made_at", flat=True).first()
        is_due = Head.objects.exists() if newest is None else newest <= timezone.now() - SIGNED_WITHIN
        if is_due:
            since = f" since {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
            self._warn(f"The log is not signed{since}: does the scheduler run, and what does the worker say?")

    def _say(self, line: str) -> None:
        self.stdout.write(line)

    def _warn(self, line: str) -> None:
        self.troubles += 1
        self.stdout.write(line)
