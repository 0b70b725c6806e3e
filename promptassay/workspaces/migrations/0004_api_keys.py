"""API keys and the meters of their requests."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
import promptassay.core.models
from promptassay.core.rls import Isolate, create_presented_key


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0003_master_keys"),
    ]

    operations = [
        create_presented_key(),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("user_id", models.UUIDField()),
                ("name", models.CharField(max_length=60)),
                ("key_hash", models.CharField(max_length=64)),
                ("last4", models.CharField(max_length=4)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.UUIDField(null=True)),
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
                "db_table": "workspaces_apikey",
            },
        ),
        migrations.CreateModel(
            name="ApiKeyMeter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("began", models.DateTimeField(null=True)),
                ("used", models.IntegerField(default=0)),
                (
                    "key",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.apikey"
                    ),
                ),
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
                "db_table": "workspaces_apikeymeter",
            },
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(fields=["key_hash"], name="workspaces_apikey_hash"),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at__isnull", True)),
                fields=("workspace", "name"),
                name="workspaces_apikey_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikeymeter",
            constraint=models.UniqueConstraint(fields=("workspace", "key"), name="workspaces_apikeymeter_once"),
        ),
        Isolate(
            "ApiKey",
            see="workspace_id = (SELECT tenancy.workspace_if_set()) OR key_hash = (SELECT tenancy.presented_key())",
        ),
        Isolate("ApiKeyMeter"),
    ]
