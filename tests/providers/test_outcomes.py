"""The chip of a key's last test."""

import re
from datetime import UTC, datetime
from inspect import getdoc

import pytest

from promptassay.core.errors import ProviderFailure
from promptassay.providers.models import ProviderKey
from promptassay.providers.outcomes import chip


def key(result: str, *, models: int = 0) -> ProviderKey:
    return ProviderKey(tested_at=datetime.now(UTC) if result else None, test_result=result, model_names=["m"] * models)


@pytest.mark.parametrize(
    ("result", "models", "tone", "text"),
    [
        ("", 0, "", "not tested"),
        ("ok", 1, "good", "works, 1 model"),
        ("ok", 1200, "good", "works, 1200 models"),
        ("wrong_key", 0, "bad", "wrong key"),
        ("rate_limited", 0, "warn", "rate limited"),
        ("something new", 0, "bad", "failed"),
    ],
)
def test_each_result_has_a_tone_and_words(result: str, models: int, tone: str, text: str) -> None:
    shown = chip(key(result, models=models))
    assert (shown.tone, shown.text) == (tone, text)


def test_every_kind_of_failure_has_words_of_its_own() -> None:
    listed = re.search(r"kind: (.*?)\.", getdoc(ProviderFailure) or "", re.DOTALL)
    assert listed is not None
    kinds = set(re.findall(r"[a-z_]+", listed[1])) - {"cancelled"}
    assert kinds
    assert {kind for kind in kinds if chip(key(kind)).text == "failed"} == set()
