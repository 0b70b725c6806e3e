"""What the operator says of an incident."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("trust", "0005_history")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="StatusNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("at", models.DateTimeField()),
                ("is_cause", models.BooleanField()),
                ("words", models.CharField(max_length=500)),
                (
                    "incident",
                    models.ForeignKey(on_delete=models.CASCADE, related_name="notes", to="trust.statusincident"),
                ),
            ],
            options={"db_table": "trust_statusnote", "ordering": ["at", "id"]},
        ),
    ]
