"""Evidence as files to download: made once for each new entry of the chain, then kept in memory, whoever asks."""

import hashlib
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from django.conf import settings

from promptassay.trust import chain, claims, services
from promptassay.trust.build import build
from promptassay.trust.bundle import Stated, make_bundle
from promptassay.trust.oscal import assessment_results


@dataclass(frozen=True)
class Download:
    """A file, and the tag by which a client knows that it has it."""

    data: bytes
    etag: str


_kept: dict[str, tuple[Hashable, Download]] = {}
_one_at_a_time = threading.Lock()


def bundle() -> Download:
    """The signed bundle of the newest evidence."""
    return _made_once("bundle", (), _bundle)


def oscal() -> Download:
    """Claims and proofs as OSCAL assessment results; another when a proof grew stale meanwhile."""
    stands = chain.standings_now()
    state = tuple((each.claim.id, each.state, tuple(one.reason for one in each.proofs)) for each in stands)

    def make() -> bytes:
        at, key_id = datetime.now(UTC), services.signer().key_id
        found = assessment_results(stands, instance=settings.PUBLIC_URL, build=build(), key_id=key_id, at=at)
        return orjson.dumps(found, option=orjson.OPT_INDENT_2)

    return _made_once("oscal", state, make)


def _made_once(name: str, state: Hashable, make: Callable[[], bytes]) -> Download:
    """What was made for the same end of the chain, or a new one; a crowd waits for one of it to make it."""
    key = (chain.newest(), build(), settings.PUBLIC_URL, state)
    with _one_at_a_time:
        if name not in _kept or _kept[name][0] != key:
            data = make()
            _kept[name] = key, Download(data, f'"{hashlib.sha256(data).hexdigest()[:32]}"')
        return _kept[name][1]


def _bundle() -> bytes:
    lowered = {name: f"{run.ended:%Y-%m-%d %H:%M} UTC: {run.found}" for name, run in chain.lowered().items()}
    stated = [
        Stated(each.id, each.words, {proof.id: proof.fresh_s for proof in each.proofs}, lowered.get(each.id, ""))
        for each in claims.CLAIMS
    ]
    return make_bundle(
        services.signer(),
        instance=settings.PUBLIC_URL,
        build=build(),
        claims=stated,
        chain=chain.for_bundle(),
        at=datetime.now(UTC),
    )
