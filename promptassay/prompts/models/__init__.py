"""The tables of prompts: prompts with their versions and drafts, labels, the library, silenced rules, annotations."""

from promptassay.prompts.models.annotations import Annotation, Comment
from promptassay.prompts.models.labels import (
    Label,
    LabelMove,
)
from promptassay.prompts.models.library import (
    BulkAct,
    Favourite,
    Folder,
    Tag,
    TagColour,
    Tagging,
)
from promptassay.prompts.models.lint import LintSilence
from promptassay.prompts.models.prompts import (
    Branch,
    ChangeSource,
    Content,
    Draft,
    Prompt,
    PromptType,
    Version,
)

__all__ = [
    "Annotation",
    "Branch",
    "BulkAct",
    "ChangeSource",
    "Comment",
    "Content",
    "Draft",
    "Favourite",
    "Folder",
    "Label",
    "LabelMove",
    "LintSilence",
    "Prompt",
    "PromptType",
    "Tag",
    "TagColour",
    "Tagging",
    "Version",
]
