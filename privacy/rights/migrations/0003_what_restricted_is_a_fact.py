from django.db import migrations, models

# Until now the words of a step told which request it was that stopped the use.
TAKE_FROM_STEPS = """
    UPDATE rights_rightsrequest SET restricted_at = step.at
    FROM rights_step AS step
    WHERE step.request_id = rights_rightsrequest.id AND step.what = 'Kept, and not used from now on'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0002_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="rightsrequest",
            name="restricted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(TAKE_FROM_STEPS, migrations.RunSQL.noop),
    ]
