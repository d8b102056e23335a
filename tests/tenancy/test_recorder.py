"""The statement recorder lets good statements pass and stops bad ones."""

import pytest
from django.db import connection

from audit.models import Event
from tests.recorder import Reader, Recorder, StatementWithoutAccount

READER = Reader(
    {"person", "firm", "mail"},
    {
        "accounts_account": frozenset({"id", "slug"}),
        "membership": frozenset({"account_id", "user_id", "id"}),
        "login": frozenset({"id", "email"}),
    },
    {"login": "expires_at"},
)

GOOD = [
    "SELECT * FROM person WHERE account_id = %s",
    'SELECT "person"."id" FROM "person" WHERE ("person"."account_id" = (7) AND UPPER("person"."name") LIKE %s)',
    "SELECT 1 FROM person p JOIN firm f ON p.firm_id = f.id AND f.account_id = p.account_id WHERE p.account_id = %s",
    "SELECT 1 FROM person p LEFT JOIN firm f ON f.id = p.firm_id AND (f.account_id = (p.account_id)) "
    "WHERE p.account_id = %s",
    "SELECT 1 FROM person p JOIN firm f USING (account_id) WHERE p.account_id = %s",
    "SELECT 1 FROM person p, firm f WHERE f.account_id = %s AND p.account_id = f.account_id AND p.firm_id = f.id",
    "SELECT 1 FROM person p JOIN firm f ON f.account_id = p.account_id JOIN mail m ON m.account_id = f.account_id "
    "WHERE m.account_id = %s",
    "SELECT 1 FROM person WHERE account_id = %s AND id IN (SELECT person_id FROM mail WHERE account_id = %s)",
    "SELECT 1 FROM firm f WHERE f.account_id = %s AND EXISTS(SELECT 1 FROM person p "
    "WHERE p.account_id = f.account_id AND p.firm_id = f.id)",
    "SELECT (SELECT COUNT(*) FROM person p WHERE p.account_id = f.account_id) FROM firm f WHERE f.account_id = %s",
    "SELECT 1 FROM firm f, LATERAL (SELECT 1 FROM person p WHERE p.account_id = f.account_id LIMIT 1) x "
    "WHERE f.account_id = %s",
    "WITH mine AS (SELECT * FROM person WHERE account_id = %s) SELECT * FROM mine",
    "WITH mine AS (SELECT * FROM person WHERE account_id = %s) SELECT 1 FROM mine JOIN firm f "
    "ON f.account_id = mine.account_id",
    "WITH made AS (INSERT INTO firm (account_id, name) VALUES (%s, %s) RETURNING account_id, id) "
    "INSERT INTO person (account_id, firm_id) SELECT account_id, id FROM made",
    "(SELECT id FROM person WHERE account_id = %s) UNION (SELECT id FROM firm WHERE account_id = %s) ORDER BY 1",
    "SELECT COUNT(*) FROM (SELECT 1 AS a FROM person WHERE account_id = %s LIMIT 3) subquery",
    "INSERT INTO person (id, account_id) VALUES (%s, %s) ON CONFLICT (account_id, id) DO UPDATE SET a = EXCLUDED.a",
    'INSERT INTO "person" ("account_id", "name") SELECT %s, name FROM staged ON CONFLICT DO NOTHING RETURNING "id"',
    "UPDATE person SET name = %s WHERE account_id = %s AND id = %s RETURNING name",
    "UPDATE person p SET name = s.name FROM staged s WHERE p.account_id = %s AND s.id = p.id",
    "UPDATE person SET n = CASE WHEN id = %s THEN %s ELSE NULL END WHERE account_id = %s",
    "DELETE FROM person WHERE account_id = %s RETURNING id",
    "DELETE FROM person p USING firm f WHERE p.account_id = %s AND f.account_id = p.account_id",
    "DECLARE rows NO SCROLL CURSOR WITHOUT HOLD FOR SELECT * FROM person WHERE account_id = %s",
    "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM person WHERE account_id = %s",
    "COPY (SELECT * FROM person WHERE account_id = 7) TO STDOUT (FORMAT csv, HEADER)",
    "COPY staged (a, b) FROM STDIN",
    "CREATE TEMP TABLE staged (LIKE person) ON COMMIT DROP",
    "CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT * FROM person WHERE account_id = 7",
    "SELECT * FROM staged",
    'SELECT "accounts_account"."id" AS "pk" FROM "accounts_account" WHERE closed_at IS NULL AND id > %s LIMIT 500',
    "SET LOCAL app.account_id = '7'",
    'SAVEPOINT "s1"',
    'RELEASE SAVEPOINT "s1"',
    "SELECT pg_advisory_xact_lock(%s)",
    "SELECT relname FROM pg_class WHERE relname = 'person'",
    "ALTER TABLE person ADD COLUMN a int",
    # global tables: by one of their columns, or by one of a table that is known already
    "SELECT 1 FROM membership m JOIN accounts_account a ON m.account_id = a.id WHERE a.slug = %s AND m.user_id = %s",
    "SELECT 1 FROM membership m JOIN login u ON u.id = m.user_id WHERE m.account_id = %s",
    "SELECT 1 FROM person p LEFT JOIN membership m ON m.id = p.owner_id AND m.account_id = p.account_id "
    "LEFT JOIN login u ON u.id = m.user_id WHERE p.account_id = %s",
    "SELECT 1 FROM login WHERE UPPER(email::text) = UPPER(%s)",
    "SELECT 1 FROM login WHERE id IN (%s, %s)",
    "INSERT INTO login (email) VALUES (%s)",
    "SELECT 1 FROM person p JOIN accounts_account a ON p.account_id = a.id WHERE a.slug = %s",
    "DELETE FROM login WHERE login.expires_at < %s",
]

