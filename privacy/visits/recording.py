"""Visits are noted in memory and written in batches by a thread of the web process: never while somebody waits.

What waits is lost when the process is killed; that is the price, and it is only a log of visits. Ended in order, a
process writes it first. More than a queueful is dropped and counted.
"""

from __future__ import annotations

import ipaddress
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.util import Finalize
from threading import Event, Thread

from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.visitors import address_of
from lib import agents
from privacy.visits import probes, providers
from privacy.visits.models import Visit

MOST_WAITING = 10_000
AT_ONCE = 500
EVERY_SECONDS, SECONDS_TO_END = 5.0, 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Noted:
    """What a request brings, as it stands in memory for some seconds."""

    at: datetime
    ip: str | None
    agent: str
    path: str
    is_stranger: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Noted:
        agent = request.headers.get("User-Agent", "")[: agents.LONGEST]
        is_stranger = getattr(request, "stranger", False)
        return cls(timezone.now(), address_of(request), agent, request.path_info, is_stranger)


class NotesVisits:
    """Puts every page that somebody looked at into the queue."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_page(request, response):
            RECORDER.note(Noted.of(request))
        return response


def is_page(request: HttpRequest, response: HttpResponse) -> bool:
    """Somebody sees a page: no form that was sent, no part of one, no way elsewhere, nothing for programs."""
    if request.method != "GET" or 300 <= response.status_code < 400:
        return False
    is_part = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    return not is_part and not is_ahead and str(response.get("Content-Type", "")).startswith("text/html")


def visit_of(noted: Noted) -> Visit:
    """What is written: the browser's words read, the page without whose or which."""
    words = noted.agent.replace("\0", "")
    agent, ip = agents.read(words), _address(noted.ip)
    return Visit(
        seen_at=noted.at,
        ip=ip,
        provider=providers.of(ip),
        browser=agent.browser[:60],
        browser_version=agent.version[:20],
        system=agent.system[:60],
        system_version=agent.system_version[:20],
        device=agent.device,
        page=page_of(noted),
        agent=words,
    )


def page_of(noted: Noted) -> str:
    """The page as the program names it: ``/a/<slug:account_slug>/contacts/``. What stands in an address may be
    somebody's, or a secret; what is no page of ours is empty, unless intruders are known to ask for it.
    """
    if noted.is_stranger:
        return probes.ANOTHER_ACCOUNT
    try:
        return f"/{resolve(noted.path).route}"[:200]
    except Resolver404:
        return probes.found_in(noted.path)


def _address(text: str | None) -> str | None:
    try:
        found = ipaddress.ip_address((text or "").strip())
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)


class Recorder:
    """The queue, and the thread that empties it."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self.waiting: deque[Noted] = deque()
        self.most = most
        self.dropped = 0
        self._ends = Event()
        self._thread: Thread | None = None

    def note(self, visit: Noted) -> None:
        """Takes a moment and never fails."""
        if len(self.waiting) < self.most:
            self.waiting.append(visit)
        else:
            self.dropped += 1

    def write(self) -> int:
        """Write what waits, batch by batch. While the database is away it goes on waiting."""
        written = 0
        while batch := self._take():
            try:
                Visit.objects.bulk_create([visit_of(each) for each in batch])
            except (OperationalError, InterfaceError):
                self.waiting.extendleft(reversed(batch))
                raise
            written += len(batch)
        return written

    def start(self) -> None:
        """Once in each web process."""
        self._thread = Thread(target=self._run, name="visits", daemon=True)
        self._thread.start()
        Finalize(None, self.stop, exitpriority=10)  # unlike atexit, it is called in a forked worker, too

    def stop(self) -> None:
        """Write what waits, for some seconds at most."""
        self._ends.set()
        if self._thread is not None:
            self._thread.join(SECONDS_TO_END)

    def _take(self) -> list[Noted]:
        return [self.waiting.popleft() for _ in range(min(AT_ONCE, len(self.waiting)))]

    def _run(self) -> None:
        while not self._ends.wait(EVERY_SECONDS):
            self._try()
        self._try()

    def _try(self) -> None:
        """Whatever goes wrong, the thread lives on; it holds no connection while it sleeps."""
        dropped, self.dropped = self.dropped, 0
        if dropped:
            log.warning("%s visits came faster than they could be written, and were not.", dropped)
        try:
            self.write()
        except (OperationalError, InterfaceError) as trouble:
            log.warning("Visits wait for the database: %s", trouble)
        except Exception:
            log.exception("A batch of visits could not be written.")
        finally:
            connections.close_all()


RECORDER = Recorder()
