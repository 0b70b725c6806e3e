"""Workspaces, memberships, and the wrapped data key under which a workspace's secrets are sealed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from promptassay.core.ids import uuid7
from promptassay.core.models import TenantModel
from promptassay.workspaces.apikeys.models import ApiKey, ApiKeyMeter
from promptassay.workspaces.permissions import Role

__all__ = [
    "ApiKey",
    "ApiKeyMeter",
    "DataKey",
    "KeyHolder",
    "MasterKeyInUse",
    "Membership",
    "Notification",
    "Workspace",
]


class Workspace(models.Model):
    """Holds prompts, suites, keys and members; personal (one per person) or team."""

    class Kind(models.TextChoices):
        PERSONAL = "personal", "Personal"
        TEAM = "team", "Team"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSONAL)
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "workspaces_workspace"

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """A person's role in a workspace."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "workspaces_membership"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "user"], name="workspaces_membership_once"),
        ]


class DataKey(TenantModel):
    """The workspace's data key, wrapped by the master key `master_id`; the plain key is never stored."""

    wrapped = models.BinaryField()
    master_id = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "workspaces_datakey"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace"], name="workspaces_datakey_once"),
        ]


class MasterKeyInUse(models.Model):
    """Which master key wraps new data keys: one row, so that all processes agree whatever each of them holds."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    master_id = models.CharField(max_length=16)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "workspaces_masterkey"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="workspaces_masterkey_one"),
        ]


class KeyHolder(models.Model):
    """A process that serves, the ids of the master keys that it holds, and when it last said so."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    master_ids = models.JSONField()
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "workspaces_keyholder"

    def __str__(self) -> str:
        return self.name


class Notification(TenantModel):
    """Something that one person should know of; only they see it.

    `kind` says which app has the words for it, `subject_id` what it is about there: no content is kept here. What
    happens again before it was read counts up `times`. `actor_id` is who did it last, None for the system.
    """

    user_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    times = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workspaces_notification"
        indexes: ClassVar[list[models.Index]] = [
            models.Index("workspace", "user_id", models.F("created_at").desc(), name="workspaces_notification_newest"),
            models.Index(
                "workspace",
                "user_id",
                "kind",
                "subject_id",
                name="workspaces_notification_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]
