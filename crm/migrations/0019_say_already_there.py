from django.db import migrations, models


class Migration(migrations.Migration):
    """Another word for a row about somebody who was there; no column changes."""

    dependencies = [("crm", "0018_the_log_knows_who_undid_an_import")]

    operations = [
        migrations.AlterField(
            model_name="importedrow",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("stored", "Added"),
                    ("merged", "Already there"),
                    ("skipped", "Left as it was"),
                    ("rejected", "Not imported"),
                ],
                max_length=8,
            ),
        ),
    ]
