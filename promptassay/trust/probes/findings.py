"""What the probes that ask by HTTP have in common: what they tried and found, the share of a run, and its verdict."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.urls import reverse

from promptassay.trust import chain
from promptassay.trust.build import build
from promptassay.trust.canaries import complete_canaries
from promptassay.trust.models import Evidence
from promptassay.trust.probes import Outcome
from promptassay.trust.probes.addresses import Address, addresses, without_values
from promptassay.trust.probes.loopback import Unreachable, Visitor
from promptassay.trust.probes.traces import Traces, traces_of

# All addresses at once would cost the instance about 3 s of CPU, and a round of all probes may cost 2.
SHARES: Final = 4
SHOWN: Final = 5
# A session lives as long as a probe may take, and a little more.
SESSION_S: Final = 60
# What opens: a page, a way on to another one, or a form that asks for more.
OPENS: Final = frozenset({200, 302, 303, 422})


@dataclass
class Findings:
    """What was tried by kind, what came through, what did not open to whom it should, and why nobody answered."""

    workspace_id: UUID
    every: tuple[Address, ...]
    share: int
    before: Traces
    tried: Counter[str] = field(default_factory=Counter)
    holes: list[str] = field(default_factory=list)
    shut: list[str] = field(default_factory=list)
    unreached: str = ""

    @property
    def part(self) -> tuple[Address, ...]:
        """The addresses of this run's share: some of each app's."""
        return self.every[self.share - 1 :: SHARES]

    def outcome(self) -> Outcome:
        """The verdict. A row that changed came through, unless a run of the canary's own was still writing."""
        after = traces_of(self.workspace_id)
        changed, unsettled = self.before.changed_in(after), self.before.unsettled or after.unsettled
        holes = self.holes + ([] if unsettled else [f"rows changed in {table} although refused" for table in changed])
        counts = {
            "addresses": len(self.every),
            "addresses in this share": len(self.part),
            "share": self.share,
            "rows compared": self.before.rows,
            **dict(sorted(self.tried.items())),
            "came through": len(holes),
        }
        if holes:
            return Outcome("failed", counts, "; ".join(holes[:SHOWN]))
        if problem := self.unreached or self._shut() or (changed and "A run of the canary’s own was still writing."):
            return Outcome("error", counts, problem)
        return Outcome("held", counts)

    def _shut(self) -> str:
        shown = ", ".join(self.shut[:SHOWN])
        return f"Where everything is refused, nothing is proved: {shown} did not open." if shown else ""


def attack(proof_id: str, workspace_id: UUID, ask: Callable[[Findings], None]) -> Outcome:
    """One run: what the attacked workspace holds before and after, and between the two whatever `ask` asks.

    Raises LookupError when an address needs what no canary has: it would be skipped otherwise.
    """
    every = addresses()
    if lacking := without_values(every):
        raise LookupError(f"no canary has a value for {', '.join(lacking)}")
    last = next(iter(chain.history(proof_id, limit=1)), None)
    share = next_share(last)
    try:
        with Visitor() as nobody:
            nobody.ask("GET", reverse("healthz"))
        if last is not None and last.verdict != "held":
            complete_canaries()  # what fell into a hole is missed no longer than the hole is there
        found = Findings(workspace_id, every, share, traces_of(workspace_id))
    except Unreachable as error:
        return Outcome("error", {"addresses": len(every), "share": share}, str(error))
    try:
        ask(found)
    except Unreachable as error:
        found.unreached = str(error)
    return found.outcome()


def next_share(last: Evidence | None) -> int:
    """From 1 to SHARES: the one after the last run's; the same again while it does not hold, so that red stays red."""
    if last is None or last.build != build() or "share" not in last.counts:
        return 1
    share = min(int(last.counts["share"]), SHARES)
    return share % SHARES + 1 if last.verdict == "held" else share
