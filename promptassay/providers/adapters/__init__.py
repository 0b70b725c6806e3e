"""The wire formats: one module each, all with the same functions, chosen by the provider's name."""

from collections.abc import Mapping
from typing import Final, Protocol

from promptassay.providers.adapters import anthropic, google, openai
from promptassay.providers.sse_lines import ServerEvent
from promptassay.providers.wire import Answer, CallRequest, Event, ModelInfo, Target, Verdict, WireRequest


class Reader(Protocol):
    """Reads one streamed answer; `done` says that the end marker came."""

    done: bool

    def feed(self, event: ServerEvent) -> list[Event]: ...

    def close(self) -> list[Event]: ...


class Adapter(Protocol):
    """What each wire-format module offers. Nothing here does input or output."""

    @property
    def StreamReader(self) -> type[Reader]: ...  # noqa: N802 - it is a class

    @property
    def REFUSES_WITH(self) -> frozenset[int]: ...  # noqa: N802 - what a request without a key is answered with

    def build(self, request: CallRequest, target: Target, *, stream: bool) -> WireRequest: ...

    def parse_full(self, body: bytes) -> Answer: ...

    def error_kind(self, status: int, body: bytes) -> Verdict: ...

    def build_models(self, target: Target) -> WireRequest: ...

    def parse_models(self, body: bytes) -> list[ModelInfo]: ...


ADAPTERS: Final[Mapping[str, Adapter]] = {
    "openai": openai,
    "compatible": openai,
    "anthropic": anthropic,
    "google": google,
}
