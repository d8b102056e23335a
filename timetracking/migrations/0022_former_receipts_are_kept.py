import django.db.models.deletion
from django.db import migrations

import tenancy.fields
from tenancy.operations import KeepInAccount


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0025_members_have_managers"),
        ("timetracking", "0021_keys_have_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="lateedit",
            name="former_receipt",
            field=tenancy.fields.AccountForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.storedfile",
            ),
        ),
        KeepInAccount("LateEdit", "former_receipt"),
    ]
