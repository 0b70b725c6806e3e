"""Bundles whole and broken, with what is to be found in each: `python -m tests.trust.vectors` writes `vectors.json`.

The verifier in Python and the one in the page read the same file and must say the same, word for word. Expected
sentences that end in “: ” are beginnings: what follows is the parser's own way of saying it.
"""

import base64
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from promptassay.trust.bundle import Stated, verify
from promptassay.trust.evidence import canonical
from tests.trust.test_bundle import BUILD, CLAIMS, NOW, OTHER, SIGNER, bundle, chain, checkpoints, entry

FILE: Final = Path(__file__).with_name("vectors.json")
# Every kind of letter that JSON writes in its own way, and two whose order differs between UTF-16 and code points.
ODD: Final = 'a/b \\ " \n\t\r\b\f \x01 \x1f \x7f é ’ \u2028 \ufeff 🜚'
OPEN_ENDED: Final = ("This is not JSON: ", "The bundle is not built as it should be: ")


@dataclass(frozen=True)
class Vector:
    """One file, the moment of its verification, the key that is expected."""

    name: str
    data: bytes
    now: datetime = NOW
    key_id: str = ""

    def expected(self) -> dict[str, Any]:
        """As the file holds it: what is found, without the parsers' own words."""
        report = verify(self.data, now=self.now, key_id=self.key_id)
        problems = [next((each for each in OPEN_ENDED if one.startswith(each)), one) for one in report.problems]
        return {
            "name": self.name,
            "data": base64.b64encode(self.data).decode(),
            "now_ms": int(self.now.timestamp() * 1000),
            "key_id": self.key_id,
            "problems": problems,
            "stale": list(report.stale),
            "entries": report.entries,
        }


def vectors() -> Iterator[Vector]:
    """All of them."""
    evidence, points = chain(4), checkpoints(chain(4), 1, 2, 4)
    whole = bundle(evidence)
    yield Vector("whole and fresh", whole, key_id=SIGNER.key_id)
    yield Vector("another key expected", whole, key_id=OTHER.key_id)
    yield Vector("from the future", whole, now=NOW - timedelta(hours=1))
    yield Vector("old", whole, now=NOW + timedelta(minutes=9))
    odd = Stated("odd", ODD, {"odd-probe": 0})
    counts = {"\U0001f71a": 1, "\uffee": 2, "z": 3, "é": 4, "": 5}
    yield Vector("odd letters", bundle([entry(1, "", odd, counts=counts, found=ODD)], claims=[odd]))
    yield from _bytes(whole)
    yield from _entries(evidence)
    yield from _states(evidence)
    yield from _before_the_stretch(evidence, points)


def _bytes(whole: bytes) -> Iterator[Vector]:
    yield Vector("a space", whole[:1] + b" " + whole[1:])
    yield Vector("a line at the end", whole + b"\n")
    yield Vector("cut off", whole[:-9])
    yield Vector("a mark in front", b"\xef\xbb\xbf" + whole)
    yield Vector("no UTF-8", whole.replace(b"Walled", b"W\xff\xfe\xfd\xfced"))
    yield Vector("half a letter", whole.replace(b"Walled", rb"\ud83d"))
    yield Vector("an escape that is not needed", whole.replace(b"Walled", rb"W\u0061lled"))
    yield Vector("a changed signature", whole.replace(b'"signature":"', b'"signature":"A', 1))
    yield Vector("a changed word", whole.replace(b"Walled off", b"Walled in"))
    yield Vector("a field twice", b'{"build":"x",' + whole[1:])
    for name, data in (("nothing", b""), ("a list", b"[]"), ("null", b"null"), ("NaN", b"NaN"), ("a word", b'"x"')):
        yield Vector(name, data)
    whole_value = orjson.loads(whole)
    yield Vector("of another format", canonical({**whole_value, "format": "promptassay-evidence-bundle-1"}))
    for field, value in (
        ("evidence", [1]),
        ("claims", []),
        ("made", "yesterday"),
        ("earlier", None),
        ("public_key", 5),
    ):
        yield Vector(f"{field} is not what it should be", canonical({**whole_value, field: value}))
    without = {name: each for name, each in whole_value.items() if name != "checkpoints"}
    yield Vector("without a field", canonical(without))
    yield Vector("with a field more", canonical({**whole_value, "note": "trust me"}))


