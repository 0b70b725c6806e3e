"""Which master key is in use, and which process holds which: ids of keys, no workspace's rows."""

import django.db.models.functions.datetime
from django.db import migrations, models

import promptassay.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0002_notifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="MasterKeyInUse",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("master_id", models.CharField(max_length=16)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "workspaces_masterkey",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="workspaces_masterkey_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyHolder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("master_ids", models.JSONField()),
                ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "workspaces_keyholder",
            },
        ),
    ]
