"""A ZIP file that is taken away while it is written: it never stands whole in memory."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


class _Pipe:
    """What the ZIP is written into; it can only be written to, and emptied."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.waiting = 0

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        self.waiting += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here for anything."""

    def close(self) -> None:
        """What was written stays until it is taken."""


@dataclass
class Member:
    """A file in the archive while it is written: its path, lines and bytes so far, and their SHA-256."""

    path: str
    file: IO[bytes]
    rows: int = 0
    size: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes, *, rows: int = 0) -> None:
        """Append bytes, in which there are so many rows."""
        self.file.write(data)
        self.hash.update(data)
        self.size += len(data)
        self.rows += rows


class ZipStream:
    """The archive. Write a member, `take` what is ready, close, and take the rest."""

    def __init__(self, at: datetime) -> None:
        self._pipe = _Pipe()
        self._zip = ZipFile(self._pipe, "w", ZIP_DEFLATED, compresslevel=6)
        self._at = at

    @property
    def waiting(self) -> int:
        """How many bytes are ready to be taken."""
        return self._pipe.waiting

    def take(self) -> bytes:
        """The bytes that are ready."""
        data = b"".join(self._pipe.parts)
        self._pipe.parts.clear()
        self._pipe.waiting = 0
        return data

    @contextmanager
    def member(self, path: str) -> Iterator[Member]:
        """One file, written from its beginning to its end."""
        info = ZipInfo(path, date_time=self._at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        # Its size is not known yet and may pass 2 GB.
        with self._zip.open(info, "w", force_zip64=True) as file:
            yield Member(path, file)

    def close(self) -> None:
        """Write the archive's own list of files: without it, nobody takes a part for the whole."""
        self._zip.close()
