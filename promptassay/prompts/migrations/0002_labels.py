"""Labels with their history, and branches: lines of versions and drafts beside the main one."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
import promptassay.core.models
from promptassay.core.models import TenantForeignKey
from promptassay.core.rls import AddTenantReference, Isolate


def _id() -> models.UUIDField:  # type: ignore[type-arg]
    return models.UUIDField(default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False)


def _workspace() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.workspace"
    )


def _prompt(related_name: str) -> TenantForeignKey:
    return TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to="prompts.prompt")


class Migration(migrations.Migration):
    dependencies = [
        ("prompts", "0001_initial"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Branch",
            fields=[
                ("id", _id()),
                ("name", models.CharField(max_length=40)),
                ("base_number", models.IntegerField()),
                ("head_number", models.IntegerField()),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("merged_number", models.IntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("prompt", _prompt("branches")),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_branch"},
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", _id()),
                ("name", models.CharField(max_length=40)),
                ("version_number", models.IntegerField()),
                ("protected", models.BooleanField(default=False)),
                ("suite_id", models.UUIDField(null=True)),
                ("updated_by", models.UUIDField()),
                ("updated_at", models.DateTimeField()),
                ("prompt", _prompt("labels")),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_label"},
        ),
        migrations.CreateModel(
            name="LabelMove",
            fields=[
                ("id", _id()),
                ("name", models.CharField(max_length=40)),
                ("from_number", models.IntegerField(null=True)),
                ("to_number", models.IntegerField(null=True)),
                ("moved_by", models.UUIDField()),
                ("moved_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("overrode", models.BooleanField(default=False)),
                ("evidence", models.JSONField(null=True)),
                ("prompt", _prompt("label_moves")),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_labelmove"},
        ),
        migrations.AddConstraint(
            model_name="branch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("workspace", "prompt", "name"),
                name="prompts_branch_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(fields=("workspace", "prompt", "name"), name="prompts_label_name"),
        ),
        migrations.AddIndex(
            model_name="labelmove",
            index=models.Index(fields=["workspace", "prompt", "name", "-id"], name="prompts_labelmove_newest"),
        ),
        Isolate("Branch"),
        Isolate("Label"),
        Isolate("LabelMove"),
        migrations.AddField(
            model_name="version",
            name="branch",
            field=TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="versions",
                to="prompts.branch",
            ),
        ),
        AddTenantReference("Version", "branch"),
        migrations.AddField(
            model_name="draft",
            name="branch",
            field=TenantForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="prompts.branch"
            ),
        ),
        AddTenantReference("Draft", "branch"),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                fields=("workspace", "prompt", "user_id", "branch"),
                name="prompts_draft_line",
                nulls_distinct=False,
            ),
        ),
        migrations.RemoveConstraint(model_name="draft", name="prompts_draft_once"),
    ]