BAD = [
    "SELECT id, name FROM accounts_account WHERE id > %s LIMIT 500",
    "SELECT id FROM accounts_account WHERE id > %s",
    "SELECT a.id FROM accounts_account a JOIN membership m ON m.account_id = a.id LIMIT 500",
    "SELECT * FROM person",
    "SELECT * FROM person WHERE id = %s",
    "SELECT account_id = %s FROM person",
    "SELECT * FROM person WHERE account_id = %s OR name = %s",
    "SELECT * FROM person WHERE NOT account_id = %s",
    "SELECT * FROM person WHERE NOT (account_id = %s AND a = 1)",
    "SELECT * FROM person WHERE account_id <> %s",
    "SELECT * FROM person WHERE account_id = account_id",
    "SELECT * FROM person WHERE account_id IN (%s, %s)",
    "SELECT * FROM person ORDER BY account_id = 7",
    "SELECT 1 FROM person p JOIN firm f ON p.firm_id = f.id WHERE p.account_id = %s",
    "SELECT 1 FROM person p JOIN firm f ON f.account_id = p.account_id",
    "SELECT 1 FROM person p LEFT JOIN firm f ON p.account_id = %s AND f.account_id = %s",
    "SELECT 1 FROM person p FULL JOIN firm f ON f.account_id = p.account_id WHERE p.account_id = %s",
    "SELECT 1 FROM person p JOIN person q ON q.id = p.boss_id WHERE p.account_id = %s",
    "SELECT 1 FROM person p, firm f WHERE account_id = %s",
    "SELECT 1 FROM person p CROSS JOIN firm f WHERE p.account_id = %s",
    "SELECT 1 FROM person WHERE account_id = %s AND id IN (SELECT person_id FROM mail)",
    "SELECT 1 FROM firm f WHERE f.account_id = %s AND EXISTS(SELECT 1 FROM person p WHERE p.firm_id = f.id)",
    "SELECT (SELECT COUNT(*) FROM person p WHERE p.account_id = f.account_id) FROM firm f",
    "SELECT 1 FROM firm f, LATERAL (SELECT 1 FROM person p WHERE p.firm_id = f.id) x WHERE f.account_id = %s",
    "WITH mine AS (SELECT * FROM person) SELECT * FROM mine WHERE account_id = %s",
    "WITH gone AS (DELETE FROM person RETURNING id) SELECT * FROM gone",
    "(SELECT id FROM person WHERE account_id = %s) UNION (SELECT id FROM firm)",
    "SELECT COUNT(*) FROM (SELECT 1 FROM person) subquery",
    "INSERT INTO person (id) VALUES (%s)",
    "INSERT INTO person VALUES (%s, %s)",
    "INSERT INTO staged (id) SELECT id FROM person",
    "UPDATE person SET name = %s",
    "UPDATE person SET account_id = %s WHERE id = %s",
    "UPDATE person SET account_id = %s WHERE account_id = %s",
    "UPDATE person SET name = %s WHERE id IN (SELECT id FROM person WHERE account_id = %s)",
    "UPDATE person SET name = (SELECT name FROM firm WHERE firm.id = person.firm_id) WHERE account_id = %s",
    "UPDATE person p SET name = f.name FROM firm f WHERE p.account_id = %s AND f.id = p.firm_id",
    "DELETE FROM person WHERE id = %s",
    "DELETE FROM person WHERE expires_at < %s",
    "DELETE FROM login WHERE expires_at > %s",
    "DELETE FROM membership WHERE expires_at < %s",
    "SELECT 1 FROM login WHERE expires_at < %s",
    "UPDATE login SET email = %s WHERE expires_at < %s",
    "DELETE FROM person p USING firm f WHERE p.firm_id = f.id AND f.account_id = %s",
    "DECLARE rows CURSOR FOR SELECT * FROM person",
    "EXPLAIN SELECT * FROM person",
    "COPY (SELECT * FROM person) TO STDOUT",
    "COPY person FROM STDIN",
    "CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT * FROM person",
    "TRUNCATE person",
    "LOCK TABLE person",
    "MERGE INTO person p USING staged s ON p.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name",
    "SELECT * FROM person WHERE (((",
    "SELECT 1; DELETE FROM person",
    # global tables
    "SELECT * FROM login",
    "SELECT * FROM login WHERE name = %s",
    "SELECT * FROM membership m JOIN login u ON u.id = m.user_id",
    "SELECT * FROM membership m JOIN login u ON u.id = m.user_id WHERE u.name = %s",
    "UPDATE login SET name = %s",
    "DELETE FROM membership WHERE role = %s",
    "SELECT 1 FROM person p JOIN membership m ON m.account_id = p.account_id WHERE m.user_id = %s",
]


