"""Writing prompts, drafts and versions: actor first, one transaction (the caller's), one audit record."""

from promptassay.prompts.services.branches import (
    MergeOpen,
    MergeStale,
    close_branch,
    create_branch,
    merge_branch,
    plan_merge,
    reopen_branch,
)
from promptassay.prompts.services.drafts import DraftConflict, DraftState, discard_draft, save_draft
from promptassay.prompts.services.labels import (
    GateClosed,
    Moved,
    delete_label,
    move_label,
    protect_label,
    unprotect_label,
)
from promptassay.prompts.services.prompts import (
    archive_prompt,
    create_prompt,
    duplicate_prompt,
    unarchive_prompt,
    update_details,
)
from promptassay.prompts.services.versions import Saved, StaleBase, restore_version, save_version

__all__ = [
    "DraftConflict",
    "DraftState",
    "GateClosed",
    "MergeOpen",
    "MergeStale",
    "Moved",
    "Saved",
    "StaleBase",
    "archive_prompt",
    "close_branch",
    "create_branch",
    "create_prompt",
    "delete_label",
    "discard_draft",
    "duplicate_prompt",
    "merge_branch",
    "move_label",
    "plan_merge",
    "protect_label",
    "reopen_branch",
    "restore_version",
    "save_draft",
    "save_version",
    "unarchive_prompt",
    "unprotect_label",
    "update_details",
]
