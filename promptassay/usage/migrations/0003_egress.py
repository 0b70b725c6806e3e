"""The egress ledger: how many requests left this instance for which host on which day."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("usage", "0002_use")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Egress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=20)),
                ("origin", models.CharField(blank=True, max_length=300)),
                ("requests", models.BigIntegerField()),
            ],
            options={
                "db_table": "usage_egress",
                "constraints": [
                    models.UniqueConstraint(fields=("day", "kind", "origin"), name="usage_egress_once"),
                ],
            },
        ),
    ]
