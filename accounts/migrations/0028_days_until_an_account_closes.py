from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0027_files_with_a_key_of_their_own"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="closing_days",
            field=models.PositiveSmallIntegerField(db_default=30, default=30, editable=False),
        ),
    ]
