"""What proof runs found, and the canary workspaces; other parts of the app declare their own tables."""

from typing import ClassVar

from django.db import models

from promptassay.trust.private.models import IsolationCheck
from promptassay.trust.status.models import StatusDay, StatusIncident, StatusNote, StatusRound, StatusSample

__all__ = [
    "Canary",
    "Checkpoint",
    "Evidence",
    "IsolationCheck",
    "Lapse",
    "ProofDay",
    "StatusDay",
    "StatusIncident",
    "StatusNote",
    "StatusRound",
    "StatusSample",
    "Wording",
]


class Evidence(models.Model):
    """One proof run, as `trust/evidence.py` describes an entry. The app role may insert and read, never change."""

    sequence = models.BigIntegerField(primary_key=True)
    claim = models.CharField(max_length=40)
    proof = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    words = models.CharField(max_length=64)
    verdict = models.CharField(max_length=10)
    counts = models.JSONField()
    found = models.TextField()
    started = models.DateTimeField()
    ended = models.DateTimeField()
    build = models.CharField(max_length=60)
    schema = models.CharField(max_length=12)
    command = models.CharField(max_length=120)
    previous = models.CharField(max_length=64)
    key = models.CharField(max_length=16)
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=88)

    class Meta:
        db_table = "trust_evidence"
        indexes: ClassVar[list[models.Index]] = [
            models.Index("proof", models.F("sequence").desc(), name="trust_evidence_latest"),
        ]


class Checkpoint(models.Model):
    """Which entry stood at the end of the chain when an hour began, signed, and chained to the checkpoint before."""

    sequence = models.BigIntegerField(primary_key=True)
    entry = models.CharField(max_length=64)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    key = models.CharField(max_length=16)
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=88)

    class Meta:
        db_table = "trust_checkpoint"


class ProofDay(models.Model):
    """The runs of one proof on one UTC day, counted as evidence is appended: history without reading the chain."""

    proof = models.CharField(max_length=60)
    day = models.DateField()
    held = models.IntegerField()
    red = models.IntegerField()
    unset = models.IntegerField()

    class Meta:
        db_table = "trust_proofday"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proof", "day"], name="trust_proofday_once"),
        ]


class Lapse(models.Model):
    """A stretch in which a proof did not hold or did not run, or in which the operator had lowered the claim.

    `verdict` is that of the first run in it, `lowered`, or `silent` where no run was made; `entry` is the number of
    the evidence that began it (the last before it, where it was silent).
    """

    claim = models.CharField(max_length=40)
    proof = models.CharField(max_length=60)
    verdict = models.CharField(max_length=10)
    found = models.TextField()
    entry = models.BigIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "trust_lapse"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["claim", "proof"], condition=models.Q(ended_at=None), name="trust_lapse_open"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("claim", models.F("began_at").desc(), name="trust_lapse_of_claim"),
        ]


class Wording(models.Model):
    """When words of a claim, named by their hash, first had evidence in this instance."""

    claim = models.CharField(max_length=40)
    words = models.CharField(max_length=64)
    entry = models.BigIntegerField()
    first_at = models.DateTimeField()

    class Meta:
        db_table = "trust_wording"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["claim", "words"], name="trust_wording_once"),
        ]


class Canary(models.Model):
    """One of the two permanent workspaces that belong to nobody: `name` is a or b.

    Not a row of that workspace, but a note of which it is: so its column has another name than theirs.
    """

    name = models.CharField(max_length=1, primary_key=True)
    canary_id = models.UUIDField(unique=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "trust_canary"
