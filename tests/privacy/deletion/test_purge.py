"""A firm of twenty thousand rows goes in short statements, and its neighbour's rows are where they were."""

from __future__ import annotations

import time

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts import lifecycle
from accounts.models import Account, OutgoingMail
from crm.models import Contact, ContactEmail
from drills.delete import LONGEST, fill
from privacy.deletion import erasing, preview, purge, tables, verification
from privacy.deletion.models import AccountDeletion
from tests.promises import promise
from timetracking.models import TimeEntry

CONTACTS, ENTRIES = 3_000, 17_000


@promise(149)
def test_twenty_thousand_rows_go_in_short_statements(acme, globex, committed, inside, outside, recorder, monkeypatch):
    with recorder.looking_away():
        fill(acme, CONTACTS, ENTRIES)
        fill(globex, 100, 100)
    with inside(acme):
        lifecycle.close(Account.objects.get(pk=acme.pk), timezone.now())
    OutgoingMail.objects.all().delete()
    took, at_once = [], []

    def watch(execute, statement, params, many, context):
        begin = time.monotonic()
        answer = execute(statement, params, many, context)
        took.append((time.monotonic() - begin) * 1000)
        return answer

    def counted(*asked):
        gone, last = erase(*asked)
        at_once.append(gone)
        return gone, last

    erase = purge.erase
    monkeypatch.setattr(purge, "erase", counted)
    with recorder.looking_away(), connection.execute_wrapper(watch):
        deletion = erasing.finish(erasing.begin(Account.objects.get(pk=acme.pk)).number)
    assert deletion.is_done and deletion.gone == deletion.before
    assert (deletion.gone["crm_contact"], deletion.gone["timetracking_timeentry"]) == (CONTACTS, ENTRIES)
    assert 0 < max(at_once) <= purge.BATCH and len(at_once) > (ENTRIES + CONTACTS) / purge.BATCH
    assert sorted(took)[-4] <= LONGEST, "in ms; a few may have waited for the machine, which the drill does not forgive"
    assert verification.findings(acme.pk, public_id=acme.public_id) == []
    with inside(globex):
        assert (Contact.objects.count(), TimeEntry.objects.count()) == (100, 100)


def test_tables_without_rows_cost_no_statement_each(acme, inside, django_assert_max_num_queries):
    with inside(acme):
        Contact.objects.create(first_name="Maren")
        with django_assert_max_num_queries(40):
            found = preview.count_all(acme, [])
    assert found["crm_contact"] == 1 and len(tables.in_order()) > 80


def test_rows_written_after_the_tables_were_asked_go_too(acme, committed, inside, outside, recorder):
    with recorder.looking_away():
        with inside(acme):
            Contact.objects.create(first_name="Maren")
            lifecycle.close(Account.objects.get(pk=acme.pk), timezone.now())
        OutgoingMail.objects.all().delete()
        number = erasing.begin(Account.objects.get(pk=acme.pk)).number
        while AccountDeletion.objects.get(number=number).stage != AccountDeletion.Stage.ROWS:
            assert erasing.go_on(number, may_wait=False)
        AccountDeletion.objects.update(gone={erasing._PLACE: {"left": []}})
        deletion = erasing.finish(number)
    assert deletion.is_done and deletion.gone == deletion.before and deletion.gone["crm_contact"] == 1


def test_a_forgotten_part_stops_the_erasing_though_it_goes_with_its_whole(
    acme, committed, inside, outside, recorder, monkeypatch
):
    """No key takes its rows along here, and that to the account, which is asked, has no rule."""
    listed = tuple(table for table in tables.in_order() if table.name != "crm_contactemail")
    for user in (erasing, preview):
        monkeypatch.setattr(user, "in_order", lambda: listed)
    with recorder.looking_away():
        with inside(acme):
            contact = Contact.objects.create(first_name="Maren")
            ContactEmail.objects.create(contact=contact, email="maren@tidewater.example")
            lifecycle.close(Account.objects.get(pk=acme.pk), timezone.now())
        OutgoingMail.objects.all().delete()
        number = erasing.begin(Account.objects.get(pk=acme.pk)).number
        with pytest.raises(IntegrityError, match="crm_contactemail"):
            erasing.finish(number)
    assert Account.objects.filter(pk=acme.pk).exists() and not AccountDeletion.objects.get(number=number).is_done
