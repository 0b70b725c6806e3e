"""Probe of the seal on provider keys: a canary key sealed as the product does it opens in its one place only."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings

from promptassay.core.ids import uuid7
from promptassay.core.secret import Secret
from promptassay.core.vault import MasterKey, VaultError, new_data_key, seal, unseal
from promptassay.providers.models import ProviderKey
from promptassay.trust.probes import Canaries, Outcome, progress

ORIGIN: Final = "https://canary.invalid:443"
_ELSEWHERE: Final = ("http://canary.invalid:443", "https://canary.invalid:8443", "https://evil.invalid:443")


@dataclass(frozen=True)
class _Attempt:
    """One try to open the sealed key: with this master key, in this workspace, of these bytes, in this place."""

    kind: str
    master: MasterKey
    data_key: bytes
    workspace: str
    ciphertext: bytes
    context: tuple[str, ...]

    def opens(self) -> bool:
        try:
            unseal(self.master, self.data_key, self.workspace, self.ciphertext, self.context)
        except VaultError:
            return False
        return True


def seal_holds(canaries: Canaries) -> Outcome:
    """The key opens where it was sealed; with any part of the binding or any byte changed it does not."""
    key = ProviderKey(id=uuid7(), provider="compatible", origin=ORIGIN)
    master: MasterKey = settings.MASTER_KEYS.present
    # Their data keys are made for the moment and stored nowhere.
    data_key = {each: new_data_key(master, str(each)) for each in (canaries.a, canaries.b)}
    secret = Secret(os.urandom(24).hex())
    workspace = str(canaries.a)
    ciphertext = seal(master, data_key[canaries.a], workspace, secret, key.seal_context)
    right = _Attempt("openings in its place", master, data_key[canaries.a], workspace, ciphertext, key.seal_context)
    if not right.opens():
        return Outcome("error", {}, "The canary key does not open in its own place.")
    moved = replace(
        right, kind="openings in another workspace", data_key=data_key[canaries.b], workspace=str(canaries.b)
    )
    attempts = [moved, *_elsewhere(right, key), *_changed(right), _other_master(right)]
    tried = Counter(each.kind for each in attempts)
    opened = set()
    for kind in tried:
        gave_way = [each for each in attempts if each.kind == kind and each.opens()]
        opened |= {each.kind for each in gave_way}
        progress.tell(f"{kind}: {tried[kind]} tried, {len(gave_way)} opened")
    counts = {**dict(sorted(tried.items())), "opened": len(opened)}
    return Outcome(
        "failed" if opened else "held", counts, "; ".join(f"a seal gave way to {kind}" for kind in sorted(opened))
    )


def _elsewhere(right: _Attempt, key: ProviderKey) -> Iterator[_Attempt]:
    for origin in _ELSEWHERE:
        moved = ProviderKey(id=key.id, provider=key.provider, origin=origin)
        yield replace(right, kind="openings at another address", context=moved.seal_context)
    other_key = ProviderKey(id=uuid7(), provider=key.provider, origin=key.origin)
    yield replace(right, kind="openings as another key", context=other_key.seal_context)
    for provider in ("openai", "anthropic", "google"):
        other = ProviderKey(id=key.id, provider=provider, origin=key.origin)
        yield replace(right, kind="openings for another provider", context=other.seal_context)


def _changed(right: _Attempt) -> Iterator[_Attempt]:
    """Each byte of the sealed key, and of the wrapped data key, with one bit flipped."""
    for at in range(len(right.ciphertext)):
        yield replace(right, kind="flipped bits", ciphertext=_flipped(right.ciphertext, at))
    for at in range(len(right.data_key)):
        yield replace(right, kind="flipped bits", data_key=_flipped(right.data_key, at))


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _other_master(right: _Attempt) -> _Attempt:
    other = MasterKey.from_bytes(os.urandom(32))
    return replace(right, kind="other master keys", master=MasterKey(other.secret, right.master.id))
