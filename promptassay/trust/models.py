"""What proof runs found, and the canary workspaces; other parts of the app declare their own tables."""

from typing import ClassVar

from django.db import models

from promptassay.trust.private.models import IsolationCheck
from promptassay.trust.status.models import StatusDay, StatusIncident, StatusRound, StatusSample

__all__ = [
    "Canary",
    "Checkpoint",
    "Evidence",
    "IsolationCheck",
    "StatusDay",
    "StatusIncident",
    "StatusRound",
    "StatusSample",
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


class Canary(models.Model):
    """One of the two permanent workspaces that belong to nobody: `name` is a or b.

    Not a row of that workspace, but a note of which it is: so its column has another name than theirs.
    """

    name = models.CharField(max_length=1, primary_key=True)
    canary_id = models.UUIDField(unique=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "trust_canary"
