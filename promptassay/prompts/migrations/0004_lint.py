"""Silenced rules of the lint, and the fixes that a draft's page made."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
from promptassay.core.models import TenantForeignKey
from promptassay.core.rls import Isolate


class Migration(migrations.Migration):
    dependencies = [
        ("prompts", "0003_library"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LintSilence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=300)),
                ("silenced_by", models.UUIDField()),
                ("silenced_at", models.DateTimeField()),
                (
                    "prompt",
                    TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="silences",
                        to="prompts.prompt",
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
            options={"db_table": "prompts_lintsilence"},
        ),
        migrations.AddConstraint(
            model_name="lintsilence",
            constraint=models.UniqueConstraint(
                fields=("workspace", "prompt", "rule"), name="prompts_lintsilence_once", nulls_distinct=False
            ),
        ),
        Isolate("LintSilence"),
        migrations.AddField(model_name="draft", name="fixes", field=models.JSONField(null=True)),
    ]
