from django.db import migrations

# Without an index, each row that is erased would have the table that points at it read as a whole.
KEYS = [
    ("crm_activity", "deleted_by_id"),
    ("crm_activity", "done_by_id"),
    ("crm_company", "deleted_by_id"),
    ("crm_company", "merged_into_id"),
    ("crm_contact", "deleted_by_id"),
    ("crm_contact", "restricted_by_id"),
    ("crm_contact", "merged_into_id"),
    ("crm_contactconsent", "by_id"),
    ("crm_contactimport", "table_id"),
    ("crm_deal", "deleted_by_id"),
    ("crm_merge", "by_id"),
    ("crm_noduplicate", "by_id"),
    ("crm_stagemove", "from_stage_id"),
    ("crm_stagemove", "to_stage_id"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("deletion", "0001_first_tables"),
        ("crm", "0021_fields_are_deleted_by_a_worker"),
        ("timetracking", "0017_expenses"),
    ]

    operations = [
        *(
            migrations.RunSQL(
                f"CREATE INDEX {table}_{column}_erased ON {table} (account_id, {column}) WHERE {column} IS NOT NULL",
                f"DROP INDEX {table}_{column}_erased",
            )
            for table, column in KEYS
        ),
        # What was told of reports is only ever added to; it goes with its account, and then it must be able to.
        migrations.RunSQL(
            "GRANT DELETE ON timetracking_reportuse TO candor_app",
            "REVOKE DELETE ON timetracking_reportuse FROM candor_app",
        ),
    ]
