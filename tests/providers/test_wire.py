"""What prompts and providers write stays out of every repr."""

import pickle
import pprint
import traceback

import pytest

from promptassay.core.secret import Secret
from promptassay.providers.wire import (
    Answer,
    CallRequest,
    Completion,
    Finished,
    Headers,
    Message,
    ReasoningDelta,
    Target,
    TextDelta,
    ToolCall,
    ToolDefinition,
    Usage,
    WireRequest,
)

WORD = "touchstone"
DONE = Finished("stop", Usage(1, 2), refusal=WORD)
CARRIERS = [
    TextDelta(WORD),
    ReasoningDelta(WORD),
    ToolCall("1", "look_up", WORD),
    DONE,
    Answer(WORD, DONE, reasoning=WORD),
    Completion(WORD, (ToolCall("1", "look_up", WORD),), "stop", Usage(), WORD, "m", 0.1, 0.2, 1),
    Message("user", WORD),
    CallRequest("m", (Message("user", WORD),), response_schema={"title": WORD}, tools=(ToolDefinition(WORD, "", {}),)),
    Target("openai", "https://api.example.com", Secret(WORD)),
    WireRequest("/path", Headers({"Authorization": WORD}), WORD.encode()),
    Headers({"Authorization": WORD}),
]


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: type(carrier).__name__)
def test_no_text_in_repr_format_or_pprint(carrier: object) -> None:
    for shown in (repr(carrier), str(carrier), f"{carrier}", pprint.pformat({"local": [carrier]})):
        assert WORD not in shown


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: type(carrier).__name__)
def test_no_text_in_a_traceback_with_locals(carrier: object) -> None:
    local = carrier
    try:
        raise ValueError("broken")
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "local" in shown
    assert WORD not in shown
    assert local is carrier


def test_a_target_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(CARRIERS[8])


def test_a_built_in_provider_has_its_own_address() -> None:
    assert Target("anthropic").url == "https://api.anthropic.com"
    assert Target("compatible", "http://localhost:11434/v1/").url == "http://localhost:11434/v1"
