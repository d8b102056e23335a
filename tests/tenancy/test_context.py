"""One account at a time, for exactly one transaction."""

import pytest
from django.db import connection, transaction

import audit
from audit.models import Event
from tenancy.context import Actor, activate, current_account_id
from tenancy.errors import NestedAccount, NoAccount
from tests.promises import promise

SYSTEM = Actor("system", None, "Candor")


def told() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.account_id', true)")
        return cursor.fetchone()[0] or None


def test_the_database_is_told_for_one_transaction(committed, acme):
    with activate(acme, actor=SYSTEM):
        assert told() == str(acme.pk)
        assert current_account_id() == acme.pk
    assert told() is None


@promise(68)
def test_outside_an_account_managers_raise(db):
    with pytest.raises(NoAccount):
        Event.objects.count()


@promise(68)
def test_another_account_inside_one_raises(acme, globex):
    with activate(acme, actor=SYSTEM), pytest.raises(NestedAccount), activate(globex, actor=SYSTEM):
        pass


def test_the_same_account_inside_itself_keeps_the_transaction(acme):
    with activate(acme, actor=SYSTEM):
        with activate(acme, actor=Actor("job", None, "inner")):
            audit.record("account.checked", acme)
        assert Event.objects.get(kind="account.checked").actor_kind == "job"


def test_inside_an_outer_transaction_the_setting_ends_with_the_block(committed, acme):
    with transaction.atomic():
        with activate(acme, actor=SYSTEM):
            assert told() == str(acme.pk)
        assert told() is None


def test_an_error_inside_leaves_no_account_behind(committed, acme):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), activate(acme, actor=SYSTEM):
            raise ZeroDivisionError
        assert told() is None
    with pytest.raises(NoAccount):
        current_account_id()


@promise(68)
def test_one_account_does_not_see_the_others_rows(acme, globex, recorder):
    with activate(acme, actor=SYSTEM):
        mine = set(Event.objects.values_list("account_id", flat=True))
        with connection.cursor() as cursor, recorder.looking_away():
            cursor.execute("SELECT DISTINCT account_id FROM audit_event")
            seen = {row[0] for row in cursor.fetchall()}
    assert mine == seen == {acme.pk}
