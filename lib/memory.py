"""How much memory a piece of work may take, and how often a process looks for what it no longer needs."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NONE = resource.RLIM_INFINITY
ALLOCATED = 20_000  # objects more than were freed, before those are looked through; Python's own figure is 700


def rarely_look_for_garbage() -> None:
    """What is loaded now stays, and a page or a batch is made of thousands of objects, none of which is garbage:
    looking through them again and again takes a quarter of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATED)


@contextmanager
def at_most(more: int) -> Iterator[None]:
    """MemoryError once this process takes ``more`` bytes than it has now. Only Linux knows how much that is."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        yield
        return
    former, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (min(limit for limit in (wanted, former, hard) if limit != NONE), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (former, hard))
