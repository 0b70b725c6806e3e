"""The wire format of Gemini generateContent. The key travels in a header, never in the URL."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson

from promptassay.providers.adapters.reading import (
    add_counts,
    as_count,
    as_dict,
    as_list,
    as_str,
    drop_none,
    error_object,
    judge_status,
)
from promptassay.providers.adapters.turns import split_turns
from promptassay.providers.sse_lines import ServerEvent, load_object
from promptassay.providers.wire import (
    Answer,
    CallRequest,
    Event,
    Finished,
    FinishReason,
    Headers,
    ModelInfo,
    ReasoningDelta,
    Target,
    TextDelta,
    ToolCall,
    Usage,
    Verdict,
    WireFault,
    WireRequest,
)

_VERSIONED: Final = re.compile(r"/v\d+(beta\d*|alpha\d*)?$")
# 2.5 takes a budget of tokens; 3 and later a level; older ones do not think.
_THINKS_WITH_BUDGET: Final = re.compile(r"gemini-2\.5")
_THINKS_WITH_LEVEL: Final = re.compile(r"gemini-([3-9]|\d\d)")
_ONLY_LOW_AND_HIGH: Final = re.compile(r"gemini-3-pro")
_BUDGETS: Final = {"low": 1024, "medium": 8192, "high": 24576}

_FINISH: Final[Mapping[str, FinishReason]] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "MODEL_ARMOR": "content_filter",
}
_REASON: Final = re.compile(r"[A-Z_]{1,40}")
_DELAY: Final = re.compile(r"(\d{1,5}(?:\.\d+)?)s")

# Google's API keys: who is not registered is a 403, PERMISSION_DENIED; UNAUTHENTICATED is a 401.
REFUSES_WITH: Final = frozenset({401, 403})


def build(request: CallRequest, target: Target, *, stream: bool) -> WireRequest:
    """The HTTP request for a call. `store: false` keeps it out of the project's request log."""
    system, turns = split_turns(request.messages)
    body: dict[str, Any] = {
        "contents": [
            {"role": "model" if turn.role == "assistant" else "user", "parts": [{"text": turn.text}]} for turn in turns
        ],
        "store": False,
    }
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if config := _config(request):
        body["generationConfig"] = config
    if request.tools:
        declared = [
            {"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters}
            for tool in request.tools
        ]
        body["tools"] = [{"functionDeclarations": declared}]
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return WireRequest(f"{_prefix(target)}/{_model_path(request.model)}:{verb}", _headers(target), orjson.dumps(body))


def _config(request: CallRequest) -> dict[str, Any]:
    settings = request.settings
    config = drop_none(
        {
            "temperature": settings.temperature,
            "topP": settings.top_p,
            "maxOutputTokens": settings.max_output_tokens,
            "stopSequences": list(settings.stop) or None,
            "seed": settings.seed,
            "presencePenalty": settings.presence_penalty,
            "frequencyPenalty": settings.frequency_penalty,
        }
    )
    if request.response_schema is not None or request.json_mode:
        config["responseMimeType"] = "application/json"
    if request.response_schema is not None:
        config["responseJsonSchema"] = request.response_schema
    effort = settings.reasoning_effort
    model = request.model.removeprefix("models/")
    if effort is not None and _THINKS_WITH_BUDGET.match(model):
        config["thinkingConfig"] = {"thinkingBudget": _BUDGETS[effort]}
    elif effort is not None and _THINKS_WITH_LEVEL.match(model):
        level = "high" if effort == "medium" and _ONLY_LOW_AND_HIGH.match(model) else effort
        config["thinkingConfig"] = {"thinkingLevel": level}
    return config


def parse_full(body: bytes) -> Answer:
    """A whole answer. Raises WireFault: malformed, or what an error inside a 200 means."""
    reader = StreamReader()
    text, reasoning, calls = "", "", []
    finished: Finished | None = None
    value = load_object(body)
    if "candidates" not in value and "promptFeedback" not in value and "error" not in value:
        raise WireFault("malformed")
    events = reader.read(value)
    try:
        events += reader.close()
    except WireFault:
        raise WireFault("malformed") from None
    for event in events:
        match event:
            case TextDelta():
                text += event.text
            case ReasoningDelta():
                reasoning += event.text
            case ToolCall():
                calls.append(event)
            case Finished():
                finished = event
    assert finished is not None
    return Answer(text, finished, tuple(calls), reasoning)


class StreamReader:
    """Turns the events of one streamed answer into ours. The last one has a finish reason, no marker."""

    __slots__ = ("_blocked", "_calls", "_finish", "_model", "_usage", "done")

    def __init__(self) -> None:
        self.done = False
        self._finish = ""
        self._blocked = ""
        self._model = ""
        self._usage: dict[str, Any] = {}
        self._calls: list[Event] = []

    def feed(self, event: ServerEvent) -> list[Event]:
        """The events inside one server event. Raises WireFault when it is malformed or an error."""
        return self.read(load_object(event.data))

    def read(self, value: dict[str, Any]) -> list[Event]:
        """The events inside one response object."""
        if value.get("error"):
            verdict = _verdict(as_dict(value["error"]), 0)
            raise WireFault(verdict.kind, verdict.setting)
        self._model = as_str(value.get("modelVersion")) or self._model
        self._usage |= as_dict(value.get("usageMetadata"))
        self._blocked = as_str(as_dict(value.get("promptFeedback")).get("blockReason")) or self._blocked
        events: list[Event] = []
        for candidate in map(as_dict, as_list(value.get("candidates"))[:1]):
            for part in map(as_dict, as_list(as_dict(candidate.get("content")).get("parts"))):
                events += self._read_part(part)
            self._finish = as_str(candidate.get("finishReason")) or self._finish
        return events

    def _read_part(self, part: dict[str, Any]) -> list[Event]:
        if call := as_dict(part.get("functionCall")):
            arguments = orjson.dumps(as_dict(call.get("args"))).decode()
            self._calls.append(ToolCall(as_str(call.get("id")), as_str(call.get("name")), arguments))
        if not (text := as_str(part.get("text"))):
            return []
        return [ReasoningDelta(text) if part.get("thought") is True else TextDelta(text)]

    def close(self) -> list[Event]:
        """The last events. Raises WireFault("cut_off") when no finish reason came."""
        if not self._finish and not self._blocked:
            raise WireFault("cut_off")
        finish = _FINISH.get(self._finish, "other")
        if self._blocked:
            finish = "content_filter"
        elif self._calls and finish == "stop":
            finish = "tool_calls"
        reason = self._blocked or self._finish
        refusal = reason if finish == "content_filter" and _REASON.fullmatch(reason) else None
        return [*self._calls, Finished(finish, _usage(self._usage), refusal, self._model or None)]


def error_kind(status: int, body: bytes) -> Verdict:
    """What an HTTP error means. A wrong key is answered with 400 here."""
    return _verdict(error_object(body), status)


def _verdict(error: dict[str, Any], status: int) -> Verdict:
    details = list(map(as_dict, as_list(error.get("details"))))
    if any(detail.get("reason") == "API_KEY_INVALID" for detail in details):
        return Verdict("wrong_key")
    code = error.get("code")
    status = status or (code if isinstance(code, int) and 400 <= code < 600 else 500)
    verdict = judge_status(status, [as_str(error.get("status")), as_str(error.get("message"))])
    for detail in details:
        if delay := _DELAY.fullmatch(as_str(detail.get("retryDelay"))):
            return Verdict(verdict.kind, verdict.setting, float(delay[1]))
    return verdict


def build_models(target: Target) -> WireRequest:
    """The request for the models that the key may use."""
    return WireRequest(f"{_prefix(target)}/models?pageSize=1000", _headers(target))


def parse_models(body: bytes) -> list[ModelInfo]:
    """The models that generate content, in the provider's order. Raises WireFault("malformed")."""
    value = load_object(body)
    if not isinstance(value.get("models"), list):
        raise WireFault("malformed")
    return [
        ModelInfo(
            name,
            as_str(model.get("displayName")),
            as_count(model.get("inputTokenLimit")),
            as_count(model.get("outputTokenLimit")),
        )
        for model in map(as_dict, value["models"])
        if (name := as_str(model.get("name")).removeprefix("models/"))
        and "generateContent" in as_list(model.get("supportedGenerationMethods"))
    ]


def _prefix(target: Target) -> str:
    return "" if _VERSIONED.search(target.url) else "/v1beta"


def _model_path(model: str) -> str:
    """`models/NAME` or `tunedModels/NAME`, with the name unable to leave its place in the path."""
    kind, _, name = model.rpartition("/")
    return f"{'tunedModels' if kind == 'tunedModels' else 'models'}/{quote(name, safe='')}"


def _headers(target: Target) -> Headers:
    headers = Headers({"Content-Type": "application/json"})
    if target.secret:
        headers["x-goog-api-key"] = target.secret.reveal()
    return headers


def _usage(usage: dict[str, Any]) -> Usage:
    thoughts = as_count(usage.get("thoughtsTokenCount"))
    return Usage(
        add_counts(as_count(usage.get("promptTokenCount")), as_count(usage.get("toolUsePromptTokenCount"))),
        add_counts(as_count(usage.get("candidatesTokenCount")), thoughts),
        as_count(usage.get("cachedContentTokenCount")),
        thoughts,
    )
