"""Evidence that anyone can check without asking: each byte of a bundle matters, and what is wrong is named."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.core.secret import Secret
from promptassay.trust.bundle import Chain, Stated, make_bundle, verify
from promptassay.trust.evidence import CHECKPOINT_FORMAT, FORMAT, Signer, canonical, hash_of_words, moment

SIGNER = Signer.from_secret(Secret("the secret key of the instance under test, long enough"))
OTHER = Signer.from_secret(Secret("the secret key of another instance, as long as the first"))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BUILD = "b41f9c2"
CLAIMS = (
    Stated("isolation", "Walled off by the database.", {"isolation-probe": 600}),
    Stated("custody", "Keys are sealed.", {"custody-probe": 600}),
)


def entry(sequence: int, previous: str, claim: Stated, *, signer: Signer = SIGNER, **other: Any) -> dict[str, Any]:
    ended = NOW - timedelta(minutes=10 - sequence)
    unsigned = {
        "format": FORMAT,
        "sequence": sequence,
        "claim": claim.id,
        "proof": f"{claim.id}-probe",
        "kind": "probe",
        "words": hash_of_words(claim.words),
        "verdict": "held",
        "counts": {"statements": 40, "rows": 0},
        "found": "",
        "started": moment(ended - timedelta(seconds=1)),
        "ended": moment(ended),
        "build": BUILD,
        "schema": "0001",
        "command": "promptassay trust prove isolation",
        "previous": previous,
    }
    return signer.sign(unsigned | other)


def chain(length: int = 6, **other: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for sequence in range(1, length + 1):
        made.append(entry(sequence, made[-1]["hash"] if made else "", CLAIMS[sequence % 2], **other))
    return made


def bundle(
    evidence: Sequence[Any], signer: Signer = SIGNER, claims: Sequence[Stated] = CLAIMS, **more: Sequence[Any]
) -> bytes:
    instance, held = "https://assay.example", Chain(evidence, **more)
    return make_bundle(signer, instance=instance, build=BUILD, claims=claims, chain=held, at=NOW)


def checkpoints(evidence: Sequence[Any], *places: int, signer: Signer = SIGNER) -> list[dict[str, Any]]:
    """Checkpoints at these places of a whole chain."""
    made: list[dict[str, Any]] = []
    for place in places:
        previous = made[-1]["hash"] if made else ""
        unsigned = {"format": CHECKPOINT_FORMAT, "sequence": place, "entry": evidence[place - 1]["hash"]}
        made.append(signer.sign({**unsigned, "at": moment(NOW), "previous": previous}))
    return made


WHOLE = bundle(chain())


def test_a_bundle_is_whole_and_fresh() -> None:
    report = verify(WHOLE, now=NOW, key_id=SIGNER.key_id)
    assert report.is_whole and report.stale == () and report.entries == 6
    assert report.key_id == SIGNER.key_id and report.made == "2026-11-24T12:00:00.000Z"


def test_the_key_is_that_of_the_secret_and_of_no_other() -> None:
    assert Signer.from_secret(Secret("the secret key of the instance under test, long enough")).public == SIGNER.public
    assert OTHER.public != SIGNER.public
    problems = verify(WHOLE, now=NOW, key_id=OTHER.key_id).problems
    assert problems == (f"The bundle is signed by key {SIGNER.key_id}; {OTHER.key_id} was expected.",)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, change: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= change
    assert not verify(bytes(changed), now=NOW).is_whole


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=3))
def test_any_cut_and_any_addition_is_found(at: int, added: bytes) -> None:
    assert not verify(WHOLE[:at], now=NOW).is_whole
    if added:
        assert not verify(WHOLE[:at] + added + WHOLE[at:], now=NOW).is_whole


def test_a_space_is_named_by_its_place() -> None:
    assert verify(WHOLE[:1] + b" " + WHOLE[1:], now=NOW).problems == (
        "Byte 1 of the file is not as the bundle was written.",
    )


def _resigned(evidence: list[dict[str, Any]]) -> tuple[str, ...]:
    """What is found although whoever holds the instance's key signed the bundle again."""
    return verify(bundle(evidence), now=NOW).problems


def test_a_changed_entry_is_named_even_in_a_bundle_signed_again() -> None:
    evidence = chain()
    evidence[2]["counts"]["rows"] = 7
    assert _resigned(evidence) == ("Entry 3 (custody, custody-probe): its contents were changed after it was hashed.",)


def test_a_missing_entry_is_named() -> None:
    evidence = chain()
    del evidence[3]
    assert _resigned(evidence) == (
        "Entry 5 (custody, custody-probe) does not follow entry 3: something between them is missing.",
    )


def test_an_entry_put_in_the_place_of_another_breaks_the_chain() -> None:
    evidence = chain()
    evidence[2] = entry(3, evidence[1]["hash"], CLAIMS[1], found="other")
    assert _resigned(evidence) == ("Entry 4 (isolation, isolation-probe) is not chained to entry 3.",)


def test_an_entry_of_another_instance_is_named() -> None:
    evidence = chain(1)
    evidence.append(entry(2, evidence[0]["hash"], CLAIMS[0], signer=OTHER))
    assert _resigned(evidence) == (
        "Entry 2 (isolation, isolation-probe): its signature is not that of the bundle's key.",
    )


def test_a_field_too_many_and_a_claim_that_is_not_stated_are_named() -> None:
    found = _resigned([entry(1, "", CLAIMS[0], note="trust me")])
    assert found == ("Entry 1 (isolation, isolation-probe) has other fields than it should.",)
    unstated = verify(bundle(chain(1), claims=CLAIMS[:1]), now=NOW).problems
    assert unstated == ("Entry 1 (custody, custody-probe) is about a claim that the bundle does not state.",)


