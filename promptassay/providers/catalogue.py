"""What is known of a model: sizes, prices, what it refuses, when it retires; nothing is asked over the network.

Prices and most context sizes are those of the genai-prices package. The rest is `catalogue.toml`, where every entry
names its source. What neither knows is None or empty, never a guess. Our own entries hold for OpenAI, Anthropic and
Google themselves: a compatible server may serve a model of the same name under other rules.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from promptassay.language.lint import ModelFacts as LintedModel
from promptassay.providers.prices import cost_usd
from promptassay.providers.wire import DEFAULT_BASE_URLS, Usage

_FILE: Final = Path(__file__).with_name("catalogue.toml")
# How providers date a snapshot of a model: -2025-08-07, -20250929, @20250929, -001, and the moving -latest.
_SNAPSHOT: Final = r"(?:-\d{4}-\d{2}-\d{2}|[-@]\d{8}|-\d{3}|-latest)?"
_CALLS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts(LintedModel):
    """What is known of one model at one provider: all that the lint asks for, and prices in US dollars for a million
    tokens.

    `refuses` and `supports` name settings as `ModelSettings` does, and `tools`, `response_schema`, `system`,
    `prefill`; a name in neither is unknown. `does_worse_with` names habits of writing. Prices are those of a short
    prompt; a long one may cost more, which `cost_per_1000_calls` knows. `retires_on` may have passed. `source`
    tells people where all this is from; `from_provider` names the sizes that the provider's own list gave.
    """

    provider: str
    base_url: str = ""
    input_usd_per_mtok: Decimal | None = None
    output_usd_per_mtok: Decimal | None = None
    supports: frozenset[str] = frozenset()
    replacement: str | None = None
    source: str = ""
    from_provider: frozenset[str] = frozenset()


def facts(
    provider: str,
    model: str,
    *,
    base_url: str = "",
    context_tokens: int | None = None,
    max_output_tokens: int | None = None,
) -> ModelFacts:
    """What is known of a model by the provider's own name for it; an unknown model has its name and no facts.

    `base_url` is the key's address, by which a compatible server's prices are found. The sizes are those of the
    provider's own list, which beats ours.
    """
    # Prices change on known days, so what was looked up yesterday is looked up anew.
    known = _facts(provider, model.strip(), base_url, datetime.now(tz=UTC).date())
    if not (context_tokens or max_output_tokens):
        return known
    given = (("context_tokens", context_tokens), ("max_output_tokens", max_output_tokens))
    return replace(
        known,
        context_tokens=context_tokens or known.context_tokens,
        max_output_tokens=max_output_tokens or known.max_output_tokens,
        source="; ".join(part for part in ("the provider's list", known.source) if part),
        from_provider=frozenset(name for name, size in given if size),
    )


def cost_per_1000_calls(known: ModelFacts, input_tokens: int, output_tokens: int) -> Decimal | None:
    """US dollars for a thousand calls of this size, at today's prices; None when the price is not known."""
    usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
    one = cost_usd(known.provider, known.name, usage, base_url=known.base_url)
    return None if one is None else one * _CALLS


@dataclass(frozen=True, slots=True)
class _Listed:
    """A model in the price list."""

    context_tokens: int | None
    input_usd_per_mtok: Decimal | None
    output_usd_per_mtok: Decimal | None
    source: str


@lru_cache(maxsize=2048)
def _facts(provider: str, model: str, base_url: str, today: date) -> ModelFacts:
    if provider == "demo":
        free = Decimal(0)
        return ModelFacts(
            name=model, provider=provider, input_usd_per_mtok=free, output_usd_per_mtok=free, source="built in"
        )
    price = _listed(provider, model, base_url)
    name = _plain(model)
    sizes = [entry for entry in _entries("size", provider) if _fits(name, entry)]
    traits = [entry for entry in _entries("trait", provider) if _fits(name, entry)]
    retirement = _retirement(provider, name)
    size = sizes[0] if sizes else {}
    used = [entry["source"] for entry in (*sizes[:1], *traits, *([retirement] if retirement else ()))]
    return ModelFacts(
        name=model,
        provider=provider,
        base_url=base_url,
        context_tokens=size.get("context_tokens") or (price.context_tokens if price else None),
        max_output_tokens=size.get("max_output_tokens"),
        input_usd_per_mtok=price.input_usd_per_mtok if price else None,
        output_usd_per_mtok=price.output_usd_per_mtok if price else None,
        refuses=_union(traits, "refuses"),
        supports=_union(traits, "supports") - _union(traits, "refuses"),
        does_worse_with=_union(traits, "does_worse_with"),
        retires_on=retirement["on"] if retirement else None,
        replacement=retirement.get("replacement") if retirement else None,
        source="; ".join(dict.fromkeys([*([price.source] if price else []), *used])),
    )


def _listed(provider: str, model: str, base_url: str) -> _Listed | None:
    # Imported at the first look-up: the list takes 30 MB, which an idle server need not hold.
    import genai_prices

    # One token each way: what is asked for is the entry, which the package gives only with a price.
    one = genai_prices.Usage(input_tokens=1, output_tokens=1)
    try:
        if provider in DEFAULT_BASE_URLS:
            found = genai_prices.calc_price(one, model_ref=model, provider_id=provider)
        else:
            found = genai_prices.calc_price(one, model_ref=model, provider_api_url=base_url)
    except (LookupError, ValueError):
        return None
    return _Listed(
        context_tokens=found.model.context_window,
        input_usd_per_mtok=_short_prompt(found.model_price.input_mtok),
        output_usd_per_mtok=_short_prompt(found.model_price.output_mtok),
        source=f"genai-prices {genai_prices.__version__}",
    )


def _short_prompt(price: Any) -> Decimal | None:
    """The price of a short prompt where longer ones cost more."""
    value = getattr(price, "base", price)
    return None if value is None else Decimal(value)


def _plain(model: str) -> str:
    """The name by which the file knows a model: a fine-tuned one goes by its base, and retires with it."""
    name = model.lower()
    return name.split(":")[1] if name.startswith("ft:") else name


def _retirement(provider: str, name: str) -> Mapping[str, Any] | None:
    found = [
        (len(known), entry)
        for entry in _entries("retirement", provider)
        for known in entry["models"]
        if re.fullmatch(re.escape(known) + _SNAPSHOT, name)
    ]
    # A snapshot that is named itself wins over the model that it is a snapshot of.
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _fits(name: str, entry: Mapping[str, Any]) -> bool:
    if any(fnmatchcase(name, pattern) for pattern in entry.get("except", ())):
        return False
    return any(fnmatchcase(name, pattern) for pattern in entry["models"])


def _union(entries: list[Mapping[str, Any]], member: str) -> frozenset[str]:
    return frozenset(word for entry in entries for word in entry.get(member, ()))


def _entries(kind: str, provider: str) -> list[Mapping[str, Any]]:
    return [entry for entry in _read_file()[kind] if entry["provider"] == provider]


@lru_cache(maxsize=1)
def _read_file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
