"""The library: folders, tags, favourites, and what it takes to undo an act on many prompts."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import promptassay.core.ids
import promptassay.core.models
from promptassay.core.models import TenantForeignKey
from promptassay.core.rls import AddTenantReference, Isolate

_COLOURS = [(each, each.capitalize()) for each in ["grey", "red", "orange", "amber", "green", "teal", "blue", "violet"]]
_ACTIONS = [
    ("move", "Moved"),
    ("tag", "Tagged"),
    ("untag", "Took a tag off"),
    ("archive", "Archived"),
    ("unarchive", "Took out of the archive"),
    ("duplicate", "Duplicated"),
]


def _id() -> models.UUIDField:  # type: ignore[type-arg]
    return models.UUIDField(default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False)


def _workspace() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.workspace"
    )


def _belongs(to: str, related_name: str) -> TenantForeignKey:
    return TenantForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to=to
    )


class Migration(migrations.Migration):
    dependencies = [
        ("prompts", "0002_labels"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Folder",
            fields=[
                ("id", _id()),
                ("name", models.CharField(max_length=80)),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "parent",
                    TenantForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="children",
                        to="prompts.folder",
                    ),
                ),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_folder"},
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", _id()),
                ("name", models.CharField(max_length=40)),
                ("colour", models.CharField(choices=_COLOURS, default="grey", max_length=10)),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_tag"},
        ),
        migrations.CreateModel(
            name="Tagging",
            fields=[
                ("id", _id()),
                ("prompt", _belongs("prompts.prompt", "taggings")),
                ("tag", _belongs("prompts.tag", "taggings")),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_tagging"},
        ),
        migrations.CreateModel(
            name="Favourite",
            fields=[
                ("id", _id()),
                ("user_id", models.UUIDField()),
                ("prompt", _belongs("prompts.prompt", "favourites")),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_favourite"},
        ),
        migrations.CreateModel(
            name="BulkAct",
            fields=[
                ("id", _id()),
                ("user_id", models.UUIDField()),
                ("action", models.CharField(choices=_ACTIONS, max_length=10)),
                ("changed", models.IntegerField()),
                ("inverse", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("workspace", _workspace()),
            ],
            options={"db_table": "prompts_bulkact"},
        ),
        migrations.AddConstraint(
            model_name="folder",
            constraint=models.UniqueConstraint(
                models.F("workspace"),
                models.F("parent"),
                django.db.models.functions.text.Lower("name"),
                name="prompts_folder_name",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                models.F("workspace"), django.db.models.functions.text.Lower("name"), name="prompts_tag_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="tagging",
            constraint=models.UniqueConstraint(fields=("workspace", "prompt", "tag"), name="prompts_tagging_once"),
        ),
        migrations.AddIndex(
            model_name="tagging",
            index=models.Index(fields=["workspace", "tag", "prompt"], name="prompts_tagging_tag"),
        ),
        migrations.AddConstraint(
            model_name="favourite",
            constraint=models.UniqueConstraint(
                fields=("workspace", "user_id", "prompt"), name="prompts_favourite_once"
            ),
        ),
        migrations.AddIndex(
            model_name="favourite",
            index=models.Index(fields=["workspace", "prompt"], name="prompts_favourite_prompt"),
        ),
        migrations.AddIndex(
            model_name="bulkact",
            index=models.Index(fields=["workspace", "created_at"], name="prompts_bulkact_age"),
        ),
        Isolate("Folder"),
        Isolate("Tag"),
        Isolate("Tagging"),
        Isolate("Favourite"),
        Isolate("BulkAct"),
        migrations.AddField(
            model_name="prompt",
            name="folder",
            field=TenantForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="prompts",
                to="prompts.folder",
            ),
        ),
        AddTenantReference("Prompt", "folder"),
        migrations.AddIndex(
            model_name="prompt",
            index=models.Index(fields=["workspace", "folder"], name="prompts_prompt_folder"),
        ),
        migrations.AddIndex(
            model_name="prompt",
            index=models.Index(fields=["workspace", "created_by"], name="prompts_prompt_author"),
        ),
    ]
