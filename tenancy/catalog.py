# ruff: noqa: S608  (what is put into the questions are names of our own)
"""What PostgreSQL's own catalogs say about the fence: one readable question for each way it could have a hole.

Each question lists everything it looked at, and whether that is at fault, so that a question that looked
at nothing shows. Asked by ``verify_isolation`` and by a test; the test of the questions themselves breaks a
schema in more than thirty ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models

from tenancy import roles
from tenancy.fields import CASCADE_IN_DATABASE, AccountForeignKey
from tenancy.globals import GLOBAL_TABLES, fenced_models
from tenancy.policy import FENCE_AS_STORED, SETTING


@dataclass(frozen=True)
class Question:
    """``truth`` is what must hold, ``hint`` how to mend it; ``query`` gives (object, is it at fault)."""

    truth: str
    hint: str
    query: str


@dataclass(frozen=True)
class Answer:
    """What was looked at, and which of it is at fault."""

    truth: str
    hint: str
    looked_at: int
    faults: tuple[str, ...]


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

_WITH = f"""
WITH t AS (
    SELECT c.oid, c.relname::text AS name, c.relkind, c.relowner, c.relacl, c.relispartition, c.reloptions,
           c.relrowsecurity AND c.relforcerowsecurity AS fenced_off, c.relrowsecurity,
           a.attnum AS account, a.attnotnull AS has_always, a.atttypid AS type,
           c.relname IN ({_list(GLOBAL_TABLES)}) AS is_global
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id' AND NOT a.attisdropped
    WHERE {_OURS} AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't'
),
tables AS (SELECT * FROM t WHERE relkind IN ('r', 'p')),
fenced AS (SELECT * FROM tables WHERE account IS NOT NULL AND NOT is_global),
keys AS (
    SELECT k.*, here.name || '.' || k.conname AS key, here.is_global OR here.account IS NULL AS from_outside,
           here.account AS here_account, there.account AS there_account, there.name AS there,
           there.account IS NOT NULL AND NOT there.is_global AS to_fenced
    FROM pg_constraint k JOIN tables here ON here.oid = k.conrelid JOIN tables there ON there.oid = k.confrelid
    WHERE k.contype = 'f'
),
policies AS (
    SELECT p.*, fenced.name || '.' || p.polname AS policy,
           coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS shows,
           coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS accepts
    FROM pg_policy p JOIN fenced ON fenced.oid = p.polrelid
),
functions AS (
    SELECT p.oid, n.nspname || '.' || p.proname AS name, p.prosecdef, p.provolatile, p.proleakproof,
           CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE '' END AS definition
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OURS}
),
strong AS (
    SELECT r.oid, r.rolname FROM pg_roles r
    WHERE r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication
       OR r.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
       OR EXISTS (SELECT 1 FROM tables WHERE relowner = r.oid)
)
"""

_CANONICAL = FENCE_AS_STORED.replace("'", "''")
_ACCOUNTS = settings.ACCOUNT_MODEL.lower().replace(".", "_")

QUESTIONS = (
    Question(
        "Every table has an account or stands on the list of global tables",
        "Derive the model from AccountModel, or name the table in tenancy/globals.py with a reason.",
        "SELECT name, account IS NULL AND NOT is_global FROM tables",
    ),
    Question(
        "The account of a row is never empty",
        "ALTER TABLE … ALTER COLUMN account_id SET NOT NULL.",
        "SELECT name, NOT has_always FROM fenced",
    ),
    Question(
        "account_id is a bigint, which the policy compares without a cast",
        "Use AccountField.",
        "SELECT name, type <> 'bigint'::regtype FROM fenced",
    ),
    Question(
        "Row policies are enabled and forced, for the owner too",
        "Put FenceTable into the migration that creates the table.",
        "SELECT name, NOT fenced_off FROM fenced",
    ),
    Question(
        "The primary key leads with the account",
        "Put FenceTable into the migration that creates the table.",
        "SELECT name, NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = fenced.oid AND i.indisprimary "
        "AND i.indkey[0] = fenced.account) FROM fenced",
    ),
    Question(
        "No unique or exclusion rule spans accounts",
        "Let the rule begin with the account: it would tell one account about another.",
        "SELECT fenced.name || '.' || i.indexrelid::regclass, NOT fenced.account = ANY (i.indkey) "
        "FROM pg_index i JOIN fenced ON fenced.oid = i.indrelid WHERE i.indisunique OR i.indisexclusion",
    ),
    Question(
        "Keys carry the account on both sides, in the same place",
        "Use AccountForeignKey and KeepInAccount: a single column may point into another account.",
        "SELECT key, NOT EXISTS (SELECT 1 FROM generate_subscripts(conkey, 1) g "
        "WHERE conkey[g] = here_account AND confkey[g] = there_account) "
        "FROM keys WHERE NOT from_outside AND there_account IS NOT NULL",
    ),
    Question(
        "Keys of account tables lead to account tables, memberships or the account itself",
        "People on account tables are memberships; everything else belongs behind the fence.",
        f"SELECT key, there <> '{_ACCOUNTS}' FROM keys WHERE NOT from_outside AND there_account IS NULL",
    ),
    Question(
        "Keys were checked against all rows",
        "ALTER TABLE … VALIDATE CONSTRAINT …",
        "SELECT key, NOT convalidated FROM keys",
    ),
    Question(
        "No key empties columns or follows a changed number",
        "ON DELETE NO ACTION or CASCADE, ON UPDATE NO ACTION: the others would touch account_id.",
        "SELECT key, confdeltype IN ('n', 'd') OR confupdtype <> 'a' FROM keys WHERE NOT from_outside",
    ),
    Question(
        "No key leads from a global table into an account",
        "Turn the key round, or fence the table.",
        "SELECT key, to_fenced FROM keys WHERE from_outside",
    ),
    Question(
        "Account tables have no triggers",
        "Do it in the model or by a generated column: a distributed PostgreSQL refuses triggers.",
        "SELECT name, EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgrelid = fenced.oid AND NOT g.tgisinternal) "
        "FROM fenced",
    ),
    Question(
        "Account tables have no rewrite rules",
        "Drop the rule: it acts with the rights of the table's owner.",
        "SELECT name, EXISTS (SELECT 1 FROM pg_rewrite w WHERE w.ev_class = fenced.oid) FROM fenced",
    ),
    Question(
        "Each account table has exactly one policy",
        "Policies are joined by OR: a second one opens what the first one closes.",
        "SELECT name, (SELECT count(*) FROM policies p WHERE p.polrelid = fenced.oid) <> 1 FROM fenced",
    ),
    Question(
        "The policy shows the rows of the active account, word for word",
        "Put FenceTable into the migration; change the expression in tenancy/policy.py alone.",
        f"SELECT policy, shows <> '{_CANONICAL}' FROM policies",
    ),
    Question(
        "The policy accepts the rows of the active account, word for word",
        "WITH CHECK must say the same as USING.",
        f"SELECT policy, accepts <> '{_CANONICAL}' FROM policies",
    ),
    Question(
        "No policy asks another table",
        "No sub-select: it hides the account from the planner, and a distributed PostgreSQL refuses it.",
        r"SELECT policy, shows || accepts ~* '\mselect\M' FROM policies",
    ),
    Question(
        "The policy holds for every command and every role",
        "FOR ALL TO PUBLIC, permissive.",
        "SELECT policy, polcmd <> '*' OR polroles <> '{0}' OR NOT polpermissive FROM policies",
    ),
    Question(
        "The app may not truncate tables, refer to them, put triggers on them or pass its rights on",
        f"REVOKE TRUNCATE, REFERENCES, TRIGGER ON … FROM {roles.APP}, PUBLIC.",
        f"SELECT name, has_table_privilege('{roles.APP}', oid, 'TRUNCATE, TRIGGER') "
        f"OR has_any_column_privilege('{roles.APP}', oid, 'REFERENCES') "
        f"OR EXISTS (SELECT 1 FROM aclexplode(relacl) acl WHERE acl.grantee = '{roles.APP}'::regrole AND "
        "(acl.is_grantable OR acl.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))) FROM tables",
    ),
    Question(
        "Nothing is granted to everybody",
        "REVOKE ALL ON … FROM PUBLIC.",
        "SELECT name, EXISTS (SELECT 1 FROM aclexplode(relacl) acl WHERE acl.grantee = 0) FROM t",
    ),
    Question(
        "Partitions and children are fenced as their parents are",
        "A policy on the parent alone does not hold for a partition that is asked directly.",
        f"SELECT tables.name, NOT relrowsecurity AND has_any_column_privilege('{roles.APP}', tables.oid, 'SELECT') "
        "FROM tables WHERE EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = tables.oid)",
    ),
    Question(
        "Views ask with the rights of whoever asks them",
        "CREATE VIEW … WITH (security_invoker = true).",
        f"SELECT name, has_any_column_privilege('{roles.APP}', oid, 'SELECT') "
        "AND coalesce(reloptions::text, '') !~ 'security_invoker=(true|on|1)' FROM t WHERE relkind = 'v'",
    ),
    Question(
        "The app reads no materialized view and no foreign table",
        "They can't have row policies. Keep a summary table behind the fence instead.",
        f"SELECT name, has_any_column_privilege('{roles.APP}', oid, 'SELECT') FROM t WHERE relkind IN ('m', 'f')",
    ),
    Question(
        "The app may not run functions with somebody else's rights, but for the eraser's one",
        f"REVOKE EXECUTE ON FUNCTION … FROM PUBLIC, {roles.APP}.",
        f"SELECT name, functions.prosecdef AND has_function_privilege('{roles.APP}', functions.oid, 'EXECUTE') "
        "AND NOT ("
        f"name = 'public.erase_rows' AND proowner = (SELECT oid FROM pg_roles WHERE rolname = '{roles.ERASER}')) "
        "FROM functions JOIN pg_proc ON pg_proc.oid = functions.oid",
    ),
    Question(
        "No function that reads a setting calls itself immutable",
        "STABLE: a prepared plan would keep the first account's number.",
        "SELECT name, provolatile = 'i' AND definition ~* 'current_setting' FROM functions",
    ),
    Question(
        "No function of ours is trusted to look at rows before the policy does",
        "NOT LEAKPROOF.",
        "SELECT name, proleakproof FROM functions",
    ),
    Question(
        "Of PostgreSQL's own functions, none but LIKE's was trusted afterwards to look at rows before the policy does",
        "NOT LEAKPROOF, unless it is textlike, which manage.py allow_substring_search marks.",
        "SELECT p.oid::regprocedure::text, p.xmin::text <> '1' "  # 1: as the server was made
        "AND p.oid <> 'pg_catalog.textlike(text, text)'::regprocedure "
        "FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proleakproof",
    ),
    Question(
        "The app role is neither superuser nor may it pass the fence, make roles, databases or replicas",
        f"ALTER ROLE {roles.APP} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION.",
        "SELECT rolname::text, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication "
        f"FROM pg_roles WHERE rolname IN ('{roles.APP}', '{roles.SUPPORT}')",
    ),
    Question(
        "The app role owns nothing",
        f"REASSIGN OWNED BY {roles.APP} TO {roles.OWNER}.",
        f"SELECT name, relowner = '{roles.APP}'::regrole FROM t",
    ),
    Question(
        "The app and support roles are members of no stronger role",
        f"REVOKE … FROM {roles.APP}, {roles.SUPPORT}.",
        f"SELECT weak.rolname || ' in ' || strong.rolname, pg_has_role(weak.oid, strong.oid, 'MEMBER') "
        f"FROM pg_roles weak, strong WHERE weak.rolname IN ('{roles.APP}', '{roles.SUPPORT}') "
        "AND weak.oid <> strong.oid",
    ),
    Question(
        "The app role may make nothing in our schemas",
        f"REVOKE CREATE ON SCHEMA … FROM {roles.APP}, PUBLIC.",
        f"SELECT n.nspname::text, has_schema_privilege('{roles.APP}', n.oid, 'CREATE') FROM pg_namespace n "
        f"WHERE {_OURS}",
    ),
    Question(
        "The support role has no right on any table",
        f"REVOKE ALL ON … FROM {roles.SUPPORT}.",
        f"SELECT name, has_any_column_privilege('{roles.SUPPORT}', oid, 'SELECT, INSERT, UPDATE, REFERENCES') "
        f"OR has_table_privilege('{roles.SUPPORT}', oid, 'DELETE, TRUNCATE, TRIGGER') FROM t",
    ),
    Question(
        "Support may run one function, and that belongs to the looker",
        f"REVOKE EXECUTE ON FUNCTION … FROM {roles.SUPPORT}, PUBLIC.",
        f"SELECT name, has_function_privilege('{roles.SUPPORT}', functions.oid, 'EXECUTE') AND NOT ("
        f"name = 'public.read_record' AND proowner = (SELECT oid FROM pg_roles WHERE rolname = '{roles.LOOKER}')) "
        # What an extension brings only calculates, unless it runs with its owner's rights.
        "AND (pg_proc.prosecdef OR NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass "
        "AND objid = functions.oid AND deptype = 'e')) "
        "FROM functions JOIN pg_proc ON pg_proc.oid = functions.oid",
    ),
    Question(
        "Nobody signs in as the looker, and it only reads",
        f"ALTER ROLE {roles.LOOKER} NOLOGIN NOSUPERUSER; REVOKE INSERT, UPDATE, DELETE ON ALL TABLES …",
        "SELECT rolname::text, rolcanlogin OR rolsuper OR EXISTS (SELECT 1 FROM t WHERE "
        "has_any_column_privilege(pg_roles.oid, t.oid, 'INSERT, UPDATE') "
        "OR has_table_privilege(pg_roles.oid, t.oid, 'DELETE, TRUNCATE')) "
        f"FROM pg_roles WHERE rolname = '{roles.LOOKER}'",
    ),
    Question(
        "Nobody signs in as the eraser, and it only erases rows behind the fence, never of the log",
        f"ALTER ROLE {roles.ERASER} NOLOGIN NOSUPERUSER NOBYPASSRLS; REVOKE … FROM {roles.ERASER}.",
        "SELECT rolname::text, rolcanlogin OR rolsuper OR rolbypassrls OR EXISTS (SELECT 1 FROM t WHERE "
        "has_any_column_privilege(pg_roles.oid, t.oid, 'INSERT, UPDATE') "
        "OR has_table_privilege(pg_roles.oid, t.oid, 'TRUNCATE') OR has_table_privilege(pg_roles.oid, t.oid, 'DELETE') "
        r"AND (t.oid NOT IN (SELECT oid FROM fenced WHERE fenced_off) OR t.name LIKE 'audit\_%')) "
        f"FROM pg_roles WHERE rolname = '{roles.ERASER}'",
    ),
    Question(
        "No role and no database has an account by default",
        f"ALTER ROLE … RESET {SETTING}; row_security stays on.",
        "SELECT coalesce(setrole::regrole::text, '') || coalesce(' in ' || datname, ''), "
        f"EXISTS (SELECT 1 FROM unnest(setconfig) line WHERE line ~ '^({SETTING}|row_security)=') "
        "FROM pg_db_role_setting LEFT JOIN pg_database ON pg_database.oid = setdatabase",
    ),
)


def verify(cursor: Any) -> list[Answer]:
    """Ask all questions of the database behind this cursor."""
    return [_ask(cursor, question) for question in QUESTIONS] + [_keys_of_models(cursor)]


def _ask(cursor: Any, question: Question) -> Answer:
    cursor.execute(_WITH + question.query)
    rows = cursor.fetchall()
    faults = tuple(sorted({name for name, is_fault in rows if is_fault}))
    return Answer(question.truth, question.hint, len(rows), faults)


_KEYS = """
    SELECT here.relname, there.relname, k.confdeltype,
           (SELECT array_agg(a.attname::text ORDER BY g) FROM generate_subscripts(k.conkey, 1) g
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[g]),
           (SELECT array_agg(a.attname::text ORDER BY g) FROM generate_subscripts(k.confkey, 1) g
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = k.confkey[g])
    FROM pg_constraint k JOIN pg_class here ON here.oid = k.conrelid JOIN pg_class there ON there.oid = k.confrelid
    WHERE k.contype = 'f'
"""


def _keys_of_models(cursor: Any) -> Answer:
    """Django knows a key that the database was never told of: the migration forgot KeepInAccount."""
    cursor.execute(_KEYS)
    stored = {
        (here, there, tuple(columns)): how
        for here, there, how, columns, others in cursor.fetchall()
        if others[0] == "account_id" and others[-1] == "id"
    }
    fields = [
        field
        for model in fenced_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, AccountForeignKey)
    ]
    return Answer(
        "Every key of the models is kept in its account by the database",
        "Put KeepInAccount into the migration, with CASCADE where the model says so.",
        len(fields),
        tuple(sorted(str(field) for field in fields if not _is_kept(field, stored))),
    )


def _is_kept(field: AccountForeignKey, stored: dict[tuple[str, str, tuple[str, ...]], str]) -> bool:
    here, there = field.model._meta.db_table, field.remote_field.model._meta.db_table
    cascades = field.remote_field.on_delete in (CASCADE_IN_DATABASE, models.CASCADE)
    found = [
        how
        for (table, target, columns), how in stored.items()
        if (table, target, columns[0], columns[-1]) == (here, there, "account_id", field.column)
    ]
    return bool(found) and all((how == "c") == cascades for how in found)
