"""Prompts, their versions (written once), branches and each person's drafts."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from promptassay.core.models import TenantForeignKey, TenantModel

_LIVE = Q(archived_at__isnull=True)


class PromptType(models.TextChoices):
    """What a prompt is for."""

    SYSTEM = "system", "System"
    USER = "user", "User"
    ASSISTANT = "assistant", "Assistant"
    TEMPLATE = "template", "Template"
    FEW_SHOT = "few-shot", "Few-shot"
    CHAIN_OF_THOUGHT = "chain-of-thought", "Chain of thought"


class ChangeSource(models.TextChoices):
    """How a version came about."""

    MANUAL = "manual", "Saved by hand"
    IMPROVE = "improve", "Improve panel"
    REWRITE = "rewrite", "Rewrite panel"
    LINT_FIX = "lint_fix", "Lint fix"
    RESTORE = "restore", "Restored"
    BRANCH = "branch", "Branched"
    MERGE = "merge", "Merged"
    IMPORT = "import", "Imported"
    API = "api", "API"


class Prompt(TenantModel):
    """A titled record; its text lives in versions and drafts. `current_version` is the number of the latest.

    `search_text` is the title, description and latest text, case-folded: what the list searches in. Row
    security keeps PostgreSQL from using a trigram index for that, so it is one short pass over one column
    instead.
    """

    title = models.CharField(max_length=120)
    slug = models.CharField(max_length=80)
    description = models.CharField(max_length=500, blank=True)
    prompt_type = models.CharField(max_length=20, choices=PromptType.choices, default=PromptType.SYSTEM)
    intent = models.CharField(max_length=500, blank=True)
    target_model = models.CharField(max_length=200, blank=True)
    current_version = models.IntegerField(default=0)
    created_by = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    search_text = models.TextField(blank=True)
    folder = TenantForeignKey(
        "prompts.Folder", models.SET_NULL, null=True, blank=True, related_name="prompts", db_index=False
    )

    class Meta:
        db_table = "prompts_prompt"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "slug"], name="prompts_prompt_slug"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Partial, because PostgreSQL takes no order from an index behind `archived_at IS NULL`.
            models.Index("workspace", F("updated_at").desc(), "id", name="prompts_prompt_newest", condition=_LIVE),
            models.Index("workspace", Lower("title"), "id", name="prompts_prompt_title", condition=_LIVE),
            models.Index(fields=["workspace", "folder"], name="prompts_prompt_folder"),
            models.Index(fields=["workspace", "created_by"], name="prompts_prompt_author"),
        ]

    def __str__(self) -> str:
        return self.title


class Content(TenantModel):
    """What a version and a draft both hold: messages `[{role, content}]`, settings, response schema,
    tools.
    """

    messages = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    response_schema = models.JSONField(null=True)
    tools = models.JSONField(default=list)

    class Meta:
        abstract = True

    @property
    def text(self) -> str:
        """All messages as one text, for search and length."""
        messages: list[dict[str, Any]] = self.messages
        return "\n\n".join(message["content"] for message in messages)


class Branch(TenantModel):
    """A second line of versions beside the main one.

    It began at `base_number`; `head_number` is its newest version, the base while it has none of its own.
    `merged_number` is the version of the main line that it was merged into last. A closed branch keeps its versions
    and frees its name.
    """

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="branches")
    name = models.CharField(max_length=40)
    base_number = models.IntegerField()
    head_number = models.IntegerField()
    created_by = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    merged_number = models.IntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "prompts_branch"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "prompt", "name"],
                name="prompts_branch_name",
                condition=Q(closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Version(Content):
    """An immutable snapshot, numbered per prompt. The app role may not update this table.

    The main line and all branches share one line of numbers; `branch` is None on the main line.
    """

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="versions")
    branch = TenantForeignKey(Branch, models.RESTRICT, related_name="versions", null=True)
    number = models.IntegerField()
    parent_number = models.IntegerField(null=True)
    author_id = models.UUIDField()
    change_source = models.CharField(max_length=20, choices=ChangeSource.choices, default=ChangeSource.MANUAL)
    provenance = models.JSONField(null=True)
    summary = models.CharField(max_length=300, blank=True)
    content_hash = models.CharField(max_length=64)
    content_length = models.IntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "prompts_version"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "prompt", "number"], name="prompts_version_number"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Draft(Content):
    """One person's unsaved copy of a prompt, or of a branch of it; `revision` grows with each save, so that two
    tabs notice each other.

    `tab` names the page that saved last. `unfinished` holds, by field name, what was typed into a settings
    field and cannot be read yet, so that a half-written JSON schema survives like everything else. `fixes` are the
    fixes of the lint that its page says it made since the base version (`lint_fixes.Step`), None for none.
    """

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="drafts")
    branch = TenantForeignKey(Branch, models.CASCADE, related_name="drafts", null=True)
    user_id = models.UUIDField()
    base_version = models.IntegerField(default=0)
    revision = models.IntegerField(default=1)
    tab = models.CharField(max_length=32, blank=True)
    unfinished = models.JSONField(default=dict)
    fixes = models.JSONField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "prompts_draft"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "prompt", "user_id", "branch"],
                name="prompts_draft_line",
                nulls_distinct=False,
            ),
        ]
