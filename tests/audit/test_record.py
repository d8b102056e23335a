"""One line per thing that happened: written once, by somebody known, erasable in its words only."""

from datetime import UTC

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import audit
from audit.candor_verify import spelled
from audit.models import Event, Payload
from tenancy.context import Actor, activate
from tenancy.errors import NoAccount


def test_an_event_names_the_record_the_actor_and_the_change(in_acme):
    written = audit.record("account.changed", in_acme, data={"changes": {"name": ["Acme", "Acme & Co"]}})
    event = Event.objects.get(kind="account.changed")
    assert event.public_id == written
    payload = Payload.objects.get(event_id=event.id)
    assert (event.record_type, event.record_id) == ("accounts.account", in_acme.public_id)
    assert (event.actor_kind, event.actor_id) == ("system", None)
    assert payload.data == {
        "actor": "Candor",
        "record": "Acme",
        "changes": {"name": ["Acme", "Acme & Co"]},
    }


def test_recording_is_one_statement(in_acme):
    with CaptureQueriesContext(
        connection,
    ) as statements:
        audit.record("account.checked", in_acme)
    assert len(statements) == 1


def test_outside_an_account_nothing_is_recorded(acme):
    with pytest.raises(NoAccount):
        audit.record("account.checked", acme)


def test_a_job_has_a_name(acme):
    with activate(acme, actor=Actor("job", None, "crm.run_import")):
        audit.record("contacts.imported", data={"stored": 3})
        event = Event.objects.get(kind="contacts.imported")
        assert event.actor_kind == "job"
        assert Payload.objects.get(event_id=event.id).data["actor"] == "crm.run_import"


def test_the_commitment_proves_the_payload(in_acme):
    audit.record("account.checked", in_acme, data={"note": "naïve ✓ \u202e"})
    event = Event.objects.get(kind="account.checked")
    payload = Payload.objects.get(event_id=event.id)
    spelled = audit.canonical(payload.data)
    assert audit.commitment(bytes(payload.salt), spelled) == bytes(event.commitment)
    assert audit.commitment(bytes(payload.salt), spelled + " ") != bytes(event.commitment)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET kind = 'nothing.happened'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_payload SET data = NULL",
        "TRUNCATE audit_payload CASCADE",
        "INSERT INTO audit_event (account_id, id, kind, actor_kind, record_type, commitment)"
        " VALUES ({account}, 1, 'made.up', 'member', '', '')",
        "INSERT INTO audit_event (account_id, written_at, kind, actor_kind, record_type, commitment)"
        " VALUES ({account}, '2001-01-01', 'made.up', 'member', '', '')",
    ],
)
def test_what_is_written_stays_written(in_acme, recorder, statement):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor, recorder.looking_away():
        cursor.execute(statement.format(account=in_acme.pk))
    assert Event.objects.filter(kind="account.opened").count() == 1


def test_the_words_can_be_erased_and_the_event_remains(in_acme):
    event = Event.objects.get(kind="account.opened")
    Payload.objects.filter(event_id=event.id).delete()
    assert Event.objects.filter(pk=event.pk).exists()
    assert not Payload.objects.filter(event_id=event.id).exists()


@pytest.mark.parametrize("data", [{"hours": 1.5}, {"deep": [{"a": float("nan")}]}, {"a": {10: "a", 9: "b"}}])
def test_words_that_could_not_be_proved_are_refused(in_acme, data):
    with pytest.raises(TypeError, match=r"a float can't|must be texts"):
        audit.record("account.checked", data=data)
    assert not Event.objects.filter(kind="account.checked").exists()


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
WORDS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | TEXTS
    | st.decimals()
    | st.datetimes(timezones=st.just(UTC))
    | st.uuids(),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(data=st.dictionaries(TEXTS, WORDS, max_size=5))
@example(data={"big": 10**400, "\ue000": 1, "\U0001f600": 2, "a\\u0000b": "\\", "e": "1e400", "": ""})
def test_what_postgresql_gives_back_is_spelled_as_it_was_committed(in_acme, data):
    written = audit.record("account.checked", data=data)
    event = Event.objects.get(public_id=written)
    payload = Payload.objects.get(event_id=event.id)
    assert audit.commitment(bytes(payload.salt), spelled(payload.data)) == bytes(event.commitment)


def test_a_log_of_any_words_is_proved(in_acme):
    audit.record("account.checked", data={"big": 10**400, "\ue000": 1, "\U0001f600": 2, "a\\u0000b": "\\"})
    audit.seal(in_acme)
    assert audit.verify(in_acme).findings == []
