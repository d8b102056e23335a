"""Recording costs a change of a contact one statement and at most a tenth of its processor time.

The same contact is changed again and again by its form, through the door, alternately with and without its line in
the log. Processor time is that of this process and of its database connection together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from unittest import mock
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import audit
from crm.models import Contact
from demo import cast
from drills.evidence import Evidence
from drills.stage import stage
from tenancy.context import activate
from tests import signed_in  # noqa: F401  (teaches the client our session cookie)

PAIRS = 200
MOST = 10  # per cent


def run() -> Evidence:
    """Pairs of changes with and without recording, and a round of records alone."""
    with stage(), TemporaryDirectory() as folder:
        settings.STORAGES["default"]["OPTIONS"]["location"] = Path(folder)
        alice = cast.person("alice@acme.example")
        account = cast.acme(alice)
        with activate(account, actor=cast.SYSTEM):
            contact = Contact.objects.create(first_name="Ada", last_name="Lovelace")
        client = Client(HTTP_HOST="localhost")
        client.force_login(alice)
        change = _changer(client, f"/a/acme/contacts/{contact.public_id}/edit/", account, contact.pk)
        statements = [_statements(change), 0]
        with _silent():
            statements[1] = _statements(change)
        recorded, silent = _measure(change)
        with activate(account, actor=cast.SYSTEM):
            alone = _cpu(lambda: audit.record("contact.changed", contact, data={"changes": {"title": ["a", "b"]}}), 500)
    share = 100 * (median(recorded) - median(silent)) / median(silent)
    rows: list[list[object]] = [
        ["changing a contact, recorded", statements[0], f"{median(recorded) * 1000:.2f}"],
        ["changing a contact, not recorded", statements[1], f"{median(silent) * 1000:.2f}"],
        ["the record alone", 1, f"{alone * 1000:.2f}"],
        ["what recording adds", statements[0] - statements[1], f"{share:.1f} %"],
    ]
    holds = statements[0] - statements[1] == 1 and share <= MOST
    return Evidence(["what", "statements", "processor ms (median)"], rows, holds)


def _changer(client: Client, url: str, account: object, number: int) -> Callable[[], None]:
    def change() -> None:
        with activate(account, actor=cast.SYSTEM):  # type: ignore[arg-type]
            version = Contact.objects.values_list("version", flat=True).get(pk=number)
        words = {"first_name": "Ada", "last_name": "Lovelace", "title": uuid4().hex, "version": version}
        answer = client.post(url, words)
        if answer.status_code != 302 or url.removesuffix("edit/") != answer["Location"]:
            raise AssertionError(f"the change was answered {answer.status_code} {answer.get('Location')}")

    return change


@contextmanager
def _silent() -> Iterator[None]:
    with mock.patch.object(audit, "record", lambda *args, **words: uuid4()):
        yield


def _statements(change: Callable[[], None]) -> int:
    change()
    with CaptureQueriesContext(connection) as captured:
        change()
    return len(captured)


def _measure(change: Callable[[], None]) -> tuple[list[float], list[float]]:
    recorded, silent = [], []
    for _ in range(PAIRS):
        recorded.append(_cpu(change, 1))
        with _silent():
            silent.append(_cpu(change, 1))
    return recorded, silent


def _cpu(work: Callable[[], object], times: int) -> float:
    """Seconds of processor time for one of so many, here and in the database."""
    begin = _spent()
    for _ in range(times):
        work()
    return (_spent() - begin) / times


def _spent() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    fields = Path(f"/proc/{backend}/schedstat").read_text().split()
    return sum(os.times()[:2]) + int(fields[0]) / 1e9
