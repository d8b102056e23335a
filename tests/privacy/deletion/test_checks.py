"""Whoever runs Candor hears what the database does not allow the eraser, and what to type."""

import pytest
from django.core.checks import run_checks

from tenancy import roles


@pytest.fixture
def said(db, recorder):
    """``said()``: what the checks of this database say of erasing."""

    def run(databases=("default",)):
        with recorder.looking_away():
            found = run_checks(databases=databases)
        return {message.id: message.hint for message in found if message.id.startswith("deletion.")}

    return run


def test_a_database_that_allows_all_is_not_spoken_of(said):
    assert said() == {} == said(databases=None)


@pytest.mark.parametrize(
    ("role", "ids"),
    [("candor_looker", {"deletion.W002"}), ("candor_support", {"deletion.W001", "deletion.W002"})],
    ids=["a member that may not", "neither"],
)
def test_a_missing_right_is_named_with_the_statement_that_gives_it(said, monkeypatch, role, ids):
    """Asked of roles that have one of the rights, or none: what roles may is the same for all tests at once."""
    monkeypatch.setattr(roles, "ERASER", role)
    grants = {
        "deletion.W001": f"GRANT {role} TO candor_owner;",
        "deletion.W002": f"GRANT SET ON PARAMETER session_replication_role TO {role};",
    }
    found = said()
    assert set(found) == ids and all(found[id].endswith(grants[id]) for id in ids)
