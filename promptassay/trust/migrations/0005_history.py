"""Days, lapses and wordings: what is summed up of the chain as it grows; days and wordings of the chain so far."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

_DAYS = """
INSERT INTO trust_proofday (proof, day, held, red, unset)
SELECT proof, (ended AT TIME ZONE 'UTC')::date, count(*) FILTER (WHERE verdict = 'held'),
  count(*) FILTER (WHERE verdict IN ('failed', 'error')), 0
FROM trust_evidence GROUP BY 1, 2
"""
_WORDINGS = """
INSERT INTO trust_wording (claim, words, entry, first_at)
SELECT claim, words, min(sequence), min(ended) FROM trust_evidence GROUP BY 1, 2
"""


def _id() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("trust", "0004_isolation_check")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="ProofDay",
            fields=[
                ("id", _id()),
                ("proof", models.CharField(max_length=60)),
                ("day", models.DateField()),
                ("held", models.IntegerField()),
                ("red", models.IntegerField()),
                ("unset", models.IntegerField()),
            ],
            options={
                "db_table": "trust_proofday",
                "constraints": [models.UniqueConstraint(fields=("proof", "day"), name="trust_proofday_once")],
            },
        ),
        migrations.CreateModel(
            name="Lapse",
            fields=[
                ("id", _id()),
                ("claim", models.CharField(max_length=40)),
                ("proof", models.CharField(max_length=60)),
                ("verdict", models.CharField(max_length=10)),
                ("found", models.TextField()),
                ("entry", models.BigIntegerField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "trust_lapse",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("claim", "proof"), name="trust_lapse_open"
                    )
                ],
                "indexes": [
                    models.Index(
                        "claim", models.OrderBy(models.F("began_at"), descending=True), name="trust_lapse_of_claim"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", _id()),
                ("claim", models.CharField(max_length=40)),
                ("words", models.CharField(max_length=64)),
                ("entry", models.BigIntegerField()),
                ("first_at", models.DateTimeField()),
            ],
            options={
                "db_table": "trust_wording",
                "constraints": [models.UniqueConstraint(fields=("claim", "words"), name="trust_wording_once")],
            },
        ),
        migrations.RunSQL(_DAYS, migrations.RunSQL.noop),
        migrations.RunSQL(_WORDINGS, migrations.RunSQL.noop),
    ]
