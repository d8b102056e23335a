"""How long somebody who waits for a page waits for the processor: all that is asked within one request shares it.

A worker has nobody who waits: there each question has its own time.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from django.core.signals import request_finished, request_started
from django.dispatch import receiver

REQUEST_SECONDS = 12.0
_begun: ContextVar[float | None] = ContextVar("request_begun", default=None)


@receiver(request_started)
def _begin(**_: Any) -> None:
    _begun.set(time.monotonic())


@receiver(request_finished)
def _end(**_: Any) -> None:
    _begun.set(None)


def left() -> float | None:
    """Seconds that are left of this request's; None outside of requests."""
    begun = _begun.get()
    return None if begun is None else REQUEST_SECONDS - (time.monotonic() - begun)