def _entries(evidence: list[dict[str, Any]]) -> Iterator[Vector]:
    """What is found although whoever holds the key signed the bundle again."""
    changed = [*evidence[:2], {**evidence[2], "counts": {"rows": 7}}, evidence[3]]
    yield Vector("a changed entry", bundle(changed))
    yield Vector("a missing entry", bundle([evidence[0], evidence[2], evidence[3]]))
    other = entry(2, evidence[0]["hash"], CLAIMS[0], found="other")
    yield Vector("an entry in the place of another", bundle([evidence[0], other, evidence[2]]))
    foreign = entry(2, evidence[0]["hash"], CLAIMS[0], signer=OTHER)
    yield Vector("an entry of another instance", bundle([evidence[0], foreign]))
    yield Vector("an entry with a field more", bundle([entry(1, "", CLAIMS[0], note="trust me")]))
    yield Vector("a claim that is not stated", bundle(evidence, claims=CLAIMS[:1]))
    backwards = entry(1, "", CLAIMS[0], started="2026-11-24T11:59:00.000Z", ended="2026-11-24T11:58:00.000Z")
    yield Vector("an end before its beginning", bundle([backwards]))


def _states(evidence: list[dict[str, Any]]) -> Iterator[Vector]:
    """Whole, and not proven."""
    yield Vector("failed", bundle(chain(4, verdict="failed")))
    yield Vector("of another build", bundle(chain(4, build=f"{BUILD}0")))
    reworded = (Stated("isolation", "Walled off, always.", {"isolation-probe": 600}), CLAIMS[1])
    yield Vector("of other words", bundle(evidence, claims=reworded))
    lowered = replace(CLAIMS[0], lowered="2026-11-24 11:00 UTC: A report is being looked into.")
    yield Vector("lowered by its operator", bundle(evidence, claims=(lowered, CLAIMS[1])))
    more = (*CLAIMS, Stated("roles", "A table.", {"roles-doors": 0}))
    yield Vector("a proof that never ran", bundle(evidence, claims=more))


def _before_the_stretch(evidence: list[dict[str, Any]], points: list[dict[str, Any]]) -> Iterator[Vector]:
    gate = Stated("gate", "Tested.", {"gate-probe": 0})
    early = entry(1, "", gate)
    long_after = NOW + timedelta(days=400)
    yield Vector("a gate from before", bundle(evidence[2:], claims=(*CLAIMS, gate), earlier=[early]), now=NOW)
    yield Vector("a gate long after", bundle(evidence[2:], claims=(*CLAIMS, gate), earlier=[early]), now=long_after)
    yield Vector("an earlier one that is not", bundle(evidence, claims=(*CLAIMS, gate), earlier=[early]))
    yield Vector("checkpoints", bundle(evidence[2:], checkpoints=points))
    yield Vector("a missing checkpoint", bundle(evidence[2:], checkpoints=[points[0], points[2]]))
    elsewhere = checkpoints([evidence[0]] * 4, 1, 2, 4)
    yield Vector("a checkpoint of another entry", bundle(evidence[2:], checkpoints=elsewhere))
    late = [{**points[0], "at": "2026-11-24T09:00:00.000Z"}, *points[1:]]
    yield Vector("a changed checkpoint", bundle(evidence[2:], checkpoints=late))


def as_json() -> bytes:
    """What the file must hold."""
    return orjson.dumps([each.expected() for each in vectors()], option=orjson.OPT_INDENT_2) + b"\n"


if __name__ == "__main__":
    FILE.write_bytes(as_json())
    sys.stdout.write(f"Wrote {FILE.name}.\n")
