"""Probe of the wall by HTTP: the owner of one canary workspace asks for everything that the other one has."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from promptassay.accounts.services import canary_session
from promptassay.trust.canaries import people
from promptassay.trust.probes import Canaries, Outcome, progress
from promptassay.trust.probes.addresses import Address, Values, unknown, values_in
from promptassay.trust.probes.findings import OPENS, SESSION_S, Findings, attack
from promptassay.trust.probes.loopback import Answer, Visitor

PROOF: Final = "isolation-http"
# What differs between any two answers, and says nothing: the page's token and nonce, and the server's own marks.
_CHANGING: Final = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'), "TOKEN"),
    (re.compile(r'name="csrf-token" content="[^"]*"'), "TOKEN"),
    (re.compile(r'nonce="[^"]*"'), "NONCE"),
    (re.compile(r"'nonce-[^']*'"), "NONCE"),
)
_MARKS: Final = frozenset({"x-request-id", "date", "content-length", "set-cookie"})


@dataclass(frozen=True)
class _Attack:
    """Somebody at home in workspace A, and what B holds."""

    canaries: Canaries
    own: Values
    theirs: Values
    owner: Visitor
    found: Findings

    def on(self, address: Address) -> None:
        """All that is asked for one address."""
        asked, holes, nothing = self.owner.requests, len(self.found.holes), unknown(self.theirs)
        there = address.path(self.canaries.b, self.theirs)
        self._compare("requests into the other workspace", address, there, address.path(uuid4(), nothing))
        for swapped in _swaps(address):
            mixed = {**self.own, **{name: self.theirs[name] for name in swapped}}
            missing = {**self.own, **{name: nothing[name] for name in swapped}}
            at_home = (address.path(self.canaries.a, values) for values in (mixed, missing))
            self._compare("requests at home with its ids", address, *at_home)
        if address.method == "GET":
            self.found.tried["own pages opened"] += 1
            if self.owner.ask("GET", address.path(self.canaries.a, self.own)).status not in OPENS:
                self.found.shut.append(str(address))
        came = len(self.found.holes) - holes
        progress.tell(f"{address}: {self.owner.requests - asked} requests, {came} came through")

    def _compare(self, kind: str, address: Address, real: str, missing: str) -> None:
        """The other's thing must answer as one that does not exist: not found, in the same words."""
        self.found.tried[kind] += 1
        self.found.tried["requests for what does not exist"] += 1
        answer, nothing = (told(self.owner.ask(address.method, path), path) for path in (real, missing))
        if answer[0] != 404:
            self.found.holes.append(f"{address} answered {answer[0]} for another workspace’s")
        elif answer != nothing:
            self.found.holes.append(f"{address} tells another workspace’s from what does not exist")


def requests(canaries: Canaries) -> Outcome:
    """GET and POST for B's addresses and ids, a share of all in each run: each is answered as for what does not exist.

    What is A's own opens; where everything were refused, nothing would be proved. B holds afterwards what it held.
    """
    own, theirs = values_in(canaries.a), values_in(canaries.b)

    def ask(found: Findings) -> None:
        with canary_session(people().owner_a, seconds=SESSION_S) as session, Visitor(session) as owner:
            for address in found.part:
                _Attack(canaries, own, theirs, owner, found).on(address)

    return attack(PROOF, canaries.b, ask)


def _swaps(address: Address) -> Iterator[Sequence[str]]:
    """Which ids in a path are the other's: all of them, and each alone among one's own."""
    if address.ids:
        yield address.ids
    if len(address.ids) > 1:
        yield from ((name,) for name in address.ids)


def told(answer: Answer, path: str) -> tuple[int, str, Mapping[str, str]]:
    """Status, body and headers without what differs between any two answers, and without the path that was asked."""
    headers = {name: _same(value, path) for name, value in answer.headers.items() if name not in _MARKS}
    return answer.status, _same(answer.body, path), headers


def _same(text: str, path: str) -> str:
    text = text.replace(path, "PATH")
    for pattern, put in _CHANGING:
        text = pattern.sub(put, text)
    return text
