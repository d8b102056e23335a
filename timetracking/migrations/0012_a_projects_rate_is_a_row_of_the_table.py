"""Since 0011 the rates of projects stand in the table of rates."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("timetracking", "0011_rates_and_day_summaries")]

    operations = [
        migrations.RemoveConstraint(model_name="project", name="project_rate_is_not_negative"),
        migrations.RemoveField(model_name="project", name="hourly_rate"),
    ]
