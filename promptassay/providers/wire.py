"""The one vocabulary of model calls: what every adapter takes, and what every adapter gives back.

Whatever a prompt or a provider wrote is kept out of `repr`, so that a stray log line or a traceback shows
lengths only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from promptassay.core.secret import Secret

ProviderName = Literal["openai", "anthropic", "google", "compatible", "demo"]
Role = Literal["system", "user", "assistant"]
Effort = Literal["low", "medium", "high"]
FinishReason = Literal["stop", "length", "tool_calls", "refusal", "content_filter", "other"]

DEFAULT_BASE_URLS: Final[Mapping[str, str]] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
}
PROVIDER_TITLES: Final[Mapping[str, str]] = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google",
    "compatible": "The server",
    "demo": "The demo provider",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes and on which key. `key_id` names the key in limits and logs; it is never the key.

    `base_url` is empty for the demo provider and for a built-in provider's own address.
    `private_allowed` says that the operator named this address: then http and private addresses are fine.
    `use_id` is the entry of the key-use ledger under which the key was opened.
    """

    provider: ProviderName
    base_url: str = ""
    secret: Secret | None = None
    key_id: str = ""
    private_allowed: bool = False
    use_id: UUID | None = None

    @property
    def url(self) -> str:
        """The base URL without a trailing slash."""
        return (self.base_url or DEFAULT_BASE_URLS.get(self.provider, "")).rstrip("/")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The settings of one call; None leaves the choice to the provider. Penalties go where they exist."""

    temperature: float | None = None
    max_output_tokens: int | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    reasoning_effort: Effort | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A function the model may ask for; `parameters` is a JSON schema of type object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message of the conversation."""

    role: Role
    content: str

    def __repr__(self) -> str:
        return f"Message(role={self.role!r}, content=<{len(self.content)} characters>)"


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One model call. `response_schema` (a JSON schema) wins over `json_mode` (any JSON object)."""

    model: str
    messages: tuple[Message, ...] = field(repr=False)
    settings: ModelSettings = ModelSettings()
    response_schema: Mapping[str, Any] | None = field(default=None, repr=False)
    json_mode: bool = False
    tools: tuple[ToolDefinition, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as the provider gave them; None where it gave none.

    `input_tokens` includes the cached ones, `output_tokens` the reasoning ones, with every provider.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class TextDelta:
    """A piece of the answer."""

    text: str

    def __repr__(self) -> str:
        return f"TextDelta(<{len(self.text)} characters>)"


@dataclass(frozen=True, slots=True, repr=False)
class ReasoningDelta:
    """A piece of the model's visible reasoning; never part of the answer."""

    text: str

    def __repr__(self) -> str:
        return f"ReasoningDelta(<{len(self.text)} characters>)"


@dataclass(frozen=True, slots=True, repr=False)
class ToolCall:
    """A tool the model asks for; `arguments` is JSON text as the model wrote it, and may be malformed."""

    id: str
    name: str
    arguments: str

    def __repr__(self) -> str:
        return f"ToolCall(name={self.name!r}, arguments=<{len(self.arguments)} characters>)"


@dataclass(frozen=True, slots=True, repr=False)
class Finished:
    """The last event of every whole stream. `refusal` is the provider's explanation, where it gives one."""

    finish_reason: FinishReason
    usage: Usage = Usage()
    refusal: str | None = None
    model: str | None = None

    def __repr__(self) -> str:
        return f"Finished({self.finish_reason!r}, {self.usage!r}, model={self.model!r})"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The call is held back for now. `asked`: the provider asked for the pause; `busy`: other calls on the key come
    first; `again`: it failed and is sent once more. `seconds` is how long, None when nobody knows.
    """

    reason: Literal["asked", "busy", "again"]
    seconds: float | None = None


Event = TextDelta | ReasoningDelta | ToolCall | Finished | Waiting


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A whole answer as an adapter reads it, before the gateway adds the times."""

    text: str
    finished: Finished
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""

    def __repr__(self) -> str:
        return f"Answer(text=<{len(self.text)} characters>, {self.finished!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Completion:
    """A whole answer with its times in seconds; `attempts` counts the requests sent, 1 without a retry."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage
    refusal: str | None
    model: str | None
    first_token_s: float
    total_s: float
    attempts: int

    def __repr__(self) -> str:
        return (
            f"Completion(text=<{len(self.text)} characters>, tool_calls={len(self.tool_calls)}, "
            f"{self.finish_reason!r}, {self.usage!r}, {self.total_s:.3f} s, attempts={self.attempts})"
        )


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that a key may use, as the provider's own list names it. Limits are in tokens."""

    id: str
    title: str = ""
    context_tokens: int | None = None
    max_output_tokens: int | None = None


class Headers(dict[str, str]):
    """HTTP headers that hold the key, and so print as nothing: in a traceback, in a log, in a debug page."""

    def __repr__(self) -> str:
        return "<headers>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class WireRequest:
    """An HTTP request below the base URL."""

    path: str
    headers: Headers
    body: bytes | None = None

    def __repr__(self) -> str:
        return f"WireRequest({self.path!r}, body=<{len(self.body or b'')} bytes>)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error answer means: a kind of `ProviderFailure` and, if it is about one, the setting refused.

    Both are our own words from closed lists: nothing a provider wrote passes. `retry_after` is in seconds.
    """

    kind: str
    setting: str = ""
    retry_after: float | None = None


class WireFault(Exception):
    """An answer cannot be used; `kind` is one of `ProviderFailure`'s. It carries nothing the provider wrote.

    `status` is the HTTP status if there was one; `resend` says that sending the same request again may help.
    """

    def __init__(
        self,
        kind: str,
        setting: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        resend: bool = False,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.setting = setting
        self.status = status
        self.retry_after = retry_after
        self.resend = resend
