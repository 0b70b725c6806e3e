"""The signed bundle of evidence that anyone can download, and its verification, which needs nothing but the file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from promptassay.trust.evidence import (
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

BUNDLE_FORMAT: Final = "promptassay-evidence-bundle-1"
_TOP: Final = {"format", "made", "instance", "public_key", "claims", "evidence", "key", "hash", "signature"}
_AHEAD: Final = timedelta(minutes=10)  # how far the clocks of two machines may differ


@dataclass(frozen=True)
class Stated:
    """What a bundle says of one claim: its words, and for how many seconds a proof of it stays fresh."""

    id: str
    words: str
    fresh_s: int


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
    signer: Signer, *, instance: str, claims: Iterable[Stated], evidence: Iterable[Entry], at: datetime
) -> bytes:
    """The bundle as bytes: evidence in the order of its sequence, any unbroken stretch of the chain."""
    unsigned = {
        "format": BUNDLE_FORMAT,
        "made": moment(at),
        "instance": instance,
        "public_key": signer.public,
        "claims": {each.id: {"words": each.words, "fresh_s": each.fresh_s} for each in claims},
        "evidence": [dict(each) for each in evidence],
    }
    return canonical(signer.sign(unsigned))


def verify(data: bytes, *, now: datetime | None = None, key_id: str = "") -> Report:
    """Check a bundle offline: every byte, hash, signature, link of the chain, and the age of the proofs.

    `key_id` is the key that one expects, as the instance's page shows it; without it the report's own is only told.
    """
    try:
        bundle = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return Report((f"This is not JSON: {error}.",))
    if not isinstance(bundle, dict) or bundle.get("format") != BUNDLE_FORMAT:
        return Report((f"This is not a bundle of evidence: its format is not {BUNDLE_FORMAT}.",))
    try:
        return _report(data, bundle, now or datetime.now(UTC), key_id)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Report((f"The bundle is not built as it should be: {type(error).__name__} {error}.",))


def _report(data: bytes, bundle: dict[str, Any], now: datetime, key_id: str) -> Report:
    problems = list(_of_bundle(data, bundle, key_id))
    problems += _of_chain(bundle["evidence"], bundle["public_key"], bundle["claims"])
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
        name = f"Entry {entry['sequence']} ({entry['claim']}, {entry['proof']})"
        if set(entry) != set(FIELDS) or entry["format"] != FORMAT:
            yield f"{name} has other fields than it should."
        if hash_of(entry) != entry["hash"]:
            yield f"{name}: its contents were changed after it was hashed."
        if entry["key"] != key_id_of(public) or not is_signed(entry, public):
            yield f"{name}: its signature is not that of the bundle's key."
        if before is not None and entry["sequence"] != before["sequence"] + 1:
            yield f"{name} does not follow entry {before['sequence']}: something between them is missing."
        elif before is not None and entry["previous"] != before["hash"]:
            yield f"{name} is not chained to entry {before['sequence']}."
        if _read(entry["ended"]) < _read(entry["started"]):
            yield f"{name} ended before it started."
        if entry["claim"] not in claims:
            yield f"{name} is about a claim that the bundle does not state."
        before = entry


def _stale(bundle: dict[str, Any], now: datetime) -> Iterable[str]:
    """The claims without a proof that held for the words as they stand and is still fresh."""
    for claim, stated in bundle["claims"].items():
        words = hash_of_words(stated["words"])
        fresh = now - timedelta(seconds=stated["fresh_s"])
        runs = [each for each in bundle["evidence"] if each["claim"] == claim and each["words"] == words]
        latest = {each["proof"]: each for each in runs}
        if not latest:
            yield f"{claim}: no proof of it is in this bundle."
        for entry in latest.values():
            if entry["verdict"] != "held":
                run = f"the last run of {entry['proof']}, entry {entry['sequence']}"
                yield f"{claim}: {run}, says “{entry['verdict']}”."
            elif _read(entry["ended"]) < fresh:
                yield f"{claim}: the last proof by {entry['proof']} is from {entry['ended']}."


def _read(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} is not a time with its zone")
    return at
