"""Prompts, versions and drafts, walled off."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import promptassay.core.ids
import promptassay.core.models
from promptassay.core.rls import Isolate


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_context"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Prompt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("slug", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, max_length=500)),
                (
                    "prompt_type",
                    models.CharField(
                        choices=[
                            ("system", "System"),
                            ("user", "User"),
                            ("assistant", "Assistant"),
                            ("template", "Template"),
                            ("few-shot", "Few-shot"),
                            ("chain-of-thought", "Chain of thought"),
                        ],
                        default="system",
                        max_length=20,
                    ),
                ),
                ("intent", models.CharField(blank=True, max_length=500)),
                ("target_model", models.CharField(blank=True, max_length=200)),
                ("current_version", models.IntegerField(default=0)),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(null=True)),
                ("search_text", models.TextField(blank=True)),
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
                "db_table": "prompts_prompt",
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("messages", models.JSONField(default=list)),
                ("settings", models.JSONField(default=dict)),
                ("response_schema", models.JSONField(null=True)),
                ("tools", models.JSONField(default=list)),
                ("user_id", models.UUIDField()),
                ("base_version", models.IntegerField(default=0)),
                ("revision", models.IntegerField(default=1)),
                ("tab", models.CharField(blank=True, max_length=32)),
                ("unfinished", models.JSONField(default=dict)),
                ("updated_at", models.DateTimeField()),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
                (
                    "prompt",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="prompts.prompt",
                    ),
                ),
            ],
            options={
                "db_table": "prompts_draft",
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("messages", models.JSONField(default=list)),
                ("settings", models.JSONField(default=dict)),
                ("response_schema", models.JSONField(null=True)),
                ("tools", models.JSONField(default=list)),
                ("number", models.IntegerField()),
                ("parent_number", models.IntegerField(null=True)),
                ("author_id", models.UUIDField()),
                (
                    "change_source",
                    models.CharField(
                        choices=[
                            ("manual", "Saved by hand"),
                            ("improve", "Improve panel"),
                            ("rewrite", "Rewrite panel"),
                            ("lint_fix", "Lint fix"),
                            ("restore", "Restored"),
                            ("branch", "Branched"),
                            ("merge", "Merged"),
                            ("import", "Imported"),
                            ("api", "API"),
                        ],
                        default="manual",
                        max_length=20,
                    ),
                ),
                ("provenance", models.JSONField(null=True)),
                ("summary", models.CharField(blank=True, max_length=300)),
                ("content_hash", models.CharField(max_length=64)),
                ("content_length", models.IntegerField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "prompt",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
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
            options={
                "db_table": "prompts_version",
            },
        ),
        migrations.AddIndex(
            model_name="prompt",
            index=models.Index(
                models.F("workspace"),
                models.OrderBy(models.F("updated_at"), descending=True),
                models.F("id"),
                condition=models.Q(("archived_at__isnull", True)),
                name="prompts_prompt_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="prompt",
            index=models.Index(
                models.F("workspace"),
                django.db.models.functions.text.Lower("title"),
                models.F("id"),
                condition=models.Q(("archived_at__isnull", True)),
                name="prompts_prompt_title",
            ),
        ),
        migrations.AddConstraint(
            model_name="prompt",
            constraint=models.UniqueConstraint(fields=("workspace", "slug"), name="prompts_prompt_slug"),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("workspace", "prompt", "user_id"), name="prompts_draft_once"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("workspace", "prompt", "number"), name="prompts_version_number"),
        ),
        Isolate("Prompt"),
        Isolate("Version"),
        Isolate("Draft"),
    ]
