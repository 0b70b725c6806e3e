"""What the fake provider received, kept for assertions."""

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(slots=True)
class Received:
    """One request. Times are of the monotonic clock, in seconds; `closed_early`: the client hung up."""

    path: str
    headers: dict[str, str]
    body: bytes
    started: float
    ended: float | None = None
    closed_early: float | None = None
    status: int = 0
    fault: str = ""

    @property
    def json(self) -> Any:
        """The body as a value; None when it is empty."""
        return orjson.loads(self.body) if self.body else None

    def as_dict(self) -> dict[str, Any]:
        """JSON-safe, for the record over HTTP."""
        return {
            "path": self.path,
            "headers": self.headers,
            "body": self.body.decode("utf-8", "replace"),
            "started": self.started,
            "ended": self.ended,
            "closed_early": self.closed_early,
            "status": self.status,
            "fault": self.fault,
        }
