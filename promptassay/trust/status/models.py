"""Measurements of the status page: rounds, what each found, days summed up, incidents. No workspace's rows."""

from typing import ClassVar

from django.db import models


class StatusRound(models.Model):
    """One round of measurements, claimed by its minute so that two workers do not make the same.

    `unused` are the components that this instance does not use; `rehearsed` whether the decoy was seen down in it.
    """

    minute = models.DateTimeField(primary_key=True)
    finished_at = models.DateTimeField(null=True)
    unused = models.JSONField(default=list)
    rehearsed = models.BooleanField(null=True)

    class Meta:
        app_label = "trust"
        db_table = "trust_statusround"

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M}"


class StatusSample(models.Model):
    """One measurement of one component, kept for 48 hours."""

    component = models.CharField(max_length=20)
    minute = models.DateTimeField()
    at = models.DateTimeField()
    verdict = models.CharField(max_length=4)
    value = models.FloatField(null=True)
    reason = models.CharField(max_length=20, blank=True)

    class Meta:
        app_label = "trust"
        db_table = "trust_statussample"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["component", "minute"], name="trust_statussample_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["at"], name="trust_statussample_at")]

    def __str__(self) -> str:
        return f"{self.component}: {self.verdict}"


class StatusDay(models.Model):
    """The measurements of one component on one UTC day, kept for 90 days."""

    component = models.CharField(max_length=20)
    day = models.DateField()
    passed = models.IntegerField()
    slow = models.IntegerField()
    failed = models.IntegerField()
    p50 = models.FloatField(null=True)
    p95 = models.FloatField(null=True)

    class Meta:
        app_label = "trust"
        db_table = "trust_statusday"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["component", "day"], name="trust_statusday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.component}: {self.day}"


class StatusIncident(models.Model):
    """Failures in a row, opened and closed by the measurements themselves; `reasons` counts why they failed."""

    component = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reasons = models.JSONField(default=dict)
    cause = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "trust"
        db_table = "trust_statusincident"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["component"], condition=models.Q(closed_at=None), name="trust_statusincident_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component}: {self.opened_at:%Y-%m-%d %H:%M}"


class StatusNote(models.Model):
    """What the operator says of an incident: a note of what is going on, or its cause. Never changed, only added to."""

    incident = models.ForeignKey(StatusIncident, models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    is_cause = models.BooleanField()
    words = models.CharField(max_length=500)

    class Meta:
        app_label = "trust"
        db_table = "trust_statusnote"
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return self.words
