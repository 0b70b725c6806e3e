"""The models that a workspace can call, one line each: sizes, prices, abilities, retirement, and who uses them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from promptassay.providers.catalogue import ModelFacts
from promptassay.providers.listed import Listed, read_all
from promptassay.providers.models import ProviderKey
from promptassay.providers.queries import ModelChoice, choice_of, demo_choices, facts_of, list_keys_with_models
from promptassay.providers.retirements import Retirement, retirement_of
from promptassay.providers.users import ModelUser, users_by_model

NEW_FOR: Final = timedelta(days=14)
SHOW: Final = ("all", "used", "retiring", "new", "gone")
# What a model can take, in the order in which it is told.
_ABILITIES: Final = {
    "tools": "tools",
    "response_schema": "JSON schema",
    "reasoning_effort": "reasoning effort",
    "temperature": "temperature",
    "prefill": "prefill",
}


@dataclass(frozen=True)
class ModelLine:
    """One model of one key. `is_own` says that people named it by hand."""

    choice: ModelChoice
    facts: ModelFacts
    listed: Listed
    users: list[ModelUser]
    retirement: Retirement | None
    is_own: bool
    is_new: bool

    @property
    def abilities(self) -> str:
        """What it takes, in words; empty when nothing is known."""
        return ", ".join(word for name, word in _ABILITIES.items() if name in self.facts.supports)

    @property
    def refused(self) -> str:
        """What it refuses, in words; empty when nothing is known."""
        return ", ".join(word for name, word in _ABILITIES.items() if name in self.facts.refuses)

    def is_shown_by(self, show: str) -> bool:
        """Whether the line belongs to one of the choices in `SHOW`."""
        if show == "all":
            return self.listed.gone is None or self.is_own or bool(self.users)
        return {
            "used": bool(self.users),
            "retiring": self.retirement is not None,
            "new": self.is_new,
            "gone": self.listed.gone is not None,
        }[show]


def list_models(today: date | None = None) -> list[ModelLine]:
    """Every model of every key, those that went and the demo's included, by key and name."""
    day = today or datetime.now(UTC).date()
    users = users_by_model()
    lines: list[ModelLine] = []
    for key in list_keys_with_models():
        listed = read_all(key.listed)
        lines += [_line(key, name, listed, users, day) for name in _names(key, listed, users)]
    return lines + [_demo(choice, users) for choice in demo_choices()]


def _names(key: ProviderKey, listed: dict[str, Listed], users: Iterable[str]) -> Iterable[str]:
    """What can be chosen, what went, and what is used without being in any list."""
    prefix = f"{key.id}/"
    used = (reference.removeprefix(prefix) for reference in users if reference.startswith(prefix))
    return sorted({*key.all_models, *listed, *used}, key=str.casefold)


def _line(
    key: ProviderKey, name: str, listed: dict[str, Listed], users: dict[str, list[ModelUser]], today: date
) -> ModelLine:
    entry = listed.get(name, Listed(name))
    choice = choice_of(key, name, entry)
    return ModelLine(
        choice=choice,
        facts=facts_of(choice),
        listed=entry,
        users=users.get(choice.reference, []),
        retirement=retirement_of(key, name, listed, today),
        is_own=name in key.own_models,
        is_new=entry.gone is None and entry.since is not None and entry.since > today - NEW_FOR,
    )


def _demo(choice: ModelChoice, users: dict[str, list[ModelUser]]) -> ModelLine:
    used = users.get(choice.reference, [])
    listed = choice.listed or Listed(choice.model)
    return ModelLine(choice, facts_of(choice), listed, used, None, is_own=False, is_new=False)


def found(lines: Iterable[ModelLine], *, q: str = "", show: str = "all", key_name: str = "") -> list[ModelLine]:
    """The lines that a search and the filters leave; the search looks at names, titles and keys."""
    words = q.casefold().split()
    return [
        line
        for line in lines
        if line.is_shown_by(show)
        and (not key_name or line.choice.key_name == key_name)
        and all(word in f"{line.choice.model} {line.listed.title} {line.choice.key_name}".casefold() for word in words)
    ]


def ordered(lines: Iterable[ModelLine], sort: str) -> list[ModelLine]:
    """The lines by one of `SORTS`, with `-` in front the other way; what is not known comes last either way."""
    name = sort.removeprefix("-")
    value = SORTS[name]
    known = [line for line in lines if value(line) is not None]
    unknown = [line for line in lines if value(line) is None]
    return sorted(known, key=value, reverse=sort.startswith("-")) + unknown


SORTS: Final[dict[str, Callable[[ModelLine], Any]]] = {
    "model": lambda line: line.choice.model.casefold(),
    "key": lambda line: (line.choice.is_demo, line.choice.key_name.casefold(), line.choice.model.casefold()),
    "context": lambda line: line.facts.context_tokens,
    "answer": lambda line: line.facts.max_output_tokens,
    "input": lambda line: line.facts.input_usd_per_mtok,
    "output": lambda line: line.facts.output_usd_per_mtok,
    "retires": lambda line: line.listed.gone or line.facts.retires_on,
    "used": lambda line: len(line.users) or None,
}
