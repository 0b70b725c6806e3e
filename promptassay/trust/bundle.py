"""The signed bundle of evidence that anyone can download, and its verification, which needs nothing but the file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from promptassay.trust.evidence import (
    CHECKPOINT_FIELDS,
    CHECKPOINT_FORMAT,
    FIELDS,
    FORMAT,
    Entry,
    Signer,
    canonical,
    hash_of,
    hash_of_words,
    is_signed,
    key_id_of,
    moment,
)

BUNDLE_FORMAT: Final = "promptassay-evidence-bundle-2"
_TOP: Final = {
    "format", "made", "instance", "build", "public_key", "claims", "evidence", "earlier", "checkpoints", "key", "hash",
    "signature",
}  # fmt: skip
_AHEAD: Final = timedelta(minutes=10)  # how far the clocks of two machines may differ


@dataclass(frozen=True)
class Stated:
    """What a bundle says of one claim: its words, and its proofs with the seconds for which a run of each counts.

    Zero seconds mean as long as the build runs in which it was made. `lowered` says since when and why the operator
    has lowered it; empty where it has not.
    """

    id: str
    words: str
    proofs: Mapping[str, int]
    lowered: str = ""

    def as_json(self) -> dict[str, Any]:
        """What stands in the bundle under its id."""
        found = {"words": self.words, "proofs": dict(self.proofs)}
        return found | ({"lowered": self.lowered} if self.lowered else {})


@dataclass(frozen=True)
class Chain:
    """What a bundle holds of the chain: an unbroken stretch, entries before it that still count, and checkpoints."""

    evidence: Sequence[Entry]
    earlier: Sequence[Entry] = ()
    checkpoints: Sequence[Entry] = ()


@dataclass(frozen=True)
class Report:
    """What verification found. `problems` name each place that does not hold; without any the bundle is whole.

    `stale` lists claims without a fresh proof that held: their evidence is genuine, and old or failing.
    """

    problems: tuple[str, ...]
    stale: tuple[str, ...] = ()
    entries: int = 0
    made: str = ""
    key_id: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.problems


def make_bundle(
    signer: Signer, *, instance: str, build: str, claims: Iterable[Stated], chain: Chain, at: datetime
) -> bytes:
    """The bundle as bytes; everything in it in the order of its sequence."""
    unsigned = {
        "format": BUNDLE_FORMAT,
        "made": moment(at),
        "instance": instance,
        "build": build,
        "public_key": signer.public,
        "claims": {each.id: each.as_json() for each in claims},
        "evidence": [dict(each) for each in chain.evidence],
        "earlier": [dict(each) for each in chain.earlier],
        "checkpoints": [dict(each) for each in chain.checkpoints],
    }
    return canonical(signer.sign(unsigned))


def verify(data: bytes, *, now: datetime | None = None, key_id: str = "", after: bytes = b"") -> Report:
    """Check a bundle offline: every byte, hash, signature, link of the chain, and the age of the proofs.

    `key_id` is the key that one expects, as the instance's page shows it; without it the report's own is only told.
    `after` is a bundle that was downloaded before: the chain in this one must be a continuation of that one.
    """
    try:
        bundle = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return Report((f"This is not JSON: {error}.",))
    if not isinstance(bundle, dict) or bundle.get("format") != BUNDLE_FORMAT:
        return Report((f"This is not a bundle of evidence: its format is not {BUNDLE_FORMAT}.",))
    try:
        report = _report(data, bundle, now or datetime.now(UTC), key_id)
        return replace(report, problems=report.problems + tuple(_of_earlier(bundle, after))) if after else report
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Report((f"The bundle is not built as it should be: {type(error).__name__} {error}.",))


def _report(data: bytes, bundle: dict[str, Any], now: datetime, key_id: str) -> Report:
    if not isinstance(bundle["claims"], dict):
        raise TypeError("claims is no table")
    problems = list(_of_bundle(data, bundle, key_id))
    problems += _of_chain(bundle["evidence"], bundle["public_key"], bundle["claims"])
    problems += _of_single(bundle)
    problems += _of_checkpoints(bundle)
    if _read(bundle["made"]) > now + _AHEAD:
        problems.append(f"The bundle says it was made at {bundle['made']}, which is in the future.")
    stale = () if problems else tuple(_stale(bundle, now))
    return Report(tuple(problems), stale, len(bundle["evidence"]), str(bundle["made"]), key_id_of(bundle["public_key"]))


def _of_bundle(data: bytes, bundle: dict[str, Any], key_id: str) -> Iterable[str]:
    if unknown := set(bundle) ^ _TOP:
        yield f"The bundle has other fields than it should: {', '.join(sorted(unknown))}."
    if (byte := _first_difference(data, canonical(bundle))) is not None:
        yield f"Byte {byte} of the file is not as the bundle was written."
    if hash_of(bundle) != bundle["hash"]:
        yield "The bundle's contents are not those that were signed."
    own = key_id_of(bundle["public_key"])
    if bundle["key"] != own:
        yield "The bundle names another key than the one it carries."
    if not is_signed(bundle, bundle["public_key"]):
        yield "The bundle's signature is not that of its key."
    if key_id and key_id != own:
        yield f"The bundle is signed by key {own}; {key_id} was expected."


def _first_difference(one: bytes, other: bytes) -> int | None:
    if one == other:
        return None
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _of_chain(evidence: Sequence[Entry], public: str, claims: Mapping[str, Any]) -> Iterable[str]:
    before: Entry | None = None
    for entry in evidence:
        name = _name(entry)
        yield from _of_entry(entry, public, claims)
        if before is not None and entry["sequence"] != before["sequence"] + 1:
            yield f"{name} does not follow entry {before['sequence']}: something between them is missing."
        elif before is not None and entry["previous"] != before["hash"]:
            yield f"{name} is not chained to entry {before['sequence']}."
        before = entry


def _name(entry: Entry) -> str:
    return f"Entry {entry['sequence']} ({entry['claim']}, {entry['proof']})"


def _of_entry(entry: Entry, public: str, claims: Mapping[str, Any]) -> Iterable[str]:
    name = _name(entry)
    if set(entry) != set(FIELDS) or entry["format"] != FORMAT:
        yield f"{name} has other fields than it should."
    if hash_of(entry) != entry["hash"]:
        yield f"{name}: its contents were changed after it was hashed."
    if entry["key"] != key_id_of(public) or not is_signed(entry, public):
        yield f"{name}: its signature is not that of the bundle's key."
    if _read(entry["ended"]) < _read(entry["started"]):
        yield f"{name} ended before it started."
    if entry["claim"] not in claims:
        yield f"{name} is about a claim that the bundle does not state."


def _of_single(bundle: Mapping[str, Any]) -> Iterable[str]:
    """Entries from before the stretch: each stands for itself, by its own signature."""
    first = bundle["evidence"][0]["sequence"] if bundle["evidence"] else 0
    for entry in bundle["earlier"]:
        yield from _of_entry(entry, bundle["public_key"], bundle["claims"])
        if entry["sequence"] >= first:
            yield f"{_name(entry)} is not earlier than the rest."


def _of_checkpoints(bundle: Mapping[str, Any]) -> Iterable[str]:
    """Each signed, chained to the one before, and about the entry that stands at its place."""
    public, before = bundle["public_key"], None
    hashes = {each["sequence"]: each["hash"] for each in (*bundle["evidence"], *bundle["earlier"])}
    for point in bundle["checkpoints"]:
        name = f"The checkpoint at entry {point['sequence']}"
        if set(point) != set(CHECKPOINT_FIELDS) or point["format"] != CHECKPOINT_FORMAT:
            yield f"{name} has other fields than it should."
        if hash_of(point) != point["hash"]:
            yield f"{name}: its contents were changed after it was hashed."
        if point["key"] != key_id_of(public) or not is_signed(point, public):
            yield f"{name}: its signature is not that of the bundle's key."
        if before is not None and (point["previous"], True) != (before["hash"], point["sequence"] > before["sequence"]):
            yield f"{name} is not chained to that at entry {before['sequence']}."
        if hashes.get(point["sequence"], point["entry"]) != point["entry"]:
            yield f"{name} is about another entry than the one at its place."
        before = point


def _of_earlier(bundle: Mapping[str, Any], after: bytes) -> Iterable[str]:
    """Whether the chain goes on from where an earlier bundle left it."""
    try:
        other = orjson.loads(after)
        earlier = _report(after, other, datetime.max.replace(tzinfo=UTC) - _AHEAD, "")
        if not earlier.is_whole or other["public_key"] != bundle["public_key"]:
            yield "The earlier bundle is not whole, or of another key."
            return
        was, now = _places(other), _places(bundle)
    except (KeyError, TypeError, ValueError, AttributeError):
        yield "The earlier bundle is none."
        return
    common = sorted(was.keys() & now.keys())
    yield from (f"Entry {each} is another one than in the earlier bundle." for each in common if was[each] != now[each])
    if was and (not now or max(now) < max(was)):
        yield f"The earlier bundle goes on to entry {max(was)}, this one does not."
    elif was and not common:
        yield "The two bundles have no entry and no checkpoint in common: nothing between them is proved."


def _places(bundle: Mapping[str, Any]) -> dict[int, str]:
    """The hash of the entry at each place of the chain that a bundle names."""
    found = {each["sequence"]: str(each["entry"]) for each in bundle["checkpoints"]}
    return found | {each["sequence"]: str(each["hash"]) for each in (*bundle["earlier"], *bundle["evidence"])}


def _stale(bundle: Mapping[str, Any], now: datetime) -> Iterable[str]:
    """The claims with a proof that did not hold for the words as they stand, in the build that runs, or is old."""
    for claim, stated in bundle["claims"].items():
        words = hash_of_words(stated["words"])
        if stated.get("lowered"):
            yield f"{claim}: its operator has lowered it, {stated['lowered']}"
        runs = [
            each
            for each in (*bundle["earlier"], *bundle["evidence"])
            if each["claim"] == claim and each["words"] == words
        ]
        latest = {each["proof"]: each for each in runs}
        for proof, fresh_s in stated["proofs"].items():
            entry = latest.get(proof)
            run = f"the last run of {proof}, entry {entry['sequence']}," if entry else ""
            if entry is None:
                yield f"{claim}: no run of {proof} is in this bundle."
            elif entry["verdict"] != "held":
                yield f"{claim}: {run} says “{entry['verdict']}”."
            elif entry["build"] != bundle["build"]:
                yield f"{claim}: {run} was of build {entry['build']}."
            elif fresh_s and _read(entry["ended"]) < now - timedelta(seconds=fresh_s):
                yield f"{claim}: {run} is from {entry['ended']}."


def _read(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} is not a time with its zone")
    return at
