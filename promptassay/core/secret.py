"""A string that must not be seen: it masks itself everywhere except where `reveal` is called."""

import hmac
from typing import Any, Final, NoReturn

MASK: Final = "[secret]"


class Secret:
    """Holds one secret string; printing, formatting, comparing by repr, pickling and JSON all fail or mask.

    `reveal()` is the only way out, so that a search for it lists every place that sees a plain value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The plain value. Callers put it on the wire or encrypt it, and nothing else."""
        return self._value

    @property
    def last4(self) -> str:
        """The last four characters, or nothing when the secret is too short to show any part of it."""
        return self._value[-4:] if len(self._value) >= 12 else ""

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A Secret is never pickled: pass the id of the key instead.")

    def __getstate__(self) -> NoReturn:
        raise TypeError("A Secret has no state to copy.")
