"""The words for a call that failed: ours per kind, naming provider and host, never the provider's own."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from promptassay.core.errors import ProviderFailure
from promptassay.providers.wire import PROVIDER_TITLES, Target, WireFault

_KEYS: Final = "Check the key under Settings, Provider keys, then test it."
_AGAIN: Final = "Run it again. If it keeps happening, see the provider's status page."
_WORDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "wrong_key": (
        "{who} refused the key.",
        "{host} answered {status}: the key is wrong, was revoked, or belongs to another provider.",
        _KEYS,
    ),
    "forbidden": (
        "{who} does not let this key do that.",
        "{host} answered {status}: the key, its project or its region lacks access.",
        "Check in the provider's console what the key may use, or choose another model.",
    ),
    "no_credit": (
        "The account at {who} has no credit left.",
        "{host} answered {status}: its quota or balance is used up.",
        "Add credit or raise the limit in the provider's console, then run again.",
    ),
    "model_not_found": (
        "{who} does not have this model.",
        "{host} answered {status}: the name is wrong, was retired, or is not open to this key.",
        "Choose a model from the list, or test the key to refresh the list.",
    ),
    "prompt_too_long": (
        "The prompt is longer than this model can read.",
        "{host} answered {status}: prompt and reserved answer exceed the context window.",
        "Shorten the prompt or its values, or choose a model with a larger window.",
    ),
    "bad_request": (
        "{who} refused the request{setting}.",
        "{host} answered {status}: this model does not take the request as it is set up.",
        "Change the model settings, the response schema or the tools, or choose another model.",
    ),
    "rate_limited": (
        "{who} asks to slow down.",
        "{host} answered {status}: too many requests or tokens on this key for now.",
        "Wait{wait} and run again, or raise the rate limit in the provider's console.",
    ),
    "overloaded": (
        "{who} is overloaded.",
        "{host} answered {status}: it has no capacity at the moment.",
        _AGAIN,
    ),
    "server_error": ("{who} failed.", "{host} answered {status}: the fault is on its side.", _AGAIN),
    "unreachable": (
        "{who} cannot be reached.",
        "No connection to {host} could be made, or it was closed before an answer came.",
        "Check the address of the key and the network of this server, then run again.",
    ),
    "refused_address": (
        "{host} is not an address that may be called.",
        "It is not on the open internet, or not https, and the operator did not allow it.",
        "Ask the operator of this server to add the host to PROMPTASSAY_PRIVATE_PROVIDER_HOSTS.",
    ),
    "tls": (
        "No secure connection to {host} could be made.",
        "Its certificate is invalid, expired, or issued by an authority that this server does not know.",
        "Mend the certificate, or let the operator add the authority to this server.",
    ),
    "timeout_connect": (
        "{who} did not accept a connection in time.",
        "{host} gave no sign within the time limit for connecting.",
        "Check the address of the key and the network of this server, then run again.",
    ),
    "timeout_first_byte": (
        "{who} did not begin to answer in time.",
        "{host} took the request and then sent nothing within the time limit.",
        "Run it again, ask for a shorter answer, or choose a faster model.",
    ),
    "timeout_idle": (
        "{who} stopped in the middle of its answer.",
        "{host} sent nothing more within the time limit for a pause.",
        _AGAIN,
    ),
    "timeout_total": (
        "The call to {who} took too long.",
        "It passed the time limit for one call.",
        "Ask for a shorter answer, or choose a faster model.",
    ),
    "malformed": (
        "{who} sent an answer that cannot be read.",
        "What came from {host} is not the format of its API.",
        "Check that the base URL leads to the API itself and not to a web page or a proxy.",
    ),
    "cut_off": (
        "The answer of {who} ended too early.",
        "{host} closed the connection before the end of the answer.",
        _AGAIN,
    ),
    "redirected": (
        "{host} sent the call elsewhere.",
        "Redirects are never followed, because the key would go with them.",
        "Set the base URL of the key to the final address.",
    ),
    "too_large": (
        "The answer of {who} is too large.",
        "It passed 10 MB, or 1 MB in one piece.",
        "Ask for a shorter answer.",
    ),
}


def failure(fault: WireFault, target: Target) -> ProviderFailure:
    """The error for people. Built from the kind, the status and the host alone."""
    message, why, next_step = _WORDS.get(fault.kind, _WORDS["malformed"])
    host = _host(target.url) or "the provider"
    who = host if target.provider == "compatible" else PROVIDER_TITLES[target.provider]
    words = {
        "who": who,
        "host": host,
        "status": str(fault.status) if fault.status is not None else "with an error",
        "setting": f" because of “{fault.setting}”" if fault.setting else "",
        "wait": f" {fault.retry_after:.0f} seconds" if fault.retry_after is not None else "",
    }
    return ProviderFailure(
        fault.kind,
        message.format_map(words),
        why=why.format_map(words),
        next_step=next_step.format_map(words),
        status_code=fault.status,
        retry_after=fault.retry_after,
        setting=fault.setting,
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
