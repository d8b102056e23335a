"""Every question about the fence is seen to find its fault, in a schema broken on purpose."""

import io
import os

import psycopg
import pytest
from django.core.management import call_command

from tenancy import catalog
from tests import database
from tests.promises import promise

NEW = "id bigint NOT NULL, account_id bigint NOT NULL"
FENCE = "account_id = NULLIF(current_setting('app.account_id', true), '')::bigint"
FENCED = f"""
    CREATE TABLE bad ({NEW}, n int, other_id bigint, PRIMARY KEY (account_id, id));
    ALTER TABLE bad ENABLE ROW LEVEL SECURITY;
    ALTER TABLE bad FORCE ROW LEVEL SECURITY;
    CREATE POLICY fence ON bad USING ({FENCE}) WITH CHECK ({FENCE});
"""
UNKEYED = "ALTER TABLE crm_contact DROP CONSTRAINT crm_contact_company_in_account;"
KEY = "ALTER TABLE crm_contact ADD CONSTRAINT bad FOREIGN KEY"
POLICY = "DROP POLICY fence ON crm_contact; CREATE POLICY fence ON crm_contact"

# (what is said of the truth, what is at fault, how it comes about)
FAULTS = [
    ("has an account or stands", "bad", "CREATE TABLE bad (id bigint PRIMARY KEY)"),
    ("never empty", "crm_tag", "ALTER TABLE crm_tag DROP CONSTRAINT crm_tag_pkey CASCADE; "
                               "ALTER TABLE crm_tag ALTER account_id DROP NOT NULL"),
    ("is a bigint", "bad", "CREATE TABLE bad (account_id text NOT NULL, id int, PRIMARY KEY (account_id, id))"),
    ("enabled and forced", "bad", f"CREATE TABLE bad ({NEW}, PRIMARY KEY (account_id, id))"),
    ("enabled and forced", "crm_contact", "ALTER TABLE crm_contact NO FORCE ROW LEVEL SECURITY"),
    ("enabled and forced", "crm_contact", "ALTER TABLE crm_contact DISABLE ROW LEVEL SECURITY"),
    ("primary key leads", "bad", f"CREATE TABLE bad ({NEW}, PRIMARY KEY (id))"),
    ("primary key leads", "bad", f"CREATE TABLE bad ({NEW}, PRIMARY KEY (id, account_id))"),
    ("primary key leads", "bad", f"CREATE TABLE bad ({NEW})"),
    ("unique or exclusion", "crm_contact.bad", "CREATE UNIQUE INDEX bad ON crm_contact (email_lower)"),
    ("unique or exclusion", "crm_contact.bad", "ALTER TABLE crm_contact ADD CONSTRAINT bad UNIQUE (public_id)"),
    ("unique or exclusion", "bad.alone",
     FENCED + "ALTER TABLE bad ADD CONSTRAINT alone EXCLUDE USING btree (n WITH =)"),
    ("account on both sides", "crm_contact.bad",
     "CREATE UNIQUE INDEX one ON crm_company (id); " + KEY + " (company_id) REFERENCES crm_company (id)"),
    ("account on both sides", "crm_contact.bad",
     "CREATE UNIQUE INDEX one ON crm_company (id, account_id); "
     + KEY + " (account_id, company_id) REFERENCES crm_company (id, account_id)"),
    ("account on both sides", "crm_contact.bad", KEY + " (owner_id) REFERENCES accounts_membership (id)"),
    ("lead to account tables", "crm_contact.bad", KEY + " (owner_id) REFERENCES accounts_user (id)"),
    ("checked against all rows", "crm_contact.bad",
     UNKEYED + KEY + " (account_id, company_id) REFERENCES crm_company (account_id, id) NOT VALID"),
    ("empties columns", "crm_contact.bad",
     UNKEYED + KEY + " (account_id, company_id) REFERENCES crm_company (account_id, id) ON DELETE SET NULL"),
    ("empties columns", "crm_contact.bad",
     UNKEYED + KEY + " (account_id, company_id) REFERENCES crm_company (account_id, id) "
     "ON DELETE SET NULL (company_id)"),
    ("empties columns", "crm_contact.bad",
     UNKEYED + KEY + " (account_id, company_id) REFERENCES crm_company (account_id, id) ON DELETE SET DEFAULT"),
    ("empties columns", "crm_contact.bad",
     UNKEYED + KEY + " (account_id, company_id) REFERENCES crm_company (account_id, id) ON UPDATE CASCADE"),
    ("from a global table", "accounts_user.bad",
     "ALTER TABLE accounts_user ADD a bigint, ADD b bigint; ALTER TABLE accounts_user "
     "ADD CONSTRAINT bad FOREIGN KEY (a, b) REFERENCES crm_contact (account_id, id)"),
    ("no triggers", "crm_contact",
     "CREATE FUNCTION bad() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
     "CREATE TRIGGER bad BEFORE INSERT ON crm_contact FOR EACH ROW EXECUTE FUNCTION bad()"),
    ("no rewrite rules", "crm_contact", "CREATE RULE bad AS ON DELETE TO crm_contact DO INSTEAD NOTHING"),
    ("exactly one policy", "crm_contact", "DROP POLICY fence ON crm_contact"),
    ("exactly one policy", "crm_contact", "CREATE POLICY bad ON crm_contact USING (true)"),
    ("exactly one policy", "crm_contact", "CREATE POLICY bad ON crm_contact AS RESTRICTIVE USING (true)"),
    ("shows the rows", "crm_contact.fence", f"{POLICY} USING (true) WITH CHECK ({FENCE})"),
    ("shows the rows", "crm_contact.fence", f"{POLICY} USING ({FENCE} OR account_id = 1) WITH CHECK ({FENCE})"),
    ("shows the rows", "crm_contact.fence",
     f"{POLICY} USING (account_id::text = current_setting('app.account_id', true)) WITH CHECK ({FENCE})"),
    ("shows the rows", "crm_contact.fence",
     "CREATE FUNCTION current_account() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 1::bigint'; "
     f"{POLICY} USING (account_id = current_account()) WITH CHECK ({FENCE})"),
    ("accepts the rows", "crm_contact.fence", f"{POLICY} USING ({FENCE}) WITH CHECK (true)"),
    ("accepts the rows", "crm_contact.fence", f"{POLICY} USING ({FENCE})"),
    ("asks another table", "crm_contact.fence",
     f"{POLICY} USING (account_id = (SELECT {FENCE.split('= ', 1)[1]})) WITH CHECK ({FENCE})"),
    ("every command", "crm_contact.fence", f"{POLICY} FOR SELECT USING ({FENCE})"),
    ("every command", "crm_contact.fence", f"{POLICY} TO candor_app USING ({FENCE}) WITH CHECK ({FENCE})"),
    ("every command", "crm_contact.fence", f"{POLICY} AS RESTRICTIVE USING ({FENCE}) WITH CHECK ({FENCE})"),
    ("may not truncate", "crm_contact", "GRANT TRUNCATE ON crm_contact TO candor_app"),
    ("may not truncate", "crm_contact", "GRANT REFERENCES (id) ON crm_contact TO candor_app"),
    ("may not truncate", "accounts_user", "GRANT TRIGGER ON accounts_user TO PUBLIC"),
    ("may not truncate", "crm_contact", "GRANT SELECT ON crm_contact TO candor_app WITH GRANT OPTION"),
    ("granted to everybody", "crm_contact", "GRANT SELECT ON crm_contact TO PUBLIC"),
    ("Partitions and children", "bad_1",
     f"CREATE TABLE bad ({NEW}, PRIMARY KEY (account_id, id)) PARTITION BY HASH (account_id); "
     "ALTER TABLE bad ENABLE ROW LEVEL SECURITY; ALTER TABLE bad FORCE ROW LEVEL SECURITY; "
     f"CREATE POLICY fence ON bad USING ({FENCE}) WITH CHECK ({FENCE}); "
     "CREATE TABLE bad_1 PARTITION OF bad FOR VALUES WITH (MODULUS 1, REMAINDER 0); "
     "GRANT SELECT ON bad_1 TO candor_app"),
    ("Views ask", "bad", "CREATE VIEW bad AS SELECT * FROM crm_contact; GRANT SELECT ON bad TO candor_app"),
    ("Views ask", "bad", "CREATE VIEW bad WITH (security_invoker = false) AS SELECT * FROM crm_contact; "
                         "GRANT SELECT (id) ON bad TO candor_app"),
    ("no materialized view", "bad",
     "CREATE MATERIALIZED VIEW bad AS SELECT * FROM crm_contact; GRANT SELECT ON bad TO candor_app"),
    ("somebody else's rights", "public.bad",
     "CREATE FUNCTION bad() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
    ("calls itself immutable", "public.bad",
     "CREATE FUNCTION bad() RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT current_setting(''a.b'')'"),
    ("calls itself immutable", "public.bad",
     "CREATE FUNCTION bad() RETURNS text LANGUAGE sql IMMUTABLE RETURN current_setting('a.b')"),
    ("trusted to look", "public.bad",
     "CREATE FUNCTION bad(int) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'"),
    ("none but LIKE's", "texticlike(text,text)",
     "ALTER FUNCTION pg_catalog.texticlike(text, text) LEAKPROOF; "
     "ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF"),
    ("neither superuser", "candor_app", "ALTER ROLE candor_app SUPERUSER"),
    ("neither superuser", "candor_app", "ALTER ROLE candor_app BYPASSRLS"),
    ("neither superuser", "candor_support", "ALTER ROLE candor_support CREATEROLE"),
    ("owns nothing", "crm_contact", "ALTER TABLE crm_contact OWNER TO candor_app"),
    ("owns nothing", "bad", "CREATE VIEW bad AS SELECT 1; ALTER VIEW bad OWNER TO candor_app"),
    ("no stronger role", "candor_app in candor_owner", "GRANT candor_owner TO candor_app"),
    ("no stronger role", "candor_app in candor_loader", "GRANT candor_loader TO candor_app WITH ADMIN OPTION"),
    ("no stronger role", "candor_support in candor_looker", "GRANT candor_looker TO candor_support"),
    ("make nothing", "public", "GRANT CREATE ON SCHEMA public TO candor_app"),
    ("make nothing", "public", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
    ("no right on any table", "crm_contact", "GRANT SELECT (id) ON crm_contact TO candor_support"),
    ("run one function", "public.masked", "GRANT EXECUTE ON FUNCTION masked(text, text) TO candor_support"),
    ("run one function", "public.show_limit",
     "CREATE EXTENSION pg_trgm; ALTER FUNCTION show_limit() SECURITY DEFINER"),
    ("run one function", "public.read_record", "ALTER FUNCTION read_record(uuid) OWNER TO candor_owner"),
    ("signs in as the looker", "candor_looker", "ALTER ROLE candor_looker LOGIN"),
    ("signs in as the looker", "candor_looker", "GRANT DELETE ON crm_contact TO candor_looker"),
    ("somebody else's rights", "public.erase_rows",
     "ALTER FUNCTION erase_rows(regclass, tid[]) OWNER TO candor_owner"),
    ("signs in as the eraser", "candor_eraser", "ALTER ROLE candor_eraser LOGIN"),
    ("signs in as the eraser", "candor_eraser", "GRANT DELETE ON accounts_user TO candor_eraser"),
    ("signs in as the eraser", "candor_eraser", "GRANT DELETE ON audit_event TO candor_eraser"),
    ("signs in as the eraser", "candor_eraser", "GRANT UPDATE (name) ON crm_tag TO candor_eraser"),
    ("account by default", "candor_app", "ALTER ROLE candor_app SET app.account_id = '1'"),
    ("account by default", "- in {database}", "ALTER DATABASE {database} SET app.account_id = '1'"),
    ("account by default", "candor_app", "ALTER ROLE candor_app SET row_security = off"),
    ("Every key of the models", "crm.Contact.company", UNKEYED),
    ("Every key of the models", "crm.Contact.company",
     UNKEYED + KEY + " (account_id, company_id) REFERENCES crm_company (account_id, id) ON DELETE CASCADE"),
    ("Every key of the models", "crm.ContactEmail.contact",
     "ALTER TABLE crm_contactemail DROP CONSTRAINT crm_contactemail_contact_in_account; ALTER TABLE crm_contactemail "
     "ADD CONSTRAINT bad FOREIGN KEY (account_id, contact_id) REFERENCES crm_contact (account_id, id)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def workshop(worker_database):
    """A database to break; every test rolls its damage back."""
    name = f"candor_test_{os.getpid()}_broken"
    database.clone(name)
    dsn = psycopg.conninfo.make_conninfo(database.admin_dsn(), dbname=name)
    with psycopg.connect(dsn) as connection:
        yield connection
    database.drop(name)


def faults(connection):
    return {(answer.truth, fault) for answer in catalog.verify(connection.cursor()) for fault in answer.faults}


@promise(68)
def test_the_schema_as_migrated_is_without_fault(workshop):
    assert faults(workshop) == set()
    workshop.rollback()


def test_what_extensions_bring_is_no_fault(workshop):
    workshop.execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin")
    found = faults(workshop)
    workshop.rollback()
    assert found == set()


@pytest.mark.parametrize(("truth", "culprit", "damage"), FAULTS, ids=[f"{f[0]}-{n}" for n, f in enumerate(FAULTS)])
def test_a_fault_is_found(workshop, truth, culprit, damage):
    name = workshop.info.dbname
    workshop.execute(damage.replace("{database}", name))
    found = [fault for said, fault in faults(workshop) if truth in said]
    workshop.rollback()
    assert culprit.replace("{database}", name) in found


def test_every_question_has_been_seen_to_find_something():
    truths = [question.truth for question in catalog.QUESTIONS]
    assert [truth for truth in truths if not any(fault[0] in truth for fault in FAULTS)] == []
    assert len(FAULTS) >= 28


def test_questions_look_at_something(workshop):
    looked = {answer.truth: answer.looked_at for answer in catalog.verify(workshop.cursor())}
    workshop.rollback()
    for word in ("row policies", "primary key leads", "both sides", "exactly one policy", "of the models"):
        assert next(count for truth, count in looked.items() if word in truth.lower()) >= 11


def test_the_command_says_what_it_looked_at_and_succeeds(committed, acme, recorder):
    out = io.StringIO()
    with recorder.looking_away():
        call_command("verify_isolation", stdout=out)
    assert "Row policies are enabled and forced" in out.getvalue()
    assert "The fence holds" in out.getvalue()
