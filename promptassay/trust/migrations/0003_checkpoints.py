"""Checkpoints of the chain of evidence."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("trust", "0002_evidence")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("previous", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=16)),
                ("hash", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=88)),
            ],
            options={"db_table": "trust_checkpoint"},
        ),
    ]
