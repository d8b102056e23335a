"""Pitfall 4: whatever is nested in whatever, and however it ends, no other account's row is ever seen.

Random programs of ``activate``, ``atomic``, rollbacks and errors, run inside a transaction and outside.
"""

from contextlib import suppress
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Tag
from demo.cast import SYSTEM
from tenancy.context import activate, current_account_id, current_account_id_or_none
from tenancy.errors import NestedAccount, NoAccount


class Fails(Exception):
    """What a program raises."""


@dataclass(frozen=True)
class Block:
    """``activate`` of an account (0 or 1), or ``atomic`` (None), with what happens in it and how it ends."""

    account: int | None
    inside: tuple
    ending: str


steps = st.recursive(
    st.sampled_from(["look", "write"]),
    lambda inner: st.builds(
        Block,
        account=st.sampled_from([0, 1, None]),
        inside=st.lists(inner, max_size=4).map(tuple),
        ending=st.sampled_from(["normally", "rolled back", "error", "broken statement"]),
    ),
    max_leaves=12,
)
programs = st.lists(steps, min_size=1, max_size=4)
often = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def told():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('app.account_id', true), '')::bigint")
        return cursor.fetchone()[0]


def look():
    """What the database was told is what Python believes, and it shows that account's rows alone."""
    active = current_account_id_or_none()
    assert told() == active
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT account_id FROM crm_tag")
        assert {row[0] for row in cursor.fetchall()} <= {active}
    if active is None:
        with pytest.raises(NoAccount):
            Tag.objects.count()


def run(program, accounts):
    for step in program:
        if step == "look":
            look()
        elif step == "write":
            if current_account_id_or_none() is not None:
                Tag.objects.create(name=f"tag {Tag.objects.count()} {id(step)}")
        else:
            outer = current_account_id_or_none()
            chosen = accounts[step.account] if step.account is not None else None
            try:
                block = transaction.atomic() if chosen is None else activate(chosen, actor=SYSTEM)
                with block:
                    assert chosen is None or outer in (None, chosen.pk)
                    run(step.inside, accounts)
                    end(step.ending)
            except NestedAccount:
                assert outer is not None and outer != chosen.pk
            except (Fails, ZeroDivisionError):
                pass
            assert current_account_id_or_none() == outer
            if not (connection.in_atomic_block and connection.needs_rollback):
                look()


def end(how):
    if how == "rolled back" and connection.in_atomic_block:
        transaction.set_rollback(True)
    elif how == "error":
        raise Fails
    elif how == "broken statement":
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        except Exception as error:
            raise Fails from error


@pytest.fixture
def accounts(acme, globex, inside, recorder):
    for account in (acme, globex):
        with inside(account):
            Tag.objects.create(name=f"of {account}")
    with recorder.looking_away():
        yield acme, globex


@given(program=programs)
@often
def test_no_nesting_shows_another_accounts_rows_in_one_transaction(accounts, program):
    with transaction.atomic():
        run_safely(program, accounts)
        transaction.set_rollback(True)
    assert told() is None


@given(program=programs)
@often
def test_no_nesting_shows_another_accounts_rows_across_transactions(committed, accounts, program):
    run_safely(program, accounts)
    assert not connection.in_atomic_block
    assert told() is None
    with pytest.raises(NoAccount):
        current_account_id()


def run_safely(program, accounts):
    """A block that is to be rolled back refuses further statements; that ends the program, not the promise."""
    with suppress(transaction.TransactionManagementError):
        run(program, accounts)


def test_a_nested_switch_raises_and_the_outer_account_stays(accounts):
    acme, globex = accounts
    with activate(acme, actor=SYSTEM):
        with pytest.raises(NestedAccount), activate(globex, actor=SYSTEM):
            pytest.fail("entered")
        assert told() == current_account_id() == acme.pk


def test_a_rolled_back_savepoint_does_not_take_the_account_along(accounts):
    acme, _ = accounts
    with activate(acme, actor=SYSTEM):
        with pytest.raises(Fails), transaction.atomic(), activate(acme, actor=SYSTEM):
            raise Fails
        assert told() == acme.pk
        assert Tag.objects.count() == 1
