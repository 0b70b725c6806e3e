"""The table of silenced rules."""

from typing import ClassVar

from django.db import models

from promptassay.core.models import TenantForeignKey, TenantModel
from promptassay.prompts.models.prompts import Prompt


class LintSilence(TenantModel):
    """A rule of the lint that is not to be heard in one prompt, or, without a prompt, in the whole workspace."""

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="silences", null=True, db_index=False)
    rule = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    silenced_by = models.UUIDField()
    silenced_at = models.DateTimeField()

    class Meta:
        db_table = "prompts_lintsilence"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "prompt", "rule"], name="prompts_lintsilence_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.rule
