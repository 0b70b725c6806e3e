"""Writing provider keys, opening them for a call, counting the call afterwards, and keeping what providers list."""

from promptassay.providers.services.counting import count_call
from promptassay.providers.services.keys import (
    NAME_LIMIT,
    OWN_MODELS_KEPT,
    add_key,
    delete_key,
    rename_key,
    rotate_key,
    set_own_models,
)
from promptassay.providers.services.listing import Listing, record_list
from promptassay.providers.services.opening import open_choice, open_key, open_target

__all__ = [
    "NAME_LIMIT",
    "OWN_MODELS_KEPT",
    "Listing",
    "add_key",
    "count_call",
    "delete_key",
    "open_choice",
    "open_key",
    "open_target",
    "record_list",
    "rename_key",
    "rotate_key",
    "set_own_models",
]
