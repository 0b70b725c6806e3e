"""Fragments, their versions (written once), and which texts refer to them."""

from typing import ClassVar

from django.db import models
from django.db.models import F

from promptassay.core.models import TenantForeignKey, TenantModel


class ChangeSource(models.TextChoices):
    """How a version of a fragment came about."""

    MANUAL = "manual", "Saved by hand"
    RESTORE = "restore", "Restored"
    IMPORT = "import", "Imported"
    API = "api", "API"


class UserKind(models.TextChoices):
    """What kind of text refers to a fragment."""

    VERSION = "version", "Version of a prompt"
    DRAFT = "draft", "Draft of a prompt"
    FRAGMENT = "fragment", "Version of a fragment"


class Fragment(TenantModel):
    """A named text that prompts refer to by its slug. `current_version` is the number of the latest, from 1.

    `search_text` is title, slug, description and latest text, case-folded: what the list searches in.
    """

    title = models.CharField(max_length=120)
    slug = models.CharField(max_length=80)
    description = models.CharField(max_length=500, blank=True)
    current_version = models.IntegerField(default=0)
    created_by = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()
    search_text = models.TextField(blank=True)

    class Meta:
        db_table = "fragments_fragment"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "slug"], name="fragments_fragment_slug"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("workspace", F("updated_at").desc(), "id", name="fragments_fragment_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class FragmentVersion(TenantModel):
    """An immutable text, numbered per fragment. The app role may not update this table."""

    fragment = TenantForeignKey(Fragment, models.CASCADE, related_name="versions")
    number = models.IntegerField()
    text = models.TextField()
    summary = models.CharField(max_length=300, blank=True)
    author_id = models.UUIDField()
    change_source = models.CharField(max_length=20, choices=ChangeSource.choices, default=ChangeSource.MANUAL)
    content_hash = models.CharField(max_length=64)
    content_length = models.IntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "fragments_version"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "fragment", "number"], name="fragments_version_number"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class FragmentUse(TenantModel):
    """A text refers to a slug. `pin` is 0 where the newest version is meant.

    `holder_id` is the text: a version of a prompt, a draft, a version of a fragment; `user_id` is the prompt or
    the fragment that it belongs to, `number` its version number, 0 for a draft. It names the slug rather than a
    row: a prompt may refer to a fragment before somebody makes it. Prompts stand above, so no key points there.
    """

    slug = models.CharField(max_length=80)
    pin = models.IntegerField(default=0)
    user_kind = models.CharField(max_length=10, choices=UserKind.choices)
    user_id = models.UUIDField()
    holder_id = models.UUIDField()
    number = models.IntegerField(default=0)

    class Meta:
        db_table = "fragments_use"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "holder_id", "slug", "pin"], name="fragments_use_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "slug"], name="fragments_use_slug"),
        ]
