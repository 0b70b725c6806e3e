"""API keys, of which only a hash is stored, and how often each was used in the current minute."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from promptassay.core.models import TenantForeignKey, TenantModel


class ApiKey(TenantModel):
    """What is kept of a key: the SHA-256 of its text, its last four characters, and what it is for.

    `user_id` is who made it; its rights are what `scopes` and that person's present role both give. A revoked key keeps
    its row, so that the list tells of it. The index on `key_hash` is not unique: two of 2^256 never meet, and an index
    over all workspaces that refuses could tell of others' rows.
    """

    user_id = models.UUIDField()
    name = models.CharField(max_length=60)
    key_hash = models.CharField(max_length=64)
    last4 = models.CharField(max_length=4)
    scopes = ArrayField(models.CharField(max_length=20))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        db_table = "workspaces_apikey"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="workspaces_apikey_name",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["key_hash"], name="workspaces_apikey_hash"),
        ]

    def __str__(self) -> str:
        return self.name


class ApiKeyMeter(TenantModel):
    """The requests of one key in the minute that began at `began`: shared by all processes, one small row a key.

    Apart from the key, so that counting never waits for a change of the key, nor a reader of the key for counting.
    """

    key = TenantForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    began = models.DateTimeField(null=True)
    used = models.IntegerField(default=0)

    class Meta:
        db_table = "workspaces_apikeymeter"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="workspaces_apikeymeter_once"),
        ]
