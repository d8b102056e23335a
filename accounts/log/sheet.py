"""The log as a table for a spreadsheet: the same sentences as on the page, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.utils import timezone

from accounts.alarms import Beat
from accounts.history import Line, lines, numbers_of
from accounts.log.filters import LogFilterForm
from accounts.log_job import LogJob
from audit.models import Event
from lib.sheets import BYTE_ORDER_MARK, comma_separated

BATCH = 1000


def table(job: LogJob, beat: Beat) -> Iterator[bytes]:
    """The events that were asked for, a batch at a time. Times are those of the active time zone."""
    found = LogFilterForm(job.asked, reader=job.by).apply(Event.objects.all())
    events = beat.counting(found.order_by("written_at", "id").iterator(chunk_size=BATCH))
    zone = timezone.get_current_timezone_name()
    yield comma_separated([[BYTE_ORDER_MARK + "Line", f"When ({zone})", "Who", "What happened", "Old and new values",
                     "Kind", "Record", "Record's id", "Event's id"]])  # fmt: skip
    while batch := list(islice(events, BATCH)):
        numbers = numbers_of(batch)
        yield comma_separated(_row(line, numbers) for line in lines(batch, job.by, with_links=False))


def _row(line: Line, numbers: dict[int, int]) -> list[str]:
    changes = "; ".join(f"{label}: {old or 'nothing'} → {new or 'nothing'}" for label, old, new in line.all_changes)
    event = line.event
    return [
        str(numbers.get(event.pk, "")),
        f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S}",
        line.who.name,
        f"{line.told.text} (details erased)" if line.is_erased else line.told.text,
        changes,
        event.kind,
        line.record_name,
        str(event.record_id or ""),
        str(event.public_id),
    ]
