"""Measured status: rounds, measurements, days and incidents of this instance. Global tables: no workspace's rows."""

from django.db import migrations, models


def _id() -> "models.BigAutoField[int, int]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="StatusRound",
            fields=[
                ("minute", models.DateTimeField(primary_key=True, serialize=False)),
                ("finished_at", models.DateTimeField(null=True)),
                ("unused", models.JSONField(default=list)),
                ("rehearsed", models.BooleanField(null=True)),
            ],
            options={"db_table": "trust_statusround"},
        ),
        migrations.CreateModel(
            name="StatusSample",
            fields=[
                ("id", _id()),
                ("component", models.CharField(max_length=20)),
                ("minute", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=4)),
                ("value", models.FloatField(null=True)),
                ("reason", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "db_table": "trust_statussample",
                "indexes": [models.Index(fields=["at"], name="trust_statussample_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("component", "minute"), name="trust_statussample_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusDay",
            fields=[
                ("id", _id()),
                ("component", models.CharField(max_length=20)),
                ("day", models.DateField()),
                ("passed", models.IntegerField()),
                ("slow", models.IntegerField()),
                ("failed", models.IntegerField()),
                ("p50", models.FloatField(null=True)),
                ("p95", models.FloatField(null=True)),
            ],
            options={
                "db_table": "trust_statusday",
                "constraints": [models.UniqueConstraint(fields=("component", "day"), name="trust_statusday_once")],
            },
        ),
        migrations.CreateModel(
            name="StatusIncident",
            fields=[
                ("id", _id()),
                ("component", models.CharField(max_length=20)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("reasons", models.JSONField(default=dict)),
                ("cause", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "trust_statusincident",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("component",),
                        name="trust_statusincident_open",
                    )
                ],
            },
        ),
    ]
