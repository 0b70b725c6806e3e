"""Evidence of proof runs, and the two canary workspaces."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("trust", "0001_status")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("claim", models.CharField(max_length=40)),
                ("proof", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=10)),
                ("words", models.CharField(max_length=64)),
                ("verdict", models.CharField(max_length=10)),
                ("counts", models.JSONField()),
                ("found", models.TextField()),
                ("started", models.DateTimeField()),
                ("ended", models.DateTimeField()),
                ("build", models.CharField(max_length=60)),
                ("schema", models.CharField(max_length=12)),
                ("command", models.CharField(max_length=120)),
                ("previous", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=16)),
                ("hash", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=88)),
            ],
            options={
                "db_table": "trust_evidence",
                "indexes": [
                    models.Index(
                        "proof", models.OrderBy(models.F("sequence"), descending=True), name="trust_evidence_latest"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Canary",
            fields=[
                ("name", models.CharField(max_length=1, primary_key=True, serialize=False)),
                ("canary_id", models.UUIDField(unique=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={"db_table": "trust_canary"},
        ),
    ]
