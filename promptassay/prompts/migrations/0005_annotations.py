"""Annotations: threads anchored to spans of a prompt's text, and their comments."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
from promptassay.core.models import TenantForeignKey
from promptassay.core.rls import Isolate


def _id() -> models.UUIDField:  # type: ignore[type-arg]
    return models.UUIDField(default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False)


def _workspace() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.workspace"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("prompts", "0004_lint"),
        ("workspaces", "0002_notifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="Annotation",
            fields=[
                ("id", _id()),
                ("version_number", models.IntegerField()),
                ("on_draft", models.BooleanField(default=False)),
                ("first_quote", models.TextField()),
                ("message", models.IntegerField()),
                ("start", models.IntegerField()),
                ("end", models.IntegerField()),
                ("quote", models.TextField()),
                ("before", models.CharField(blank=True, max_length=64)),
                ("after", models.CharField(blank=True, max_length=64)),
                ("length", models.IntegerField()),
                ("rivals", models.SmallIntegerField()),
                ("nth", models.IntegerField()),
                ("copies", models.IntegerField()),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("resolved_by", models.UUIDField(null=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "branch",
                    TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="annotations",
                        to="prompts.branch",
                    ),
                ),
                (
                    "prompt",
                    TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="annotations", to="prompts.prompt"
                    ),
                ),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_annotation"},
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", _id()),
                ("author_id", models.UUIDField()),
                ("body", models.TextField(blank=True)),
                ("mentions", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "annotation",
                    TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="prompts.annotation"
                    ),
                ),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_comment"},
        ),
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(
                models.F("workspace"),
                models.F("prompt"),
                models.OrderBy(models.F("updated_at"), descending=True),
                name="prompts_annotation_newest",
            ),
        ),
        Isolate("Annotation"),
        Isolate("Comment"),
    ]
