"""The context functions that every policy calls."""

from django.db import migrations

from promptassay.core.rls import create_context


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [create_context()]
