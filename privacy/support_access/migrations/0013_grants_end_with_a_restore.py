from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support_access", "0012_looks_at_the_primary_alone"),
    ]

    operations = [
        migrations.AlterField(
            model_name="grantstep",
            name="because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("revoked", "The firm took it back"),
                    ("closed", "The request was closed"),
                    ("done", "Support was done"),
                    ("never", "The firm decided that nobody looks"),
                    ("account", "The account is being closed"),
                    ("restore", "A backup was put back"),
                ],
                max_length=7,
            ),
        ),
    ]
