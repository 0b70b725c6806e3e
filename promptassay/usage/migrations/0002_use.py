"""A counted call names the entry of the key-use ledger under which its key was opened."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usage", "0001_initial")]

    operations = [
        migrations.AddField("modelcall", "use_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "modelcall",
            models.Index(
                fields=["workspace", "use_id"],
                name="usage_modelcall_use",
                condition=models.Q(use_id__isnull=False),
            ),
        ),
    ]
