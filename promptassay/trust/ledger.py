"""What the ledger of claims is made of: a claim, the controls that make it true, and the proofs that can fail."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from promptassay.trust.evidence import hash_of_words


class Status(StrEnum):
    """How far a promise has come; only what is `shipped` or `live` is said of this instance."""

    SHIPPED = "shipped"
    LIVE = "live"
    IN_PROGRESS = "in progress"
    NOT_OFFERED = "not offered"


class Kind(StrEnum):
    """Where a proof runs: in this instance on a schedule, in the build, or with a person, dated."""

    PROBE = "probe"
    GATE = "gate"
    RECORD = "record"
    # Not a proof: what the operator of this instance says of a claim, which can only lower it.
    OPERATOR = "operator"


# What this instance runs by itself, in rounds or because a visitor asks.
HERE: Final = (Kind.PROBE, Kind.RECORD)


@dataclass(frozen=True)
class Control:
    """A mechanism behind a claim, the file that is it, and the section of the documentation that explains it."""

    words: str
    code: str
    doc: str

    @property
    def manual(self) -> str:
        """The page of the documentation, without its suffix."""
        return self.doc.partition("#")[0].removesuffix(".md")

    @property
    def anchor(self) -> str:
        """The section in it; empty for the whole page."""
        return self.doc.partition("#")[2]


@dataclass(frozen=True)
class Proof:
    """An executable check. `tripwires` are the tests that break the control and see this proof turn red.

    A probe older than twice `interval` is stale. A gate consists of its `tests`, and never grows old: it counts for
    the build that they ran in, and for no other.
    """

    id: str
    kind: Kind
    words: str
    tripwires: tuple[str, ...]
    interval: timedelta = timedelta(minutes=5)
    command: str = ""
    tests: tuple[str, ...] = ()

    @property
    def fresh_s(self) -> int:
        """For how many seconds a run of it counts; 0 where it counts as long as its build runs."""
        return 0 if self.kind == Kind.GATE else int(self.interval.total_seconds() * 2)


# The place in the chain for what an operator says of a claim; it is part of none.
OPERATOR: Final = Proof("operator", Kind.OPERATOR, "What the operator of this instance says of a claim.", ())


@dataclass(frozen=True)
class Claim:
    """One claim. `words` are what evidence is bound to: other words need another proof run."""

    id: str
    title: str
    statement: str
    status: Status
    controls: tuple[Control, ...] = ()
    proofs: tuple[Proof, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.title}\n{self.statement}"

    @property
    def words_hash(self) -> str:
        return hash_of_words(self.words)
