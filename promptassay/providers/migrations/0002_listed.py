"""Keys keep what the provider's own list says of each model, and when it was read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_initial")]

    operations = [
        migrations.AddField("providerkey", "listed", models.JSONField(db_default={}, default=dict)),
        migrations.AddField("providerkey", "listed_at", models.DateTimeField(null=True)),
    ]
