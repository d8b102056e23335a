"""A step of data in a migration goes round the accounts, and sees one at a time."""

from importlib import import_module

from django.apps import apps
from django.db import connection

from crm.models import Contact, LostReason, Pipeline, Stage
from tenancy.context import current_account_id
from tenancy.operations import RunInEachAccount


def test_a_step_is_taken_inside_each_account(committed, acme, globex, inside, recorder):
    for account, name in ((acme, "Maren"), (globex, "Rival")):
        with inside(account):
            Contact.objects.create(first_name=name, last_name="Holt")
    seen = {}

    def look(apps, cursor, account):
        assert current_account_id() == account
        cursor.execute("SELECT array_agg(first_name) FROM crm_contact")
        seen[account] = cursor.fetchone()[0]

    with recorder.looking_away(), connection.schema_editor(atomic=True) as editor:
        RunInEachAccount(look).database_forwards("crm", editor, _state(), _state())
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM crm_contact")
            assert cursor.fetchone() == (0,)  # afterwards nobody's
    assert seen == {acme.pk: ["Maren"], globex.pk: ["Rival"]}


def test_a_firm_without_a_pipeline_gets_the_first_one(in_acme, acme):
    step = import_module("crm.migrations.0014_everybody_has_a_pipeline").fill
    for times in (1, 2):  # a firm that has one keeps it as it is
        with connection.cursor() as cursor:
            step(apps, cursor, acme.pk)
        assert [pipeline.name for pipeline in Pipeline.objects.all()] == ["Sales"], times
        assert list(Stage.objects.order_by("position").values_list("name", flat=True)) == [
            "Lead", "Qualified", "Proposal", "Negotiation",
        ]  # fmt: skip
        assert LostReason.objects.count() == 5


def _state():
    class State:
        pass

    state = State()
    state.apps = apps
    state.clear_delayed_apps_cache = lambda: None
    return state
