"""What a call costs, from the price list inside the genai-prices package: nothing is asked over the network."""

from decimal import Decimal
from functools import lru_cache

from promptassay.providers.wire import Usage

# Our wire formats as the price list names their providers; compatible servers are found by their address.
_PRICE_LIST = {"openai": "openai", "anthropic": "anthropic", "google": "google"}


def cost_usd(provider: str, model: str, usage: Usage, *, base_url: str = "") -> Decimal | None:
    """The price of one call in US dollars; zero for the demo provider, None when model or tokens are not known."""
    if provider == "demo":
        return Decimal(0)
    if usage.input_tokens is None or usage.output_tokens is None or not _is_priced(provider, model, base_url):
        return None
    return _price(provider, model, base_url, usage)


@lru_cache(maxsize=4096)
def _is_priced(provider: str, model: str, base_url: str) -> bool:
    return _price(provider, model, base_url, Usage(input_tokens=1, output_tokens=1)) is not None


def _price(provider: str, model: str, base_url: str, usage: Usage) -> Decimal | None:
    # Imported at the first priced call: the list takes 30 MB, which an idle server need not hold.
    import genai_prices

    counts = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=min(usage.cached_input_tokens or 0, usage.input_tokens or 0),
    )
    try:
        if provider in _PRICE_LIST:
            found = genai_prices.calc_price(counts, model_ref=model, provider_id=_PRICE_LIST[provider])
        else:
            found = genai_prices.calc_price(counts, model_ref=model, provider_api_url=base_url)
    except (LookupError, ValueError):
        return None
    return found.total_price
