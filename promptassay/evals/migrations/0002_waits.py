"""Runs say until when a provider wants no more calls, and which."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evals", "0001_initial")]

    operations = [
        migrations.AddField("run", "waits_until", models.DateTimeField(null=True)),
        migrations.AddField(
            "run", "waits_for", models.CharField(blank=True, db_default="", default="", max_length=300)
        ),
    ]
