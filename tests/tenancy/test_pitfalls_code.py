"""Pitfalls that are kept out of the code by reading it. The numbers are those of ADR 1."""

import re
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.urls.converters import IntConverter

from crm.models import Contact
from tenancy.errors import NoAccount
from tests.house.routes import DOOR
from tests.promises import promise

PROJECT = Path(__file__).parents[2]
PACKAGES = ("accounts", "audit", "config", "crm", "datamap", "demo", "lib", "tenancy", "timetracking", "bin", "deploy")

# (number, what must not stand in the code, where it may)
FORBIDDEN = [
    ("1", r"\bset_config\s*\(", set()),
    ("1", r"\bSET\s+(SESSION\s+|LOCAL\s+)?[\"'{]?(app\.|\{SETTING)", {"tenancy/context.py"}),
    ("1", r"\bRESET\s+(ALL|app\.)", set()),
    ("20", r"\bWITH\s+HOLD\b", set()),
    ("20", r"\bCREATE\s+TEMP(ORARY)?\s+TABLE\b(?![^;\"']*ON\s+COMMIT\s+DROP)", set()),
    ("20", r"\bpg_(try_)?advisory_lock\b", {"config/roles.py", "config/embedded.py", "config/launch.py"}),
    ("15", r"\brow_security\s*=\s*off", set()),
    ("11", r"\bSECURITY\s+DEFINER\b", {"tenancy/catalog.py"}),
    ("12", r"\bMATERIALIZED\s+VIEW\b", {"tenancy/catalog.py"}),
]


def lines():
    for package in PACKAGES:
        for file in sorted((PROJECT / package).rglob("*")):
            if file.is_file() and file.suffix in {".py", ".sql", ".sh", ""} and "__pycache__" not in file.parts:
                text = re.sub(r"\"\s*\n\s*f?\"", "", file.read_text(errors="replace"))  # joined strings are one
                for number, line in enumerate(text.splitlines(), 1):
                    if not line.lstrip().startswith("#"):
                        yield file.relative_to(PROJECT).as_posix(), number, line


LINES = list(lines())


@pytest.mark.parametrize(("pitfall", "pattern", "allowed"), FORBIDDEN)
def test_it_does_not_stand_in_the_code(pitfall, pattern, allowed):
    """1, 11, 12, 15, 20: what outlives a transaction on a pooled session, or goes round the policy."""
    found = [
        f"{file}:{number}: {line.strip()}"
        for file, number, line in LINES
        if re.search(pattern, line, re.IGNORECASE) and file not in allowed
    ]
    assert found == []


def test_the_reading_finds_what_it_looks_for():
    text = "\n".join(line for file, _, line in LINES if file == "tenancy/context.py")
    assert re.search(FORBIDDEN[1][1], text)
    assert len(LINES) > 3000


def test_an_iterator_outside_of_an_account_raises(db, acme):
    """20: outside a transaction Django would open a cursor WITH HOLD, which outlives the account."""
    with pytest.raises(NoAccount):
        Contact.objects.iterator()


def test_an_iterator_inside_an_account_holds_nothing(committed, acme, inside, recorder):
    """20: its cursor ends with the transaction."""
    with inside(acme):
        Contact.objects.bulk_create(Contact(first_name=f"Maren {n}") for n in range(5))
        rows = Contact.objects.order_by("id").iterator(chunk_size=2)
        next(rows)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), bool_or(is_holdable) FROM pg_cursors WHERE name <> ''")
            assert cursor.fetchone() == (1, False)
    with pytest.raises(Exception, match=r"does not exist|closed|account"):
        list(rows)


def test_a_temporary_table_and_a_lock_end_with_the_transaction(committed, acme, inside):
    """20: the next account on a pooled session finds neither."""
    with inside(acme), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE staged (name text) ON COMMIT DROP")
        cursor.execute("SELECT pg_advisory_xact_lock(1)")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('staged')")
        assert cursor.fetchone() == (None,)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)


@promise(51)
def test_no_address_takes_a_sequence_number():
    """21: numbers would tell how much others do."""
    from django.urls import get_resolver

    def walk(resolver):
        for each in getattr(resolver, "url_patterns", []):
            yield from each.pattern.converters.items()
            yield from walk(each)

    doors = [each for each in get_resolver("config.urls").url_patterns if str(each.pattern) == DOOR]
    converters = [pair for door in doors for pair in walk(door)]
    assert [name for name, converter in converters if isinstance(converter, IntConverter)] == []
    assert doors
