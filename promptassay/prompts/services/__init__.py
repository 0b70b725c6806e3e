"""Writing prompts, drafts and versions: actor first, one transaction (the caller's), one audit record."""

from promptassay.prompts.services.branches import (
    MergeOpen,
    MergeStale,
    close_branch,
    create_branch,
    merge_branch,
    plan_merge,
    plan_update,
    reopen_branch,
    update_branch,
)
from promptassay.prompts.services.conflicts import DraftMoved, merge_draft, plan_draft_merge, require_finished
from promptassay.prompts.services.drafts import DraftConflict, DraftState, discard_draft, plan_both, save_draft
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
from promptassay.prompts.services.silences import hear_rule, silence_rule
from promptassay.prompts.services.versions import Saved, StaleBase, restore_version, save_version

__all__ = [
    "DraftConflict",
    "DraftMoved",
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
    "hear_rule",
    "merge_branch",
    "merge_draft",
    "move_label",
    "plan_both",
    "plan_draft_merge",
    "plan_merge",
    "plan_update",
    "protect_label",
    "reopen_branch",
    "require_finished",
    "restore_version",
    "save_draft",
    "save_version",
    "silence_rule",
    "unarchive_prompt",
    "unprotect_label",
    "update_branch",
    "update_details",
]
