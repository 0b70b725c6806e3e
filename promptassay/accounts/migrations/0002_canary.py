"""Accounts of nobody, as which the product's own probes act; no earlier account is one."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("accounts", "0001_initial")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("user", "is_canary", models.BooleanField(db_default=False, default=False)),
    ]