def test_what_is_old_failing_or_about_other_words_is_stale_not_broken() -> None:
    later = verify(WHOLE, now=NOW + timedelta(minutes=5, seconds=30))
    assert later.is_whole
    assert later.stale == ("custody: the last run of custody-probe, entry 5, is from 2026-11-24T11:55:00.000Z.",)
    failing = verify(bundle(chain(verdict="failed")), now=NOW).stale
    assert failing[0] == "custody: the last run of custody-probe, entry 5, says “failed”."
    other_words = (Stated("isolation", "Walled off, always.", {"isolation-probe": 600}), CLAIMS[1])
    assert verify(bundle(chain(), claims=other_words), now=NOW).stale == (
        "isolation: no run of isolation-probe is in this bundle.",
    )
    other_build = verify(bundle(chain(build="0000000")), now=NOW).stale
    assert other_build[0] == "custody: the last run of custody-probe, entry 5, was of build 0000000."


def test_what_is_bound_to_the_build_never_grows_old() -> None:
    gates = tuple(Stated(each.id, each.words, {f"{each.id}-probe": 0}) for each in CLAIMS)
    assert verify(bundle(chain(), claims=gates), now=NOW + timedelta(days=900)).stale == ()


# --- What stands before the stretch -----------------------------------------------------------------------------------


def test_earlier_entries_count_and_stand_for_themselves() -> None:
    evidence = chain()
    claims = (*CLAIMS, Stated("gate", "Tested.", {"gate-probe": 0}))
    gate = entry(1, "", claims[2])
    assert verify(bundle(evidence[2:], claims=claims, earlier=[gate]), now=NOW).stale == ()
    changed = {**gate, "counts": {"tests": 9}}
    assert verify(bundle(evidence[2:], claims=claims, earlier=[changed]), now=NOW).problems == (
        "Entry 1 (gate, gate-probe): its contents were changed after it was hashed.",
    )
    assert verify(bundle(evidence, claims=claims, earlier=[gate]), now=NOW).problems == (
        "Entry 1 (gate, gate-probe) is not earlier than the rest.",
    )


def test_checkpoints_are_chained_and_agree_with_the_entries() -> None:
    evidence = chain()
    points = checkpoints(evidence, 1, 2, 5)
    assert verify(bundle(evidence[2:], checkpoints=points), now=NOW).is_whole
    assert verify(bundle(evidence[2:], checkpoints=[points[0], points[2]]), now=NOW).problems == (
        "The checkpoint at entry 5 is not chained to that at entry 1.",
    )
    points[2] = checkpoints([evidence[0]] * 5, 1, 2, 5)[2]
    assert "The checkpoint at entry 5 is about another entry than the one at its place." in (
        verify(bundle(evidence[2:], checkpoints=points), now=NOW).problems
    )
    points[0]["at"] = "2026-11-24T09:00:00.000Z"
    assert verify(bundle(evidence[2:], checkpoints=points[:2]), now=NOW).problems == (
        "The checkpoint at entry 1: its contents were changed after it was hashed.",
    )


def test_a_later_bundle_continues_an_earlier_one() -> None:
    evidence = chain(9)
    points = checkpoints(evidence, 2, 4, 7)
    first = bundle(evidence[:5], checkpoints=points[:2])
    later = bundle(evidence[6:], checkpoints=points)
    assert verify(later, now=NOW, after=first).is_whole
    rewritten = chain(9, found="rewritten")
    other = bundle(rewritten[6:], checkpoints=checkpoints(rewritten, 2, 4, 7))
    assert verify(other, now=NOW).is_whole
    assert verify(other, now=NOW, after=first).problems == (
        "Entry 2 is another one than in the earlier bundle.",
        "Entry 4 is another one than in the earlier bundle.",
    )
    assert verify(first, now=NOW, after=later).problems[-1] == (
        "The earlier bundle goes on to entry 9, this one does not."
    )
    assert verify(bundle(evidence[6:]), now=NOW, after=bundle(evidence[:5])).problems == (
        "The two bundles have no entry and no checkpoint in common: nothing between them is proved.",
    )
    assert verify(later, now=NOW, after=b"{}").problems == ("The earlier bundle is none.",)
    assert not verify(later, now=NOW, after=first.replace(b'"rows":0', b'"rows":1')).is_whole


def test_a_bundle_from_the_future_is_refused() -> None:
    assert not verify(WHOLE, now=NOW - timedelta(hours=1)).is_whole


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"format":"promptassay-evidence-bundle-1"}',
        canonical({**orjson.loads(WHOLE), "evidence": [1]}), canonical({**orjson.loads(WHOLE), "public_key": 5}),
        canonical({**orjson.loads(WHOLE), "claims": []}), canonical({**orjson.loads(WHOLE), "made": "yesterday"}),
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_refused_in_words(data: bytes) -> None:
    report = verify(data, now=NOW)
    assert not report.is_whole and all(each.endswith(".") for each in report.problems)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
        lambda x: (
            st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(sorted(orjson.loads(WHOLE))), x, max_size=9)
        ),
    )
)
def test_no_json_makes_verification_fall_over(value: Any) -> None:
    whole = orjson.loads(WHOLE)
    assert not verify(canonical(value), now=NOW).is_whole
    if isinstance(value, dict) and any(whole[name] != each for name, each in value.items()):
        assert not verify(canonical({**whole, **value}), now=NOW).is_whole
