"""Firms that were here before deals get the pipeline that new ones begin with (crm/deals/pipelines.py)."""

from django.db import migrations

from tenancy.operations import RunInEachAccount

FILL = """
    WITH pipeline AS (
        INSERT INTO crm_pipeline (account_id, public_id, version, created_at, updated_at, name, position)
        SELECT %(firm)s, gen_random_uuid(), 1, now(), now(), 'Sales', 0
        WHERE NOT EXISTS (SELECT FROM crm_pipeline WHERE account_id = %(firm)s) RETURNING id
    ), stages AS (
        INSERT INTO crm_stage (account_id, public_id, pipeline_id, name, position, probability, stale_days)
        SELECT %(firm)s, gen_random_uuid(), pipeline.id, stage.*
        FROM pipeline, (VALUES ('Lead', 0, 10, 21), ('Qualified', 1, 40, 14), ('Proposal', 2, 60, 14),
                               ('Negotiation', 3, 90, 7)) AS stage
    )
    INSERT INTO crm_lostreason (account_id, public_id, name, position)
    SELECT %(firm)s, gen_random_uuid(), reason.*
    FROM pipeline, (VALUES ('Price', 0), ('Went with somebody else', 1), ('No budget', 2),
                           ('Not the right time', 3), ('No answer', 4)) AS reason
"""


def fill(apps, cursor, account):
    cursor.execute(FILL, {"firm": account})


class Migration(migrations.Migration):
    dependencies = [("crm", "0013_deals_move")]

    operations = [RunInEachAccount(fill)]
