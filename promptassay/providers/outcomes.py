"""How a test of a key, or a call on it, is told in two or three words per result, and the test in one chip."""

from dataclasses import dataclass

from promptassay.providers.models import ProviderKey

_WORDS = {
    "sealed": "does not open",
    "wrong_key": "wrong key",
    "forbidden": "access refused",
    "no_credit": "no credit left",
    "rate_limited": "rate limited",
    "overloaded": "provider overloaded",
    "server_error": "provider failed",
    "unreachable": "unreachable",
    "refused_address": "private address",
    "tls": "no secure connection",
    "malformed": "not a model API",
    "redirected": "redirects",
    "timeout_connect": "no connection in time",
    "timeout_first_byte": "no answer in time",
    "timeout_idle": "answer stalled",
    "timeout_total": "took too long",
    "cut_off": "answer cut off",
    "too_large": "answer too large",
    "model_not_found": "no model list there",
    "bad_request": "request refused",
    "prompt_too_long": "text too long",
}
# The key may well be right: the provider has trouble, or asks to wait.
_PASSING = {
    "rate_limited",
    "overloaded",
    "server_error",
    "timeout_first_byte",
    "timeout_idle",
    "timeout_total",
}


@dataclass(frozen=True)
class Chip:
    """A result as `components/chip.html` shows it."""

    tone: str
    text: str


def words(status: str) -> str:
    """How a call ended, in two or three words."""
    return _WORDS.get(status, status.replace("_", " "))


def chip(key: ProviderKey) -> Chip:
    """The state of a key after its last test."""
    if key.tested_at is None:
        return Chip("", "not tested")
    if key.test_result == "ok":
        number = len(key.model_names)
        return Chip("good", f"works, {number} model{'' if number == 1 else 's'}")
    tone = "warn" if key.test_result in _PASSING else "bad"
    return Chip(tone, _WORDS.get(key.test_result, "failed"))
