"""The probe of the seal: it holds, and turns red when a part of the binding is left out."""

import pytest

from promptassay.providers.models import ProviderKey
from promptassay.trust import services
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.probes import custody
from promptassay.trust.probes.custody import seal_holds

pytestmark = pytest.mark.usefixtures("committed")


def test_the_seal_holds() -> None:
    outcome = seal_holds(ensure_canaries())
    assert (outcome.verdict, outcome.found) == ("held", "")
    assert outcome.counts["flipped bits"] > 100 and outcome.counts["opened"] == 0


@pytest.mark.parametrize(
    ("bound", "gave_way"),
    [
        (lambda key: ("provider-key", str(key.id), key.provider), "openings at another address"),
        (lambda key: ("provider-key", key.provider, key.origin), "openings as another key"),
        (lambda key: ("provider-key", str(key.id), key.origin), "openings for another provider"),
    ],
)
def test_a_seal_without_its_origin_turns_red(monkeypatch: pytest.MonkeyPatch, bound: object, gave_way: str) -> None:
    monkeypatch.setattr(ProviderKey, "seal_context", property(bound))  # type: ignore[arg-type]
    run = services.prove("custody-seal")
    assert run.verdict == "failed" and run.found == f"a seal gave way to {gave_way}"


def test_a_cipher_that_opens_anything_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custody, "unseal", lambda *_: None)
    run = services.prove("custody-seal")
    assert run.verdict == "failed" and "flipped bits" in run.found
