"""The state of one attack: two sides, the operations, and what was tried, held and came through."""

import os
import uuid
from dataclasses import dataclass, field
from typing import Final

from promptassay.core.ids import uuid7
from promptassay.trust.attack.described import Operation
from promptassay.trust.attack.inventory import Side
from promptassay.trust.attack.judging import Steady, difference, key_shown, shown, windows
from promptassay.trust.attack.wire import Answer, CannotRun, Request, Wire

FINDINGS_KEPT: Final = 200


@dataclass(frozen=True)
class Finding:
    """One thing that came through: in which attack, by which request (no key in it), and what was seen."""

    attack: str
    request: str
    what: str


@dataclass
class Tally:
    """What one attack tried. `left_out` says why something was not tried, once each."""

    title: str
    tried: int = 0
    through: int = 0
    left_out: list[str] = field(default_factory=list)


@dataclass
class Kit:
    """Everything that attacks need. Call `begin` before each attack: what is seen is counted under it."""

    wire: Wire
    a: Side
    b: Side
    operations: list[Operation]
    writes: bool = False
    tallies: dict[str, Tally] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = ""
        self.secrets: list[str] = []
        self._windows = windows(self.a.key) + windows(self.b.key)
        self._nothing: dict[tuple[str, str], Steady] = {}
        self.wire.observe = self._observe

    def begin(self, name: str, title: str) -> Tally:
        """The attack that what follows belongs to."""
        self.now = name
        return self.tallies.setdefault(name, Tally(title))

    def arm(self) -> None:
        """Learn what may never reach A: what B holds and A does not. Raises CannotRun when the two are one."""
        shared = self.a.ids & self.b.ids
        if shared:
            raise CannotRun(
                "Both keys open the same workspace.",
                why="They show the same ids.",
                next_step="Make the second key in another workspace of yours.",
            )
        self.secrets = sorted(self.b.ids) + sorted(self.b.texts - self.a.texts)
        if not self.b.ids:
            raise CannotRun(
                "Workspace B is empty, so there is nothing to reach.",
                next_step="Make a prompt there, or load the example; or let the kit make one with --write.",
            )

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> Answer:
        """One request as A, counted as tried."""
        self.tallies[self.now].tried += 1
        sent = (*headers, ("Content-Type", "application/json")) if body is not None else headers
        return self.wire.send(self.a.who, Request(method, path, self.a.headers(*sent), body))

    def send(self, who: str, request: Request) -> Answer:
        """A request as it stands, counted as tried."""
        self.tallies[self.now].tried += 1
        return self.wire.send(who, request)

    def nothing(self, operation: Operation, path_values: dict[str, str], body: bytes | None = None) -> Steady:
        """What A is told of ids of nothing at an operation; asked once."""
        place = (operation.name, "" if body is None else "body")
        if place not in self._nothing:
            answers = []
            for _ in range(2):
                values = {**path_values, **{name: str(unknown_id()) for name in operation.ids}}
                answers.append(self.ask(operation.at(values), method=operation.method, body=body))
            self._nothing[place] = Steady(*answers)
        return self._nothing[place]

    def expect_nothing(self, answer: Answer, request: str, nothing: Steady) -> None:
        """The answer must be that for an id of nothing, in every byte."""
        if what := difference(answer, nothing):
            self.found(request, what)

    def expect(self, held: bool, request: str, what: str) -> None:
        """Something must be so."""
        if not held:
            self.found(request, what)

    def found(self, request: str, what: str) -> None:
        """Something came through."""
        self.tallies[self.now].through += 1
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(Finding(self.now, request, what))

    def _observe(self, who: str, request: Request, answer: Answer) -> None:
        """Every answer of the whole attack: no part of a key in it, and for A nothing of B's."""
        if self.now not in self.tallies:
            return
        if key_shown(answer, self._windows):
            self.found(repr(request), "a part of a key stands in the answer")
        if who == self.a.who and (secret := shown(answer, self.secrets, request)):
            kind = "an id" if secret in self.b.ids else "a text"
            self.found(repr(request), f"an answer to A holds {kind} of B's")


def unknown_id() -> uuid.UUID:
    """An id of nothing, of the same kind as real ones: version 7, now, and random."""
    return uuid7()


def marker() -> str:
    """A text that nobody else has."""
    return f"attack-kit-marker-{os.urandom(8).hex()}"
