"""Fragments, their versions, and which texts refer to them."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
import promptassay.core.models
from promptassay.core.rls import Isolate


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fragment",
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
                ("current_version", models.IntegerField(default=0)),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField()),
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
                "db_table": "fragments_fragment",
            },
        ),
        migrations.CreateModel(
            name="FragmentUse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slug", models.CharField(max_length=80)),
                ("pin", models.IntegerField(default=0)),
                (
                    "user_kind",
                    models.CharField(
                        choices=[
                            ("version", "Version of a prompt"),
                            ("draft", "Draft of a prompt"),
                            ("fragment", "Version of a fragment"),
                        ],
                        max_length=10,
                    ),
                ),
                ("user_id", models.UUIDField()),
                ("holder_id", models.UUIDField()),
                ("number", models.IntegerField(default=0)),
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
                "db_table": "fragments_use",
            },
        ),
        migrations.CreateModel(
            name="FragmentVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("text", models.TextField()),
                ("summary", models.CharField(blank=True, max_length=300)),
                ("author_id", models.UUIDField()),
                (
                    "change_source",
                    models.CharField(
                        choices=[
                            ("manual", "Saved by hand"),
                            ("restore", "Restored"),
                            ("import", "Imported"),
                            ("api", "API"),
                        ],
                        default="manual",
                        max_length=20,
                    ),
                ),
                ("content_hash", models.CharField(max_length=64)),
                ("content_length", models.IntegerField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "fragment",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="fragments.fragment"
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
                "db_table": "fragments_version",
            },
        ),
        migrations.AddIndex(
            model_name="fragment",
            index=models.Index(
                models.F("workspace"),
                models.OrderBy(models.F("updated_at"), descending=True),
                models.F("id"),
                name="fragments_fragment_newest",
            ),
        ),
        migrations.AddConstraint(
            model_name="fragment",
            constraint=models.UniqueConstraint(fields=("workspace", "slug"), name="fragments_fragment_slug"),
        ),
        migrations.AddIndex(
            model_name="fragmentuse",
            index=models.Index(fields=["workspace", "slug"], name="fragments_use_slug"),
        ),
        migrations.AddConstraint(
            model_name="fragmentuse",
            constraint=models.UniqueConstraint(
                fields=("workspace", "holder_id", "slug", "pin"), name="fragments_use_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="fragmentversion",
            constraint=models.UniqueConstraint(
                fields=("workspace", "fragment", "number"), name="fragments_version_number"
            ),
        ),
        Isolate("Fragment"),
        Isolate("FragmentVersion"),
        Isolate("FragmentUse"),
    ]
