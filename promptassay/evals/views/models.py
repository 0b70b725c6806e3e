"""The models that a form offers, one group for each provider key."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from promptassay.core.errors import AppError
from promptassay.providers.queries import ModelChoice, describe, model_choices

_OPEN_UP_TO = 8


@dataclass
class ModelGroup:
    """The models of one key, each with whether it is chosen."""

    key_name: str
    host: str
    is_demo: bool
    models: list[tuple[ModelChoice, bool]] = field(default_factory=list)

    @property
    def chosen(self) -> int:
        """How many of them are chosen."""
        return sum(chosen for _, chosen in self.models)

    @property
    def opened(self) -> bool:
        """Whether the group starts open: when something in it is chosen, or it is short."""
        return self.chosen > 0 or len(self.models) <= _OPEN_UP_TO


def model_groups(chosen: Iterable[str]) -> list[ModelGroup]:
    """All models by key, with those of `chosen` marked; chosen ones that no list names are added to their key."""
    wanted = list(chosen)
    choices = model_choices()
    known = {choice.reference for choice in choices}
    for reference in wanted:
        if reference not in known:
            try:
                choices.append(describe(reference))
            except AppError:
                continue  # its key is gone: there is nothing left to choose
    groups: dict[str, ModelGroup] = {}
    for choice in choices:
        place = choice.reference.partition("/")[0]
        group = groups.setdefault(place, ModelGroup(choice.key_name, choice.host, choice.is_demo))
        group.models.append((choice, choice.reference in wanted))
    return list(groups.values())


def offered(groups: list[ModelGroup]) -> list[str]:
    """Every reference that the groups offer."""
    return [choice.reference for group in groups for choice, _ in group.models]
