"""The ledger of model calls, walled off."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
from promptassay.core.rls import Isolate


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_context"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelCall",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("user_id", models.UUIDField(null=True)),
                ("purpose", models.CharField(max_length=20)),
                ("subject_id", models.UUIDField(null=True)),
                ("provider", models.CharField(max_length=20)),
                ("model", models.CharField(max_length=120)),
                ("key_id", models.UUIDField(null=True)),
                ("input_tokens", models.IntegerField(null=True)),
                ("output_tokens", models.IntegerField(null=True)),
                ("cost_usd", models.DecimalField(decimal_places=8, max_digits=14, null=True)),
                ("first_token_ms", models.IntegerField(null=True)),
                ("total_ms", models.IntegerField(null=True)),
                ("attempts", models.SmallIntegerField(default=1)),
                ("status", models.CharField(max_length=30)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "db_table": "usage_modelcall",
                "indexes": [models.Index(fields=["workspace", "at"], name="usage_modelcall_at")],
            },
        ),
        Isolate("ModelCall"),
    ]
