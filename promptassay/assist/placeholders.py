"""The variables and fragment references of a text by name: what a rewritten text must still have."""

from collections.abc import Iterable, Mapping

from promptassay.language.nodes import FragmentRef, Variable
from promptassay.language.parse import parse


def names_of(messages: Iterable[Mapping[str, str]]) -> list[str]:
    """Each variable and fragment reference once, as it is written but without default, slots and pin."""
    found: dict[str, None] = {}
    for message in messages:
        for node in parse(message["content"]):
            if isinstance(node, Variable):
                found["{{" + node.name + "}}"] = None
            elif isinstance(node, FragmentRef):
                found["${fragment:" + node.slug + "}"] = None
    return list(found)


def changed(before: Iterable[Mapping[str, str]], after: Iterable[Mapping[str, str]]) -> tuple[list[str], list[str]]:
    """The names that were lost, and those that are new."""
    old, new = names_of(before), names_of(after)
    return [name for name in old if name not in new], [name for name in new if name not in old]
