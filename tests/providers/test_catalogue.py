"""The catalogue: facts of named models, silence about others, and a file whose every entry can be checked."""

import socket
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from promptassay.providers import catalogue
from promptassay.providers.catalogue import ModelFacts, cost_per_1000_calls, facts
from promptassay.providers.prices import cost_usd
from promptassay.providers.wire import ModelSettings, Usage

WORDS = {field.name for field in fields(ModelSettings)} | {"tools", "response_schema", "system", "prefill"}
KINDS = {
    "size": {"context_tokens", "max_output_tokens"},
    "trait": {"except", "refuses", "supports", "does_worse_with"},
    "retirement": {"on", "replacement"},
}
ENTRIES = [(kind, entry) for kind, entries in catalogue._read_file().items() for entry in entries]


@pytest.mark.parametrize(
    ("provider", "model", "context", "output"),
    [
        ("openai", "gpt-4o", 128_000, 16_384),
        ("openai", "gpt-4.1-mini-2025-04-14", 1_047_576, 32_768),
        ("openai", "gpt-5.6-sol", 1_050_000, 128_000),
        ("anthropic", "claude-haiku-4-5-20251001", 200_000, 64_000),
        ("anthropic", "claude-opus-5-5", 1_000_000, 128_000),
        ("google", "gemini-2.5-pro", 1_048_576, 65_536),
        ("google", "gemini-3.8-flash", 1_048_576, 65_536),
    ],
)
def test_sizes(provider: str, model: str, context: int, output: int) -> None:
    known = facts(provider, model)
    assert (known.context_tokens, known.max_output_tokens) == (context, output)
    assert known.name == model
    assert "genai-prices" in known.source


@pytest.mark.parametrize(
    ("provider", "model", "on", "replacement"),
    [
        ("openai", "gpt-5", date(2026, 12, 11), "gpt-6.1-sol"),
        ("openai", "gpt-5-2025-08-07", date(2026, 12, 11), "gpt-6.1-sol"),
        ("openai", "gpt-4o", date(2027, 1, 14), "gpt-6-luna"),
        # This snapshot has a date of its own.
        ("openai", "gpt-4o-2024-05-13", date(2026, 10, 23), "gpt-5.6-sol"),
        # A fine-tuned model retires with its base.
        ("openai", "ft:gpt-4o-mini-2024-07-18:acme::x", date(2027, 1, 14), "gpt-6-luna"),
        ("openai", "gpt-5-pro", date(2026, 12, 11), None),
        ("anthropic", "claude-sonnet-4-5-20250929", date(2026, 11, 30), "claude-sonnet-5-5"),
        ("anthropic", "claude-sonnet-4-20250514", date(2026, 6, 15), "claude-sonnet-4-6"),
        ("google", "gemini-2.5-flash", date(2026, 12, 1), "gemini-3.5-flash-lite"),
        # Names that only begin like a retired one.
        ("openai", "gpt-5.2", None, None),
        ("openai", "gpt-4o-audio-preview", None, None),
        ("anthropic", "claude-opus-4-5", None, None),
        ("google", "gemini-2.5-flash-lite", None, None),
        ("google", "gpt-5", None, None),
    ],
)
def test_retirements(provider: str, model: str, on: date | None, replacement: str | None) -> None:
    known = facts(provider, model)
    assert (known.retires_on, known.replacement) == (on, replacement)


def test_what_models_refuse() -> None:
    assert {"temperature", "top_p", "presence_penalty"} <= facts("openai", "gpt-5-mini").refuses
    assert {"temperature", "tools"} <= facts("openai", "gpt-5.6-luna").refuses
    assert facts("anthropic", "claude-opus-4-8").refuses == {"temperature", "top_p", "prefill"}
    assert facts("anthropic", "claude-sonnet-4-6").refuses == {"prefill"}
    assert "temperature" in facts("openai", "gpt-4o").supports
    assert not facts("openai", "gpt-4o").refuses
    # Not a reasoning model, although its name begins like one.
    assert not facts("openai", "gpt-5-chat-latest").refuses
    assert facts("openai", "o3").does_worse_with == {"step-by-step"}


@pytest.mark.parametrize(
    ("provider", "model", "base_url"),
    [
        ("openai", "a-model-nobody-knows", ""),
        ("compatible", "gpt-5", "https://llm.example.org/v1"),
        ("compatible", "local", ""),
        ("nobody", "gpt-5", ""),
        ("openai", "", ""),
    ],
)
def test_nothing_is_guessed(provider: str, model: str, base_url: str) -> None:
    assert facts(provider, model, base_url=base_url) == ModelFacts(name=model, provider=provider, base_url=base_url)


def test_a_compatible_server_is_known_by_its_address() -> None:
    known = facts("compatible", "llama-3.3-70b-versatile", base_url="https://api.groq.com/openai/v1")
    assert known.input_usd_per_mtok is not None
    assert not known.refuses
    assert known.retires_on is None


def test_the_demo_costs_nothing() -> None:
    known = facts("demo", "demo-small")
    assert cost_per_1000_calls(known, 1000, 1000) == 0


def test_cost_per_1000_calls() -> None:
    known = facts("openai", "gpt-4o")
    assert known.input_usd_per_mtok is not None
    assert known.output_usd_per_mtok is not None
    expected = (1200 * known.input_usd_per_mtok + 300 * known.output_usd_per_mtok) / 1000
    assert cost_per_1000_calls(known, 1200, 300) == expected
    assert cost_per_1000_calls(facts("openai", "a-model-nobody-knows"), 1200, 300) is None


def test_a_long_prompt_costs_its_own_price() -> None:
    known = facts("openai", "gpt-5.6-sol")
    assert known.input_usd_per_mtok is not None
    long = cost_per_1000_calls(known, 300_000, 0)
    one = cost_usd("openai", "gpt-5.6-sol", Usage(input_tokens=300_000, output_tokens=0))
    assert long is not None
    assert one is not None
    assert long == one * 1000 > 300 * known.input_usd_per_mtok


def test_nothing_is_asked_over_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    catalogue._facts.cache_clear()
    assert facts("anthropic", "claude-opus-5").input_usd_per_mtok == Decimal(5)


@pytest.mark.parametrize(("kind", "entry"), ENTRIES, ids=[f"{k}-{e['models'][0]}" for k, e in ENTRIES])
def test_every_entry_can_be_checked(kind: str, entry: dict[str, object]) -> None:
    assert set(entry) <= KINDS[kind] | {"provider", "models", "source", "read"}
    assert set(entry) & KINDS[kind], "the entry says nothing"
    assert entry["provider"] in ("openai", "anthropic", "google")
    source = urlsplit(str(entry["source"]))
    assert source.scheme == "https"
    assert source.netloc
    read = entry["read"]
    assert isinstance(read, date)
    assert read <= datetime.now(tz=UTC).date()
    for member in ("refuses", "supports"):
        words = entry.get(member, [])
        assert isinstance(words, list)
        assert set(words) <= WORDS


@pytest.mark.parametrize(
    "entry", [e for k, e in ENTRIES if k == "retirement" and "replacement" in e], ids=lambda e: str(e["models"][0])
)
def test_replacements_outlive_what_they_replace(entry: dict[str, str]) -> None:
    replacement = facts(entry["provider"], entry["replacement"])
    assert replacement.input_usd_per_mtok is not None, "the price list does not know the replacement"
    assert replacement.retires_on is None or str(replacement.retires_on) > str(entry["on"])


def test_no_model_is_retired_twice() -> None:
    names = [(e["provider"], name) for k, e in ENTRIES if k == "retirement" for name in e["models"]]
    assert len(names) == len(set(names))
