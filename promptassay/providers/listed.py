"""What a provider's own list says of its models, kept per key: limits, when a model appeared, and when it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from promptassay.providers.references import MODEL_NAME_LIMIT
from promptassay.providers.wire import ModelInfo

MODELS_KEPT: Final = 1000
GONE_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """One model as a key's list has it. Limits are in tokens, None where the list does not say.

    `since` is None for what stood in the first list; `gone` is the day on which the list no longer had it.
    """

    name: str
    title: str = ""
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    since: date | None = None
    gone: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The list after an answer: `listed` as it is stored, the names of what is there, what is new and what went."""

    listed: dict[str, Any]
    names: list[str]
    added: tuple[str, ...]
    gone: tuple[str, ...]


def merge(before: Mapping[str, Any], found: Sequence[ModelInfo], today: date) -> Change:
    """The stored list once a provider has listed these models; the first list of all has nothing new in it.

    At most 1,000 models are kept, and of those that went the latest 200.
    """
    first = not before
    there = {each.id: each for each in sorted(found, key=lambda each: each.id) if len(each.id) <= MODEL_NAME_LIMIT}
    names = list(there)[:MODELS_KEPT]
    day = today.isoformat()
    listed: dict[str, Any] = {}
    for name in names:
        old = before.get(name)
        since = None if first else old.get("since") if old is not None and "gone" not in old else day
        listed[name] = _stored(there[name], since)
    went = {name: {**old, "gone": old.get("gone", day)} for name, old in before.items() if name not in there}
    latest = sorted(went, key=lambda name: (went[name]["gone"], name), reverse=True)[:GONE_KEPT]
    was = {name for name, old in before.items() if "gone" not in old}
    return Change(
        {**listed, **{name: went[name] for name in sorted(latest)}},
        names,
        () if first else tuple(name for name in names if name not in was),
        tuple(sorted(was - there.keys())),
    )


def read(name: str, stored: Any) -> Listed:
    """One model of a stored list; of one that is not in it only the name is known."""
    if not isinstance(stored, dict):
        return Listed(name)
    return Listed(
        name,
        stored.get("title", ""),
        stored.get("context"),
        stored.get("output"),
        _day(stored.get("since")),
        _day(stored.get("gone")),
    )


def read_all(stored: Any) -> dict[str, Listed]:
    """Every model of a stored list by its name, those that went included."""
    return {name: read(name, entry) for name, entry in stored.items()} if isinstance(stored, dict) else {}


def gone(stored: Any) -> list[Listed]:
    """The models that the list once had, the latest to go first."""
    went = [each for each in read_all(stored).values() if each.gone]
    return sorted(went, key=lambda each: (each.gone or date.min, each.name), reverse=True)


def _stored(model: ModelInfo, since: str | None) -> dict[str, Any]:
    facts = {
        "title": model.title[:120],
        "context": model.context_tokens,
        "output": model.max_output_tokens,
        "since": since,
    }
    return {name: value for name, value in facts.items() if value}


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None
