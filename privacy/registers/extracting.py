"""Parts of our logs for a case: what is asked is fixed first, two people agree, and only then is it drawn (50).

A part is one log, one network address and a span of days, and no more of a row than its log is. How many rows it has is
told beforehand; the rows themselves are read when it is drawn, and what was drawn is named by its hash.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import SecurityEvent, User
from privacy.registers.actions import WrongHands, note
from privacy.registers.models import Disclosure, LogExtract
from privacy.visits.models import Visit

FETCHED_WITHIN = timedelta(days=7)  # of the release
State = Disclosure.State
VISITS = ("seen_at", "ip", "provider", "browser", "browser_version", "system", "system_version", "device", "page")
SIGN_INS = ("happened_at", "ip", "kind", "browser", "system", "device", "person")


@transaction.atomic
def scope(extract: LogExtract, case: Disclosure, *, by: User) -> LogExtract:
    """Fix what is asked for, before anybody agrees to it."""
    held = Disclosure.objects.select_for_update().get(pk=case.pk)
    if held.state != State.OPEN:
        raise WrongHands("What is handed over is fixed before it is approved. Open another case.")
    extract.case, extract.scoped_by = held, by
    extract.save()
    note(f"Fixed a part of a log for {held}: {extract}", by=by)
    return extract


def number_of(extract: LogExtract) -> int:
    """How many rows it would have now."""
    return len(list(_rows(extract)))


@transaction.atomic
def draw(extract: LogExtract, *, by: User) -> str:
    """The rows as a table, once two people released the case; each time a line in our own log."""
    held = LogExtract.objects.select_for_update().select_related("case").get(pk=extract.pk)
    released = held.case.released_at
    if held.case.state != State.RELEASED or released is None:
        raise WrongHands("Nobody gets it before two people released the case.")
    if timezone.now() - released > FETCHED_WITHIN:
        raise WrongHands(f"It was released more than {FETCHED_WITHIN.days} days ago. Open another case.")
    text, rows = _table(held)
    held.drawn_by, held.drawn_at, held.rows = by, timezone.now(), rows
    held.digest = hashlib.sha256(text.encode()).hexdigest()
    held.save(update_fields=["drawn_by", "drawn_at", "rows", "digest"])
    note(f"Drew {rows} rows for {held.case}: {held}", by=by)
    return text


def _table(extract: LogExtract) -> tuple[str, int]:
    out, rows = io.StringIO(), list(_rows(extract))
    writer = csv.writer(out)
    writer.writerow(VISITS if extract.log == LogExtract.Log.VISITS else SIGN_INS)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue(), len(rows)


def _rows(extract: LogExtract) -> Iterator[tuple[Any, ...]]:
    if extract.log == LogExtract.Log.VISITS:
        found = Visit.objects.filter(ip=extract.ip, seen_at__gte=extract.since, seen_at__lt=extract.until)
        return found.order_by("seen_at", "pk").values_list(*VISITS).iterator()
    events = SecurityEvent.objects.filter(ip=extract.ip, happened_at__gte=extract.since, happened_at__lt=extract.until)
    rows = list(events.order_by("happened_at", "pk").values_list(*SIGN_INS[:-1], "user_id"))
    people = User.objects.in_bulk({row[-1] for row in rows if row[-1]})
    return ((*row[:-1], people[row[-1]].email if row[-1] in people else "") for row in rows)


def _plain(cell: Any) -> str:
    """As text; a spreadsheet calculates nothing."""
    text = cell.isoformat() if hasattr(cell, "isoformat") else str(cell if cell is not None else "")
    return f"'{text}" if text[:1] in "=+-@\t" else text
