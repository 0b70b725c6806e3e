"""Suites, runs, cells and outputs, walled off."""

import django.db.models.deletion
from django.db import migrations, models

import promptassay.core.ids
import promptassay.core.models
from promptassay.core.rls import Isolate


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_context"),
        ("prompts", "0001_initial"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("finished", "Finished"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Stopped by an error"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("config", models.JSONField()),
                ("total", models.IntegerField()),
                ("done", models.IntegerField(default=0)),
                ("passed", models.IntegerField(default=0)),
                ("errors", models.IntegerField(default=0)),
                ("calls", models.IntegerField(default=0)),
                ("cost_usd", models.DecimalField(decimal_places=8, default=0, max_digits=14)),
                ("message", models.CharField(blank=True, max_length=500)),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "prompt",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="prompts.prompt"
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
                "db_table": "evals_run",
            },
        ),
        migrations.CreateModel(
            name="RunCase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.UUIDField()),
                ("position", models.IntegerField()),
                ("name", models.CharField(max_length=200)),
                ("variables", models.JSONField()),
                ("expected", models.TextField(blank=True)),
                ("checks", models.JSONField()),
                (
                    "run",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cases", to="evals.run"
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
                "db_table": "evals_runcase",
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.IntegerField()),
                ("model_index", models.SmallIntegerField()),
                ("repeat", models.SmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("leased", "Running"),
                            ("done", "Done"),
                            ("error", "Error"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempt", models.SmallIntegerField(default=0)),
                ("lease_token", models.UUIDField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("passed", models.BooleanField(null=True)),
                ("score", models.FloatField(null=True)),
                ("error_kind", models.CharField(blank=True, max_length=40)),
                ("first_token_ms", models.IntegerField(null=True)),
                ("total_ms", models.IntegerField(null=True)),
                ("input_tokens", models.IntegerField(null=True)),
                ("output_tokens", models.IntegerField(null=True)),
                ("cost_usd", models.DecimalField(decimal_places=8, max_digits=14, null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "version",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="prompts.version"
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
                (
                    "run",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cells", to="evals.run"
                    ),
                ),
                (
                    "run_case",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cells", to="evals.runcase"
                    ),
                ),
            ],
            options={
                "db_table": "evals_cell",
            },
        ),
        migrations.CreateModel(
            name="Suite",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("checks", models.JSONField(default=list)),
                ("rubric", models.JSONField(null=True)),
                ("judge", models.CharField(blank=True, max_length=200)),
                ("model_refs", models.JSONField(default=list)),
                ("threshold", models.FloatField(default=0.9)),
                ("repeats", models.SmallIntegerField(default=1)),
                ("concurrency", models.SmallIntegerField(default=8)),
                ("created_by", models.UUIDField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("archived_at", models.DateTimeField(null=True)),
                (
                    "prompt",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suites",
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
                "db_table": "evals_suite",
            },
        ),
        migrations.AddField(
            model_name="run",
            name="suite",
            field=promptassay.core.models.TenantForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="evals.suite"
            ),
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.IntegerField()),
                ("name", models.CharField(max_length=200)),
                ("variables", models.JSONField(default=dict)),
                ("expected", models.TextField(blank=True)),
                ("checks", models.JSONField(default=list)),
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
                    "suite",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cases", to="evals.suite"
                    ),
                ),
            ],
            options={
                "db_table": "evals_case",
            },
        ),
        migrations.CreateModel(
            name="CellOutput",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=promptassay.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("output", models.TextField()),
                ("tool_calls", models.JSONField(default=list)),
                ("finish_reason", models.CharField(blank=True, max_length=20)),
                ("checks", models.JSONField(default=list)),
                ("judgement", models.JSONField(null=True)),
                ("error", models.JSONField(null=True)),
                (
                    "cell",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outputs", to="evals.cell"
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
                (
                    "run",
                    promptassay.core.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="evals.run"
                    ),
                ),
            ],
            options={
                "db_table": "evals_output",
                "indexes": [models.Index(fields=["workspace", "run"], name="evals_output_run")],
                "constraints": [models.UniqueConstraint(fields=("workspace", "cell"), name="evals_output_once")],
            },
        ),
        migrations.AddIndex(
            model_name="runcase",
            index=models.Index(fields=["workspace", "run", "position"], name="evals_runcase_order"),
        ),
        migrations.AddIndex(
            model_name="cell",
            index=models.Index(
                condition=models.Q(("status__in", ["queued", "leased"])),
                fields=["workspace", "run", "position"],
                name="evals_cell_open",
            ),
        ),
        migrations.AddIndex(
            model_name="cell",
            index=models.Index(fields=["workspace", "run", "model_index"], name="evals_cell_results"),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.UniqueConstraint(
                fields=("workspace", "run", "run_case", "version", "model_index", "repeat"),
                name="evals_cell_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="suite",
            constraint=models.UniqueConstraint(fields=("workspace", "prompt", "name"), name="evals_suite_name"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["workspace", "-created_at"], name="evals_run_newest"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=["workspace", "status"],
                name="evals_run_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("workspace", "suite", "number"), name="evals_run_number"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["workspace", "suite", "position"], name="evals_case_order"),
        ),
        Isolate("Suite"),
        Isolate("Case"),
        Isolate("Run"),
        Isolate("RunCase"),
        Isolate("Cell"),
        Isolate("CellOutput"),
    ]
