"""How prompts are kept in order: folders, tags, favourites, and what it takes to undo an act on many."""

from typing import ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower

from promptassay.core.models import TenantForeignKey, TenantModel
from promptassay.prompts.models.prompts import Prompt


class Folder(TenantModel):
    """A place for prompts, inside another folder or at the top; names differ among siblings, whatever their case."""

    name = models.CharField(max_length=80)
    parent = TenantForeignKey("self", models.RESTRICT, null=True, related_name="children", db_index=False)
    created_by = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "prompts_folder"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                F("workspace"), F("parent"), Lower("name"), name="prompts_folder_name", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TagColour(models.TextChoices):
    """The colours of tags; each is a class in library.css."""

    GREY = "grey", "Grey"
    RED = "red", "Red"
    ORANGE = "orange", "Orange"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"
    TEAL = "teal", "Teal"
    BLUE = "blue", "Blue"
    VIOLET = "violet", "Violet"


class Tag(TenantModel):
    """A word with a colour that prompts carry; a prompt has many."""

    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=10, choices=TagColour.choices, default=TagColour.GREY)
    created_by = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "prompts_tag"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(F("workspace"), Lower("name"), name="prompts_tag_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Tagging(TenantModel):
    """A prompt carries a tag."""

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="taggings", db_index=False)
    tag = TenantForeignKey(Tag, models.CASCADE, related_name="taggings", db_index=False)

    class Meta:
        db_table = "prompts_tagging"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "prompt", "tag"], name="prompts_tagging_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "tag", "prompt"], name="prompts_tagging_tag"),
        ]


class Favourite(TenantModel):
    """A prompt that one person keeps at hand; nobody else sees it."""

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="favourites", db_index=False)
    user_id = models.UUIDField()

    class Meta:
        db_table = "prompts_favourite"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "user_id", "prompt"], name="prompts_favourite_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "prompt"], name="prompts_favourite_prompt"),
        ]


class BulkAct(TenantModel):
    """What one person just did to many prompts, as ids, with what it takes to undo it; kept for minutes.

    `inverse` is read by `services.undo` alone; its shape depends on `action`. It holds no content.
    """

    class Action(models.TextChoices):
        MOVE = "move", "Moved"
        TAG = "tag", "Tagged"
        UNTAG = "untag", "Took a tag off"
        ARCHIVE = "archive", "Archived"
        UNARCHIVE = "unarchive", "Took out of the archive"
        DUPLICATE = "duplicate", "Duplicated"

    user_id = models.UUIDField()
    action = models.CharField(max_length=10, choices=Action.choices)
    changed = models.IntegerField()
    inverse = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "prompts_bulkact"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "created_at"], name="prompts_bulkact_age"),
        ]
