"""The ledgers of model calls and of where requests went: numbers and names, no text that went in or came out."""

from typing import ClassVar

from django.db import models

from promptassay.core.models import TenantModel


class ModelCall(TenantModel):
    """One call of a model: who, why, which, how much, how long, and how it ended.

    `use_id` is the entry of the key-use ledger under which its key was opened; none for the demo provider.
    """

    at = models.DateTimeField()
    user_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=20)
    subject_id = models.UUIDField(null=True)
    provider = models.CharField(max_length=20)
    model = models.CharField(max_length=120)
    key_id = models.UUIDField(null=True)
    use_id = models.UUIDField(null=True)
    input_tokens = models.IntegerField(null=True)
    output_tokens = models.IntegerField(null=True)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=8, null=True)
    first_token_ms = models.IntegerField(null=True)
    total_ms = models.IntegerField(null=True)
    attempts = models.SmallIntegerField(default=1)
    status = models.CharField(max_length=30)

    class Meta:
        db_table = "usage_modelcall"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "at"], name="usage_modelcall_at"),
            models.Index(
                fields=["workspace", "use_id"],
                name="usage_modelcall_use",
                condition=models.Q(use_id__isnull=False),
            ),
        ]


class Egress(models.Model):
    """How many requests left this instance for a host on a UTC day. It belongs to no workspace.

    `kind` is whose wire format was spoken. `origin` is empty where a workspace named the server itself: which that was
    is its own affair, and stands in its own ledger of key uses.
    """

    day = models.DateField()
    kind = models.CharField(max_length=20)
    origin = models.CharField(max_length=300, blank=True)
    requests = models.BigIntegerField()

    class Meta:
        db_table = "usage_egress"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "kind", "origin"], name="usage_egress_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.day}"
