"""The evidence gate of protected labels: suites live in an app above this one, which registers how to ask them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Evidence:
    """What the newest finished run of a suite says about one content.

    `pass_rate` is a share from 0 to 1. When it has not passed, `problem` is one sentence that says why.
    """

    passed: bool
    run_id: UUID
    run_number: int
    pass_rate: float
    at: datetime
    problem: str = ""

    def to_json(self, suite_id: UUID) -> dict[str, Any]:
        """What the history of a label keeps of it; no content."""
        return {
            "suite_id": str(suite_id),
            "run_id": str(self.run_id),
            "run_number": self.run_number,
            "pass_rate": self.pass_rate,
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True)
class GateSuite:
    """A suite that can guard a label; `threshold` is the pass rate it wants, from 0 to 1."""

    id: UUID
    name: str
    threshold: float


Check = Callable[[UUID, str], Evidence | None]
Suites = Callable[[UUID], Sequence[GateSuite]]


@dataclass
class _Registry:
    check: Check | None = None
    suites: Suites | None = None


_registry = _Registry()


def register(check: Check, suites: Suites) -> None:
    """Say how evidence is found; called once, in an AppConfig's `ready`.

    check: (suite id, content hash) to the evidence, None when the suite never finished a run on that content or is
    gone. suites: (prompt id) to the suites that can guard its labels, by name.
    """
    _registry.check, _registry.suites = check, suites


def evidence_for(suite_id: UUID, content_hash: str) -> Evidence | None:
    """The evidence that a content passed a suite; None where there is none, and where nobody can be asked."""
    return _registry.check(suite_id, content_hash) if _registry.check else None


def suites_for(prompt_id: UUID) -> Sequence[GateSuite]:
    """The suites that can guard a prompt's labels."""
    return _registry.suites(prompt_id) if _registry.suites else ()
