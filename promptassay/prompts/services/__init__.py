"""Writing prompts, drafts and versions: actor first, one transaction (the caller's), one audit record."""

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
    "Moved",
    "Saved",
    "StaleBase",
    "archive_prompt",
    "create_prompt",
    "delete_label",
    "discard_draft",
    "duplicate_prompt",
    "move_label",
    "protect_label",
    "restore_version",
    "save_draft",
    "save_version",
    "unarchive_prompt",
    "unprotect_label",
    "update_details",
]
