from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("timetracking", "0020_days_off_a_year")]

    operations = [
        # Without it, each file that is erased would have all imports read.
        migrations.RunSQL(
            "CREATE INDEX timetracking_hoursimport_table_id_erased ON timetracking_hoursimport (account_id, table_id)"
            " WHERE table_id IS NOT NULL",
            "DROP INDEX timetracking_hoursimport_table_id_erased",
        ),
    ]
