"""The probe climbs over a fence that has a hole, whatever the catalogs say."""

import io
import os

import psycopg
import pytest
from django.core.management import call_command

from accounts.models import Account
from tenancy import probe
from tenancy.globals import fenced_models
from tests import database
from tests.promises import promise

FENCE = "account_id = NULLIF(current_setting('app.account_id', true), '')::bigint"
POLICY = "DROP POLICY fence ON crm_contact; CREATE POLICY fence ON crm_contact"
COMPANY_KEY = "ALTER TABLE crm_contact DROP CONSTRAINT crm_contact_company_in_account;"

HOLES = [
    ("read", "crm_contact", "ALTER TABLE crm_contact DISABLE ROW LEVEL SECURITY"),
    ("read", "crm_contact", f"{POLICY} USING (true) WITH CHECK ({FENCE})"),
    ("insert", "crm_contact", f"{POLICY} USING ({FENCE}) WITH CHECK (true)"),
    ("insert", "crm_contact", "CREATE POLICY second ON crm_contact FOR INSERT WITH CHECK (account_id > 0)"),
    ("move", "crm_contact", f"{POLICY} USING (true) WITH CHECK (true)"),
    ("unset", "crm_contact", f"CREATE POLICY second ON crm_contact FOR SELECT USING (({FENCE}) IS NOT TRUE)"),
    ("unset", "crm_contact", f"{POLICY} USING (account_id = current_setting('app.account_id', true)::bigint)"),
    ("key", "crm_contact.alone", "CREATE UNIQUE INDEX one ON crm_company (id);" + COMPANY_KEY +
        "ALTER TABLE crm_contact ADD CONSTRAINT alone FOREIGN KEY (account_id, company_id) "
        "REFERENCES crm_company (account_id, id) NOT VALID DEFERRABLE INITIALLY DEFERRED;"
        "ALTER TABLE crm_company DISABLE TRIGGER ALL; ALTER TABLE crm_contact DISABLE TRIGGER ALL"),
    ("made", "crm_tag: ", "ALTER TABLE crm_tag ADD CONSTRAINT never CHECK (length(name) > 1000)"),
    ("made", "crm_tag: ", "ALTER TABLE crm_tag ADD COLUMN place point NOT NULL"),
]  # fmt: skip


@pytest.fixture
def broken(worker_database, django_db_blocker):
    """A database of its own for damage that is committed; Django works in it as the app."""
    name = f"candor_test_{os.getpid()}_holes"
    database.clone(name)

    def damage(statements):
        dsn = psycopg.conninfo.make_conninfo(database.admin_dsn(), dbname=name)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statements)

    with django_db_blocker.unblock(), database.connected_to(name, "app"):
        yield damage
    database.drop(name)


def answers_of_probe():
    truths = {truth: name for name, (truth, _) in probe.TRUTHS.items()}
    return {truths[answer.truth]: answer for answer in probe.probe()}


@pytest.mark.parametrize(("kind", "culprit", "hole"), HOLES)
def test_the_probe_finds_the_hole(broken, recorder, kind, culprit, hole):
    broken(hole)
    with recorder.looking_away():
        found = answers_of_probe()
    assert [fault for fault in found[kind].faults if fault.startswith(culprit)]


def test_a_key_of_one_column_tells_that_a_row_exists(broken, recorder):
    """Foreign keys are asked without row policies: a stranger's row is accepted, an absent one is not."""
    broken(
        "CREATE UNIQUE INDEX one ON crm_company (id);"
        + COMPANY_KEY
        + "ALTER TABLE crm_contact ADD CONSTRAINT alone FOREIGN KEY (company_id) REFERENCES crm_company (id)"
    )
    with recorder.looking_away():
        found = answers_of_probe()
    assert "crm_contact.alone" in found["key"].faults
    assert "crm_contact.alone" in found["oracle"].faults


@promise(68)
def test_the_probe_tries_every_table_and_every_key_and_leaves_nothing(committed, acme, globex, recorder):
    with recorder.looking_away():
        found = answers_of_probe()
        accounts = set(Account.objects.values_list("slug", flat=True))
    assert [answer.faults for answer in found.values() if answer.faults] == []
    assert found["made"].looked_at == len(fenced_models()) - len(probe.NOT_PROBED) >= 12
    assert found["key"].looked_at == found["oracle"].looked_at >= 12
    assert found["unset"].looked_at == 3 * found["made"].looked_at  # fresh session, used one, after the trial
    assert accounts == {"acme", "globex"}


def test_the_command_exits_1_with_sentence_and_hint(broken, recorder):
    broken("ALTER TABLE crm_contact NO FORCE ROW LEVEL SECURITY; GRANT TRUNCATE ON crm_tag TO candor_app")
    out = io.StringIO()
    with recorder.looking_away(), pytest.raises(SystemExit) as left:
        call_command("verify_isolation", stdout=out)
    assert left.value.code == 1
    said = out.getvalue()
    assert "FOUND" in said and "→ Put FenceTable into the migration" in said and "3 findings" in said
