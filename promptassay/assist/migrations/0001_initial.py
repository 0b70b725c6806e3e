"""The workbench model of people and workspaces, and who has read where a key sends their text."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
from promptassay.core.models import TenantForeignKey
from promptassay.core.rls import Isolate


def _id() -> models.UUIDField:  # type: ignore[type-arg]
    return models.UUIDField(default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False)


def _workspace() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.workspace"
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("providers", "0002_listed"),
        ("workspaces", "0002_notifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkbenchModel",
            fields=[
                ("id", _id()),
                ("user_id", models.UUIDField(null=True)),
                ("reference", models.CharField(max_length=160)),
                ("effort", models.CharField(blank=True, max_length=10)),
                ("updated_at", models.DateTimeField()),
                ("workspace", _workspace()),
            ],
            options={"db_table": "assist_workbenchmodel"},
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", _id()),
                ("user_id", models.UUIDField()),
                ("origin", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "key",
                    TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.providerkey",
                    ),
                ),
                ("workspace", _workspace()),
            ],
            options={"db_table": "assist_consent"},
        ),
        migrations.AddConstraint(
            model_name="workbenchmodel",
            constraint=models.UniqueConstraint(
                fields=("workspace", "user_id"), name="assist_workbenchmodel_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                fields=("workspace", "key", "user_id", "origin"), name="assist_consent_once"
            ),
        ),
        Isolate("WorkbenchModel"),
        Isolate("Consent"),
    ]
