"""Labels, and what happened to them for ever."""

from typing import ClassVar

from django.db import models

from promptassay.core.models import TenantForeignKey, TenantModel
from promptassay.prompts.models.prompts import Prompt


class Label(TenantModel):
    """A named pointer to a version. `latest` is no row: it is always the newest version of the main line.

    A `protected` label is moved by admins, and with a `suite_id` (the gate; suites live in an app above this one)
    only to content that passed that suite.
    """

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="labels")
    name = models.CharField(max_length=40)
    version_number = models.IntegerField()
    protected = models.BooleanField(default=False)
    suite_id = models.UUIDField(null=True)
    updated_by = models.UUIDField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "prompts_label"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "prompt", "name"], name="prompts_label_name"),
        ]

    def __str__(self) -> str:
        return self.name


class LabelMove(TenantModel):
    """What happened to a label, for ever: the app role may only add rows. `None` is no version: made, deleted.

    `evidence` holds the run that let a protected label move (`suite_id, run_id, run_number, pass_rate, at`);
    `overrode` says that it moved without, for the `reason`.
    """

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="label_moves")
    name = models.CharField(max_length=40)
    from_number = models.IntegerField(null=True)
    to_number = models.IntegerField(null=True)
    moved_by = models.UUIDField()
    moved_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    overrode = models.BooleanField(default=False)
    evidence = models.JSONField(null=True)

    class Meta:
        db_table = "prompts_labelmove"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "prompt", "name", "-id"], name="prompts_labelmove_newest"),
        ]
