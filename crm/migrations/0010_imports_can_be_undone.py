import uuid

import django.db.models.deletion
from django.db import migrations, models

import crm.models.imports
import tenancy.context
import tenancy.fields
from tenancy.operations import FenceTable, KeepInAccount


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0022_legal_name_and_phone"),
        ("crm", "0009_add_activities"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("kind", models.CharField(max_length=20)),
                ("record_id", models.BigIntegerField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("parts", models.JSONField(default=dict)),
                ("kept", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveField(
            model_name="contactimport",
            name="companies_added",
        ),
        migrations.RemoveField(
            model_name="contactimport",
            name="match_by",
        ),
        migrations.AddField(
            model_name="contactimport",
            name="header_key",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="contactimport",
            name="match_all",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="contactimport",
            name="match_on",
            field=models.JSONField(default=crm.models.imports.by_address),
        ),
        migrations.AddField(
            model_name="contactimport",
            name="table",
            field=tenancy.fields.AccountForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="contactimport",
            name="tally",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="contactimport",
            name="undo",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AlterField(
            model_name="contactimport",
            name="on_match",
            field=models.CharField(
                choices=[
                    ("fill", "Fill in what is empty"),
                    ("update", "Overwrite it with what the file has; what is empty there stays"),
                    ("skip", "Leave it as it is"),
                    ("add", "Add it once more"),
                ],
                default="fill",
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="contactimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("reading", "Being read"),
                    ("uploaded", "Columns to choose"),
                    ("checking", "Being checked"),
                    ("checked", "Ready to import"),
                    ("running", "Being imported"),
                    ("done", "Imported"),
                    ("failed", "Stopped"),
                    ("cancelled", "Cancelled"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                ],
                default="uploaded",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="contactimport",
            index=models.Index(fields=["account", "header_key", "-id"], name="contactimport_by_header"),
        ),
        migrations.AddField(
            model_name="importedchange",
            name="account",
            field=tenancy.fields.AccountField(
                db_default=tenancy.fields.CurrentAccount(),
                db_index=False,
                default=tenancy.context.current_account_id_or_none,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddField(
            model_name="importedchange",
            name="contact_import",
            field=tenancy.fields.AccountForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=tenancy.fields.CASCADE_IN_DATABASE,
                related_name="changes",
                to="crm.contactimport",
            ),
        ),
        migrations.AddIndex(
            model_name="importedchange",
            index=models.Index(fields=["account", "contact_import", "kind", "-id"], name="importedchange_by_kind"),
        ),
        migrations.AddIndex(
            model_name="importedchange",
            index=models.Index(fields=["account", "kind", "record_id"], name="importedchange_by_record"),
        ),
        FenceTable("ImportedChange"),
        KeepInAccount("ImportedChange", "contact_import", on_delete="CASCADE", index=False),
        KeepInAccount("ContactImport", "table", index=False),
    ]
