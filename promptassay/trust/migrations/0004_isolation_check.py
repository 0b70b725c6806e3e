"""Checks of the wall around a workspace's own rows."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import promptassay.core.ids
from promptassay.core.rls import Isolate


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0001_context"),
        ("trust", "0003_checkpoints"),
        ("workspaces", "0001_initial"),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="IsolationCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("started", models.DateTimeField()),
                ("ended", models.DateTimeField(null=True)),
                ("user_id", models.UUIDField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("held", "Held"),
                            ("failed", "Failed"),
                            ("error", "Error"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("found", models.TextField(blank=True)),
                ("build", models.CharField(max_length=60)),
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
                "db_table": "trust_isolationcheck",
                "indexes": [
                    models.Index(
                        "workspace",
                        models.OrderBy(models.F("started"), descending=True),
                        name="trust_isolationcheck_newest",
                    )
                ],
            },
        ),
        Isolate("IsolationCheck"),
    ]
