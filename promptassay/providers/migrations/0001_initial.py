"""Provider keys and the ledger of their use, walled off."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
from promptassay.core.rls import Isolate


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_context"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyUse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("key_id", models.UUIDField()),
                ("key_name", models.CharField(max_length=60)),
                ("origin", models.CharField(max_length=300)),
                ("user_id", models.UUIDField(null=True)),
                ("purpose", models.CharField(max_length=20)),
                ("subject_id", models.UUIDField(null=True)),
                ("calls", models.IntegerField(default=1)),
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
                "db_table": "providers_keyuse",
                "indexes": [models.Index(fields=["workspace", "at"], name="providers_keyuse_at")],
            },
        ),
        migrations.CreateModel(
            name="ProviderKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "provider",
                    models.CharField(
                        choices=[
                            ("openai", "OpenAI"),
                            ("anthropic", "Anthropic"),
                            ("google", "Google Gemini"),
                            ("compatible", "OpenAI-compatible server"),
                        ],
                        max_length=20,
                    ),
                ),
                ("base_url", models.CharField(max_length=300)),
                ("origin", models.CharField(max_length=300)),
                ("sealed", models.BinaryField()),
                ("last4", models.CharField(blank=True, max_length=4)),
                ("model_names", models.JSONField(default=list)),
                ("own_models", models.JSONField(default=list)),
                ("tested_at", models.DateTimeField(null=True)),
                ("test_result", models.CharField(blank=True, max_length=40)),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("rotated_at", models.DateTimeField(null=True)),
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
                "db_table": "providers_key",
                "constraints": [models.UniqueConstraint(fields=("workspace", "name"), name="providers_key_name")],
            },
        ),
        Isolate("ProviderKey"),
        Isolate("KeyUse"),
    ]
