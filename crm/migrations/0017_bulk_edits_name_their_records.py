from django.db import migrations


class Migration(migrations.Migration):
    """A bulk edit keeps the numbers of its records, so no list is asked again while it goes on."""

    dependencies = [("crm", "0016_mails_are_of_our_time")]

    operations = [migrations.RemoveField("bulkedit", "up_to")]
