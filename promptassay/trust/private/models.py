"""Checks of the wall around a workspace's own rows, each asked for by somebody in it."""

from typing import ClassVar, Final

from django.db import models

from promptassay.core.models import TenantModel

# What a check counts besides its attempts.
_FACTS: Final = frozenset({"tables", "tables with rows of yours", "rows of yours", "came through"})


class IsolationCheck(TenantModel):
    """One attempt to reach the workspace's rows from another: who asked, what was tried, what came through.

    `ended` is None while it runs, or for ever when its process was killed. `counts` and `found` are as a probe's
    outcome has them: numbers, and names of tables.
    """

    class Verdict(models.TextChoices):
        RUNNING = "running"
        HELD = "held"
        FAILED = "failed"
        ERROR = "error"

    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    user_id = models.UUIDField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.RUNNING)
    counts = models.JSONField(default=dict)
    found = models.TextField(blank=True)
    build = models.CharField(max_length=60)

    class Meta:
        db_table = "trust_isolationcheck"
        indexes: ClassVar[list[models.Index]] = [
            models.Index("workspace", models.F("started").desc(), name="trust_isolationcheck_newest"),
        ]

    @property
    def tried(self) -> int:
        """How many attempts were made."""
        return sum(number for name, number in self.counts.items() if name not in _FACTS)

    @property
    def attempts(self) -> list[tuple[str, int]]:
        """How many of which kind."""
        return [(name, number) for name, number in self.counts.items() if name not in _FACTS]

    @property
    def rows(self) -> int:
        """How many rows of the workspace were there to be reached."""
        return int(self.counts.get("rows of yours", 0))
