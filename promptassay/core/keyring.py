"""The master keys that a process holds, and how it learns of new ones while it runs."""

import logging
from collections.abc import Callable

from promptassay.core.errors import AppError
from promptassay.core.vault import MasterKey

log = logging.getLogger("promptassay.keys")


class Keyring:
    """The present master key and those before it. What is stored names the key that it needs by its id.

    `read` gives them from where they are kept, the present one first. It is asked again when an id is unknown, and
    by `reload`: a process that runs takes a new key up without a restart.
    """

    def __init__(self, read: Callable[[], tuple[MasterKey, ...]]) -> None:
        self._read = read
        self._held = read()

    @property
    def present(self) -> MasterKey:
        """The key that everything is to be wrapped by."""
        return self._held[0]

    @property
    def oldest(self) -> MasterKey:
        """The key that every process of a roll-out holds, those that were not started again included."""
        return self._held[-1]

    @property
    def ids(self) -> list[str]:
        """The names of the keys, the present one first."""
        return [key.id for key in self._held]

    def find(self, key_id: str) -> MasterKey | None:
        """The key of this id; None when it is not here either after a second look."""
        found = self._of(key_id)
        if found is None:
            self.reload()
            found = self._of(key_id)
        return found

    def reload(self) -> None:
        """Look again. What cannot be read, such as a file that is being changed, leaves the keys as they are."""
        try:
            self._held = self._read()
        except AppError as error:
            log.warning("the master keys cannot be read again, those read before stay: %s", error.message)

    def _of(self, key_id: str) -> MasterKey | None:
        return next((key for key in self._held if key.id == key_id), None)
