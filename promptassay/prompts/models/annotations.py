"""Annotations: threads of comments anchored to a span of a prompt's text."""

from dataclasses import replace
from typing import ClassVar

from django.db import models
from django.db.models import F

from promptassay.core.models import TenantForeignKey, TenantModel
from promptassay.language.anchor import CONTEXT, Anchor, Place, Texts
from promptassay.prompts.models.prompts import Branch, Prompt


class Annotation(TenantModel):
    """A thread on a span. The columns from `message` on are the span's anchor as it stood last (language/anchor.py):
    each version saved on the line of `branch` (None: the main line) moves it along while its text can be found.

    `first_quote`, `version_number` (0 for none) and `on_draft` say what it was made on, and stay.
    """

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="annotations")
    branch = TenantForeignKey(Branch, models.SET_NULL, related_name="annotations", null=True)
    version_number = models.IntegerField()
    on_draft = models.BooleanField(default=False)
    first_quote = models.TextField()
    message = models.IntegerField()
    start = models.IntegerField()
    end = models.IntegerField()
    quote = models.TextField()
    before = models.CharField(max_length=CONTEXT, blank=True)
    after = models.CharField(max_length=CONTEXT, blank=True)
    length = models.IntegerField()
    rivals = models.SmallIntegerField()
    nth = models.IntegerField()
    copies = models.IntegerField()
    created_by = models.UUIDField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    resolved_by = models.UUIDField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "prompts_annotation"
        indexes: ClassVar[list[models.Index]] = [
            models.Index("workspace", "prompt", F("updated_at").desc(), name="prompts_annotation_newest"),
        ]

    @property
    def anchor(self) -> Anchor:
        """Where the span stood last."""
        return Anchor(
            message=self.message,
            start=self.start,
            end=self.end,
            quote=self.quote,
            before=self.before,
            after=self.after,
            length=self.length,
            rivals=self.rivals,
            nth=self.nth,
            copies=self.copies,
        )

    @anchor.setter
    def anchor(self, anchor: Anchor) -> None:
        for name in ANCHOR_FIELDS:
            setattr(self, name, getattr(anchor, name))

    def place_in(self, texts: Texts) -> Place | None:
        """Where the span is in a text, by its words of late, else by those it was made on: older texts have these."""
        late = self.anchor
        found = texts.find(late)
        if found is None and self.first_quote != self.quote:
            return texts.find(replace(late, quote=self.first_quote, end=late.start + len(self.first_quote)))
        return found


ANCHOR_FIELDS = ("message", "start", "end", "quote", "before", "after", "length", "rivals", "nth", "copies")


class Comment(TenantModel):
    """One contribution to a thread. A deleted one keeps its place without its words.

    `mentions` says which stretches of the body name a member: `[{at, length, user_id}]`, offsets in code points.
    """

    annotation = TenantForeignKey(Annotation, models.CASCADE, related_name="comments")
    author_id = models.UUIDField()
    body = models.TextField(blank=True)
    mentions = models.JSONField(default=list)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "prompts_comment"
