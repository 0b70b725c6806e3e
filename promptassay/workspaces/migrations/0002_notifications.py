"""Notifications: what concerns one person, until they have read it."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
from promptassay.core.rls import Isolate


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("user_id", models.UUIDField()),
                ("kind", models.CharField(max_length=40)),
                ("subject_id", models.UUIDField()),
                ("actor_id", models.UUIDField(null=True)),
                ("times", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
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
                "db_table": "workspaces_notification",
                "indexes": [
                    models.Index(
                        "workspace", "user_id", models.F("created_at").desc(), name="workspaces_notification_newest"
                    ),
                    models.Index(
                        "workspace",
                        "user_id",
                        "kind",
                        "subject_id",
                        condition=models.Q(("read_at__isnull", True)),
                        name="workspaces_notification_unread",
                    ),
                ],
            },
        ),
        Isolate("Notification"),
    ]
