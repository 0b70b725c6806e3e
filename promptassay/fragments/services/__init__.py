"""Writing fragments and their versions: actor first, one transaction (the caller's), one audit record."""

from promptassay.fragments.services.fragments import FragmentInUse, create_fragment, delete_fragment, update_details
from promptassay.fragments.services.uses import HeldText, forget_uses, record_new_uses, record_uses
from promptassay.fragments.services.versions import Saved, StaleFragment, save_version

__all__ = [
    "FragmentInUse",
    "HeldText",
    "Saved",
    "StaleFragment",
    "create_fragment",
    "delete_fragment",
    "forget_uses",
    "record_new_uses",
    "record_uses",
    "save_version",
    "update_details",
]
