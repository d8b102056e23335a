"""Recording costs a write one statement and at most a tenth of its processor time, even the leanest write there is.

A contact is changed by its form and one is created by the API, each through its door, alternately with and without its
line in the log. Processor time is that of this process and of its database connection together.
"""

from __future__ import annotations

import time
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
from accounts.actions import create_api_key
from accounts.models import Account, Membership
from crm.models import Contact
from demo import cast
from drills.evidence import Evidence
from drills.stage import stage
from tenancy.context import activate
from tests import signed_in  # noqa: F401  (teaches the client our session cookie)

PAIRS = 200
MOST = 10  # per cent
Work = Callable[[], None]


def run() -> Evidence:
    """Pairs of writes with and without recording, and a round of records alone."""
    rows: list[list[object]] = []
    holds = True
    with stage(), TemporaryDirectory() as folder:
        settings.STORAGES["default"]["OPTIONS"]["location"] = Path(folder)
        alice = cast.person("alice@acme.example")
        account = cast.acme(alice)
        with activate(account, actor=cast.SYSTEM):
            contact = Contact.objects.create(first_name="Ada", last_name="Lovelace")
            member = Membership.objects.get(account=account, user=alice)
            _, key = create_api_key(member, name="drill", scopes=["crm:write"], days=1)
        works = {
            "changing a contact by its form": _by_form(alice, account, contact),
            "creating a contact by the API": _by_api(key),
        }
        for words, work in works.items():
            found, is_little = _compared(words, work)
            rows += found
            holds = holds and is_little
        with activate(account, actor=cast.SYSTEM):
            alone = _cpu(lambda: audit.record("contact.changed", contact, data={"changes": {"title": ["a", "b"]}}), 500)
        rows.append(["the record alone", 1, f"{alone * 1000:.2f}"])
    return Evidence(["what", "statements", "processor ms (median)"], rows, holds)


def _compared(words: str, work: Work) -> tuple[list[list[object]], bool]:
    """What the work costs with its line in the log and without, and whether the line costs little."""
    statements = _statements(work)
    with _silent():
        unrecorded = _statements(work)
    recorded, silent = _measure(work)
    share = 100 * (median(recorded) - median(silent)) / median(silent)
    rows: list[list[object]] = [
        [words, statements, f"{median(recorded) * 1000:.2f}"],
        ["the same, not recorded", unrecorded, f"{median(silent) * 1000:.2f}"],
        ["what recording adds", statements - unrecorded, f"{share:.1f} %"],
    ]
    return rows, statements - unrecorded == 1 and share <= MOST


def _by_form(user: object, account: Account, contact: Contact) -> Work:
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)  # type: ignore[arg-type]
    url = f"/a/{account.slug}/contacts/{contact.public_id}/edit/"

    def change() -> None:
        with activate(account, actor=cast.SYSTEM):
            version = Contact.objects.values_list("version", flat=True).get(pk=contact.pk)
        words = {"first_name": "Ada", "last_name": "Lovelace", "title": uuid4().hex, "version": version}
        answer = client.post(url, words)
        if answer.status_code != 302 or url.removesuffix("edit/") != answer["Location"]:
            raise AssertionError(f"the change was answered {answer.status_code} {answer.get('Location')}")

    return change


def _by_api(key: str) -> Work:
    client = Client(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {key}"})

    def create() -> None:
        words = {"first_name": "Ada", "last_name": uuid4().hex}
        answer = client.post("/api/v1/contacts/", words, content_type="application/json")
        if answer.status_code != 201:
            raise AssertionError(f"the contact was answered {answer.status_code}: {answer.content!r}")

    return create


@contextmanager
def _silent() -> Iterator[None]:
    with mock.patch.object(audit, "record", lambda *args, **words: uuid4()):
        yield


def _statements(change: Work) -> int:
    change()
    with CaptureQueriesContext(connection) as captured:
        change()
    return len(captured)


def _measure(change: Work) -> tuple[list[float], list[float]]:
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
    return time.process_time() + int(fields[0]) / 1e9
