"""Each kind of failure has words of ours that name provider and host and say what to do."""

import inspect
import re

import pytest

from promptassay.core.errors import ProviderFailure
from promptassay.providers.failures import _WORDS, failure
from promptassay.providers.wire import Target, WireFault

OPENAI = Target("openai")
LOCAL = Target("compatible", "http://llm.example.com:8000/v1")


@pytest.mark.parametrize("kind", _WORDS)
def test_words_are_whole_and_name_who(kind: str) -> None:
    for target, who, host in ((OPENAI, "OpenAI", "api.openai.com"), (LOCAL, "llm.example.com", "llm.example.com")):
        told = failure(WireFault(kind, "temperature", status=418, retry_after=7.0), target)
        text = str(told)
        assert told.kind == kind
        assert (told.status_code, told.retry_after) == (418, 7.0)
        assert who in text or host in text
        assert all(part.endswith(".") and "{" not in part for part in (told.message, told.why, told.next_step))
        assert told.details == {"kind": kind, "status": 418}


def test_every_kind_the_errors_promise_has_words() -> None:
    promised = re.findall(r"[a-z_]+", (inspect.getdoc(ProviderFailure) or "").split("kind: ")[1].split(".")[0])
    assert set(promised) - {"cancelled"} <= set(_WORDS)


def test_an_unknown_kind_and_a_broken_address_still_have_words() -> None:
    told = failure(WireFault("novelty"), Target("compatible", "https://[::1"))
    assert told.kind == "novelty"
    assert "the provider" in str(told)
