"""Sealing: every committed event gets one number, linked to the one before; nothing is forked, skipped or doubled."""

import pytest
from django.db import connection

import audit
from audit.candor_verify import first_link, link
from audit.models import Event, Head, Link, Unsealed
from audit.sealing import BATCH, spell_event, spell_time
from tenancy.errors import NestedAccount


def links_of(account):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.number, l.hash, l.sealed_at, e.public_id, e.kind, e.actor_kind, e.actor_id, e.record_type,"
            " e.record_id, e.commitment, e.written_at FROM audit_link l JOIN audit_event e"
            " ON e.account_id = l.account_id AND e.id = l.event_id WHERE l.account_id = %s ORDER BY l.number",
            [account.pk],
        )
        return cursor.fetchall()


def test_what_was_recorded_is_sealed_once_and_in_order(in_acme):
    for number in range(5):
        audit.record("account.checked", in_acme, data={"number": number})
    assert audit.seal(in_acme) == 6  # with the opening of the account
    assert audit.seal(in_acme) == 0
    assert list(Link.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert list(Link.objects.order_by("number").values_list("event_id", flat=True)) == list(
        Event.objects.order_by("id").values_list("id", flat=True)
    )
    assert not Unsealed.objects.filter(account_id=in_acme.pk).exists()


def test_each_link_holds_the_event_and_the_link_before(in_acme):
    audit.seal(in_acme)
    audit.record("account.checked", in_acme)
    audit.seal(in_acme)
    head = Head.objects.get(account_id=in_acme.pk)
    before = first_link(str(head.log))
    for number, stored, sealed_at, *columns in links_of(in_acme):
        before = link(number, before, spell_event(columns), spell_time(sealed_at))
        assert bytes(stored) == before
    assert (head.length, bytes(head.hash)) == (2, before)


def test_more_than_a_batch_is_sealed_in_one_go(in_acme):
    for _ in range(BATCH):
        audit.record("account.checked")
    assert audit.seal(in_acme) == BATCH + 1
    assert Link.objects.count() == BATCH + 1


def test_a_log_of_its_own_for_each_account(acme, globex):
    assert audit.seal(acme) == audit.seal(globex.pk) == 1
    assert Head.objects.get(account_id=acme.pk).log != Head.objects.get(account_id=globex.pk).log


def test_nobody_seals_another_account_from_inside_one(acme, globex, inside):
    with inside(acme), pytest.raises(NestedAccount):
        audit.seal(globex)
