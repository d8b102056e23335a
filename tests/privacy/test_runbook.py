"""The runbook of the database shell, done as it is written: it opens, shows one account, ends, and leaves nothing."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import resolve
from psycopg.conninfo import make_conninfo

from config.roles import ROLES as OURS
from config.settings import BASE_DIR
from tests import database
from tests.privacy.looks import as_superuser, canary
from tests.privacy.test_read_record import ATTACKS
from tests.promises import promise

PAGE = Path(BASE_DIR, "docs/runbooks/database-shell.md").read_text()
ROLE = f"shell_{os.getpid()}"


def steps(account) -> list[str]:
    """The SQL of the runbook, for this database: how it opens, the repair, how it ends, what must be empty then."""
    name = connection.settings_dict["NAME"]
    found = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    ours = [block.replace("shell_sam", ROLE).replace("DATABASE candor ", f'DATABASE "{name}" ') for block in found]
    return [block.replace("= '7'", f"= '{account.pk}'") for block in ours]


def statements(block: str) -> list[str]:
    return [line.strip() for line in block.strip().splitlines()]


@pytest.fixture
def shell(committed):
    """Signs in as the role of the hour; the role goes whatever becomes of the test."""
    open_ones = []

    def sign_in() -> psycopg.Connection:
        where = database.renamed(database.admin_dsn(), connection.settings_dict["NAME"])
        open_ones.append(psycopg.connect(make_conninfo(where, user=ROLE, password="one-hour-word"), autocommit=True))
        return open_ones[-1]

    yield sign_in
    for each in open_ones:
        each.close()
    with as_superuser() as owner:
        if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            owner.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


@promise(69)
def test_the_shell_of_the_runbook_opens_for_one_account_and_one_hour_and_leaves_nothing(acme, globex, shell, recorder):
    canary(acme), canary(globex), canary(globex)
    opens, repair, ends, empty = steps(acme)
    with as_superuser() as owner:
        for statement in statements(opens):
            owner.execute(statement)
        until = owner.execute("SELECT rolvaliduntil - now() FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()[0]
        assert 3500 < until.total_seconds() <= 3600

        sam = shell()
        assert sam.execute("SHOW log_statement").fetchone() == ("all",)
        with pytest.raises(psycopg.errors.UndefinedTable):
            sam.execute("SELECT count(*) FROM crm_contact")  # before it says as what it works, it sees no table
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sam.execute("SET ROLE candor_loader")
        seen = []
        for statement in statements(repair):
            found = sam.execute(statement)
            seen += found.fetchall() if found.description else []
        assert seen == [(1,)]
        assert sam.execute("SELECT count(*) FROM crm_contact").fetchone() == (0,)  # no account, no rows
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sam.execute("SELECT read_record(gen_random_uuid())")
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            shell()

        assert owner.execute(empty).fetchall() == [(ROLE,)]
        for statement in statements(ends):
            owner.execute(statement)
        with pytest.raises(psycopg.Error):
            sam.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            shell()
        assert owner.execute(empty).fetchall() == []
    with recorder.looking_away():
        for command in re.findall(r"python manage\.py (\w+)", PAGE):
            call_command(command, stdout=io.StringIO())


def test_its_password_is_void_after_the_hour(acme, shell):
    with as_superuser() as owner:
        for statement in statements(steps(acme)[0]):
            owner.execute(statement.replace("interval '1 hour'", "interval '-1 second'"))
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        shell()


def test_what_the_runbook_names_is_there():
    """Its addresses, programs and roles are the product's."""
    for path in re.findall(r"`(/support/[\w/]*)`", PAGE):
        resolve(path)
    for program in re.findall(r"`(bin/\w+)`", PAGE):
        assert Path(BASE_DIR, program).exists()
    assert set(re.findall(r"`(candor_\w+)`", PAGE)) <= set(OURS)
    assert "tests/privacy/test_runbook.py" in PAGE


def test_each_way_in_which_a_look_could_go_wrong_has_its_test():
    """The table of docs/support-access.md names tests, and attacks, that there are."""
    rows = [line for line in Path(BASE_DIR, "docs/support-access.md").read_text().splitlines() if line.startswith("| ")]
    known = "".join(path.read_text() for path in Path(BASE_DIR, "tests").rglob("test_*.py"))
    assert len(rows) > 20
    for row in rows[1:]:
        tests, attacks = re.findall(r"`(test_\w+)`", row), re.findall(r"“([^”]+)”", row)
        assert tests or attacks, row
        assert [name for name in tests if f"def {name}(" not in known] == []
        assert [name for name in attacks if name not in ATTACKS] == []
