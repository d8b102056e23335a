"""While others write, an archive is of one moment: nothing in it points at what is not in it."""

from __future__ import annotations

import threading
from contextlib import suppress

import psycopg
import pytest

from crm.models import Company, Contact
from privacy.exports import snapshot
from privacy.exports.entities import entity_of
from privacy.exports.selecting import as_json
from privacy.exports.snapshot import Snapshot
from tests.database import app_dsn

ROUNDS = 20
_WRITE = """
    WITH firm AS (
        INSERT INTO crm_company (account_id, public_id, version, created_at, updated_at, name, name_key, note, domain,
            phone, phone_e164, street, postal_code, city, region, country)
        VALUES (%(account)s, gen_random_uuid(), 1, now(), now(), 'New', 'new', '', '', '', '', '', '', '', '', '')
        RETURNING id
    )
    INSERT INTO crm_contact (account_id, public_id, version, created_at, updated_at, first_name, last_name, title,
        email, email_label, email_lower, phone, phone_label, phone_e164, website, street, postal_code, city, region,
        country, source, mail_permission, name_key, note, company_id)
    SELECT %(account)s, gen_random_uuid(), 1, now(), now(), 'Ny', '', '', '', '', '', '', '',
        '', '', '', '', '', '', '', '', 'unknown', 'ny', '', id FROM firm
"""


class Writer(threading.Thread):
    """Somebody who adds companies, and contacts who work there, as quickly as they can."""

    def __init__(self, name, account):
        super().__init__(daemon=True)
        self.connection, self.account = psycopg.connect(app_dsn(name), autocommit=True), account
        self.is_over, self.written = threading.Event(), 0

    def run(self):
        with self.connection, suppress(psycopg.OperationalError):
            self.connection.execute(f"SET app.account_id = '{self.account.pk}'")
            while not self.is_over.is_set():
                self.connection.execute(_WRITE, {"account": self.account.pk})
                self.written += 1


@pytest.fixture
def busy(committed, acme, worker_database):
    writer = Writer(worker_database, acme)
    writer.start()
    yield acme
    writer.is_over.set()
    writer.join(10)
    assert writer.written > ROUNDS


def dangling(account):
    """How many contacts of one archive point at a company that it does not have. It has companies first."""
    with Snapshot(account.pk) as moment:
        companies = {row["id"] for row in moment.records(as_json(entity_of(Company), account.pk))}
        contacts = moment.records(as_json(entity_of(Contact), account.pk))
        return sum(row["company"] not in companies for row in contacts if row["company"])


def test_an_archive_is_of_one_moment_while_others_write(busy, monkeypatch):
    assert [dangling(busy) for _ in range(ROUNDS)] == [0] * ROUNDS
    # Without the snapshot the same test finds what it looks for.
    monkeypatch.setattr(snapshot, "HELD_STILL", "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED")
    assert sum(dangling(busy) for _ in range(ROUNDS)) > 0
