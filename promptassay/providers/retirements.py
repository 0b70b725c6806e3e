"""Models that stop answering, or have: when, and which model of the same key can take their place."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from promptassay.core.errors import AppError
from promptassay.providers.listed import Listed, read_all
from promptassay.providers.models import ProviderKey
from promptassay.providers.queries import ModelChoice, choice_of, facts_of, list_keys_with_models
from promptassay.providers.references import parse_reference

AHEAD: Final = timedelta(days=90)
_DATED: Final = re.compile(r"[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{3}|latest)$")
_PIECES: Final = re.compile(r"\d+|[a-z]+")


@dataclass(frozen=True, slots=True)
class Retirement:
    """A model that is retired (`on` has come), retires soon, or is gone from its provider's list since `on`.

    `by_name` says that the replacement is the next of the same family by its name, not one that the provider named.
    """

    choice: ModelChoice
    on: date
    state: Literal["retired", "soon", "gone"]
    replacement: ModelChoice | None = None
    by_name: bool = False

    @property
    def is_over(self) -> bool:
        """Whether calls of it fail already, as far as is known."""
        return self.state != "soon"


def retiring(references: Iterable[str], *, today: date | None = None) -> dict[str, Retirement]:
    """Those of the references whose model is retired, retires within 90 days, or is gone from the list of its key."""
    day = today or datetime.now(UTC).date()
    wanted = {each: parsed for each in set(references) if (parsed := _key_and_model(each)) is not None}
    if not wanted:
        return {}
    keys = {key.id: key for key in list_keys_with_models({key_id for key_id, _ in wanted.values()})}
    lists = {key_id: read_all(key.listed) for key_id, key in keys.items()}
    found: dict[str, Retirement] = {}
    for reference, (key_id, model) in wanted.items():
        key = keys.get(key_id)
        if key is not None and (each := retirement_of(key, model, lists[key_id], day)) is not None:
            found[reference] = each
    return found


def retirement_of_model(reference: str) -> Retirement | None:
    """The same of one reference."""
    return retiring([reference]).get(reference)


def retirement_of(key: ProviderKey, model: str, listed: dict[str, Listed], today: date) -> Retirement | None:
    """The retirement of one model of a key, given what its provider lists; None when nothing is known of one."""
    entry = listed.get(model, Listed(model))
    choice = choice_of(key, model, entry)
    known = facts_of(choice)
    if known.retires_on is not None and known.retires_on <= today + AHEAD:
        on, state = known.retires_on, "soon" if known.retires_on > today else "retired"
    elif entry.gone is not None and model not in key.own_models:
        on, state = entry.gone, "gone"
    else:
        return None
    named = known.replacement
    if named and (named in key.all_models or not key.model_names):
        return Retirement(choice, on, state, choice_of(key, named, listed.get(named)))  # type: ignore[arg-type]
    near = _next_of_family(key, model, on)
    if near is not None:
        return Retirement(choice, on, state, choice_of(key, near, listed.get(near)), by_name=True)  # type: ignore[arg-type]
    return Retirement(choice, on, state, choice_of(key, named) if named else None)  # type: ignore[arg-type]


def _next_of_family(key: ProviderKey, model: str, on: date) -> str | None:
    """The newest model of the same family that the key can call and that stays: the same words, a higher number."""
    family, number = _family(model)
    best: tuple[tuple[int, ...], int, str] | None = None
    for name in key.all_models:
        words, version = _family(name)
        if words != family or version <= number:
            continue
        retires = facts_of(choice_of(key, name)).retires_on
        if retires is not None and retires <= on + AHEAD:
            continue
        rank = (version, -len(name), name)  # of a model and its dated snapshots, the plain name
        best = rank if best is None or rank > best else best
    return best[2] if best else None


def _family(name: str) -> tuple[Sequence[str], tuple[int, ...]]:
    """The words of a name in alphabetical order, and its version: claude-3-7-sonnet is claude, sonnet at 3.7."""
    plain = _DATED.sub("", name.lower().rpartition("/")[2])
    pieces = _PIECES.findall(plain)
    return sorted(each for each in pieces if each.isalpha()), tuple(int(each) for each in pieces if each.isdigit())


def _key_and_model(reference: str) -> tuple[UUID, str] | None:
    try:
        parsed = parse_reference(reference)
    except AppError:
        return None
    return None if parsed.key_id is None else (parsed.key_id, parsed.model)