@pytest.mark.parametrize("statement", GOOD)
def test_a_statement_that_names_its_account_passes(statement):
    assert READER.faults(statement) == ()


@pytest.mark.parametrize("statement", BAD)
def test_a_statement_without_its_account_is_found(statement):
    assert READER.faults(statement) != ()


def test_the_fault_names_the_alias():
    faults = READER.faults("SELECT 1 FROM person p JOIN firm f ON p.firm_id = f.id WHERE p.account_id = %s")
    assert faults == ("firm as f is not tied to an account",)


def test_the_faulty_statement_raises_at_its_place(in_acme, recorder, statement_reader):
    mine = Recorder(statement_reader)
    with recorder.looking_away(), connection.execute_wrapper(mine), connection.cursor() as cursor:
        with pytest.raises(StatementWithoutAccount):
            cursor.execute("SELECT count(*) FROM audit_event")
        with mine.looking_away():
            cursor.execute("SELECT count(*) FROM audit_event")
        cursor.execute("SELECT count(*) FROM audit_event WHERE account_id = %s", [in_acme.pk])
    assert len(mine.found) == 1


def test_every_test_is_recorded(in_acme, recorder):
    """The fixture is on everywhere; here its finding is taken back, so that this test may pass."""
    with pytest.raises(StatementWithoutAccount), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event")
    assert recorder.found.pop().startswith("audit_event is not tied to an account")
    assert Event.objects.exists()
