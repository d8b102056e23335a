"""The test processor beside a test: ``processor`` is a real process of `devtools/processor_sim`, asked over HTTP.

Each test finds it as it was after its start: our prices, and nothing else. What happens is held back until the test
hands it over (``processor.letters()``, ``processor.deliver()``), or lets it go (``processor.webhooks(held=False)``).
"""

from __future__ import annotations

import functools
import json
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from config.env import child_environ
from tests.processes import running, until

SECRET = "whsec_of_the_tests_0123456789abcdef"
KEYS = {"STRIPE_API_KEY": "sk_test_of_the_tests", "STRIPE_PUBLISHABLE_KEY": "pk_test_of_the_tests"}


@functools.cache
def port() -> int:
    """Free when this process asked, and this process's own from then on: its servers know it before it is open."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def url() -> str:
    return f"http://localhost:{port()}"


def environ() -> dict[str, str]:
    """For processes that shall work with it."""
    return {
        **KEYS,
        "STRIPE_API_BASE": url(),
        "STRIPE_JS_URL": f"{url()}/js/stripe.js",
        "STRIPE_WEBHOOK_SECRETS": SECRET,
    }


class Processor:
    """The simulator, and what a test may do to it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url, self.secret = folder, url(), SECRET
        self.process = ExitStack()

    def start(self) -> None:
        command = [sys.executable, "-m", "devtools.processor_sim", f"--port={port()}", f"--file={self.folder}/sim"]
        process = self.process.enter_context(running(command, child_environ({"DEBUG": "1"})))
        until(self._answers, seconds=60, process=process)

    def stop(self) -> None:
        """Nobody answers until ``start()``; what it knew stays on its disk."""
        self.process.close()

    def _answers(self) -> bool:
        try:
            return bool(self.look())
        except urllib.error.URLError:
            return False

    def ask(self, name: str, **words: Any) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/_sim/{name}", json.dumps(words).encode())  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  (our own address)
            answer: dict[str, Any] = json.load(response)
            return answer

    def look(self) -> dict[str, Any]:
        """What time it is there, how many of what it has, and the last requests that came."""
        return self.ask("")

    @property
    def now(self) -> int:
        return int(self.look()["now"])

    def advance(self, *, to: int | None = None, days: int = 0, hours: int = 0, seconds: int = 0) -> int:
        """Let time pass there: renewals, tries at payment, ends. Returns what time it is then."""
        return int(self.ask("advance", to=to, days=days, hours=hours, seconds=seconds)["now"])

    def fault(self, kind: str, path: str = "/v1/", **words: Any) -> None:
        """The next matching request goes wrong: error, conflict, rate_limit, html, unauthorized, drop or hang
        (``seconds=``), ``when="before"`` or ``"after"`` its effect, ``times=1``, ``method="post"``."""
        self.ask("fault", kind=kind, path=path, **words)

    def card(self, client_secret: str, number: str = "4242424242424242", **words: Any) -> dict[str, Any]:
        """Type a card into the frame: the intent as it is then, or its error (``["error"]["decline_code"]``)."""
        try:
            return self.ask("card", client_secret=client_secret, number=number, **words)
        except urllib.error.HTTPError as error:
            answer: dict[str, Any] = json.load(error)
            return answer

    def consent(self, client_secret: str, *, yes: bool = True) -> dict[str, Any]:
        """The card's holder answers their bank."""
        return self.ask("consent", client_secret=client_secret, yes=yes)

    def settings(self, **words: Any) -> None:
        """``after_retries``: unpaid, canceled or past_due."""
        self.ask("settings", **words)

    def tell(self, address: str) -> None:
        """Send what happens from now on to this address, signed with ``SECRET``."""
        self.ask("tell", url=address, secret=SECRET)

    def webhooks(self, **words: Any) -> None:
        """``held``, ``drop=n``, ``times=n``, ``order="sent"``, ``"reversed"`` or a word to shuffle by."""
        self.ask("webhooks", **words)

    def deliver(self, *events: str) -> list[dict[str, Any]]:
        """Send what waits to the address that was told, and what came back."""
        sent: list[dict[str, Any]] = self.ask("deliver", events=list(events) or None)["sent"]
        return sent

    def letters(self, *, at: int | None = None, take: bool = True) -> list[dict[str, Any]]:
        """What waits, for a test that hands it over itself: ``event``, ``body``, ``headers``, signed as of ``at``."""
        found: list[dict[str, Any]] = self.ask("letters", at=at, take=take)["letters"]
        return found

    def replay(self, event: str, *, at: int | None = None) -> list[int | None]:
        statuses: list[int | None] = self.ask("replay", event=event, at=at)["statuses"]
        return statuses

    def forge(self, address: str, body: str, **words: Any) -> int | None:
        """Send whatever, signed with ``secret=`` as of ``at=``."""
        status: int | None = self.ask("forge", url=address, body=body, **words)["status"]
        return status

    def snapshot(self, name: str) -> None:
        self.ask("snapshot", file=f"{self.folder}/{name}")

    def restore(self, name: str) -> None:
        self.ask("restore", file=f"{self.folder}/{name}")


@pytest.fixture(scope="session")
def _processor_process(our_processor: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processor]:
    processor = Processor(tmp_path_factory.mktemp("processor"))
    processor.start()
    call_command("publish_prices")
    processor.tell("http://localhost:9/")  # nobody; letters wait for whoever asks
    processor.webhooks(held=True)
    processor.snapshot("fresh")
    yield processor
    processor.stop()


@pytest.fixture(scope="session", autouse=True)
def our_processor() -> None:
    """Whatever a test asks of a card processor it asks of ours; where that is not started, of nobody."""
    for name, value in environ().items():
        setattr(settings, name, value)
    settings.STRIPE_WEBHOOK_SECRETS, settings.STRIPE_LIVEMODE = [SECRET], False


@pytest.fixture
def processor(_processor_process: Processor) -> Processor:
    """The test processor with our prices and nothing else."""
    _processor_process.restore("fresh")
    return _processor_process
