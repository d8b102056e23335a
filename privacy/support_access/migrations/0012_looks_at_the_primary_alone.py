"""A replica learns of a revocation later than the primary, so ``read_record`` refuses to answer there."""

from importlib import import_module

from django.db import migrations

FIRST = import_module("privacy.support_access.migrations.0004_read_record").READ
FUNCTION = FIRST[: FIRST.index("REVOKE ALL ON FUNCTION")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
SNAPSHOT = "    -- An older snapshot would not have heard"
AT_THE_PRIMARY = """    -- A replica hears late that a grant was taken back. There, each transaction may only read.
    IF pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' THEN
        RAISE EXCEPTION 'replica' USING ERRCODE = 'CL001';
    END IF;

"""


class Migration(migrations.Migration):
    dependencies = [
        ("support_access", "0011_staff_work_on_rights"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION.replace(SNAPSHOT, AT_THE_PRIMARY + SNAPSHOT), FUNCTION),
    ]
