"""The scheduler: sends what runs by the clock (``config.celery.BEAT``), each as often as it says."""

from __future__ import annotations

import time
from typing import Any

from celery.beat import Scheduler

LOOKS_EVERY = 1.0  # seconds


class Clock(Scheduler):
    """Counts the time that passes instead of reading it, so a clock set forward or back changes nothing.

    It remembers nothing on disk, so a kill damages nothing: whoever starts it sends everything once, and whatever
    it sends is harmless when it runs twice.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.due_at: dict[str, float] = {}
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due. Returns the seconds until the next look."""
        now = time.monotonic()
        for name, entry in self.schedule.items():
            if now >= self.due_at.get(name, now):
                self.due_at[name] = now + entry.schedule.run_every.total_seconds()
                self.apply_entry(entry, producer=self.producer)
        return LOOKS_EVERY
