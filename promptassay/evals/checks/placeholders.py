"""Fills `{{name}}` in a check's values from the case, with the prompt language's own parser."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks.base import CannotApply, Observation
from promptassay.language.nodes import Escape, Malformed, Node, Variable
from promptassay.language.parse import parse

EXPECTED = "expected"
"""`{{expected}}` is the case's expected output, even where the prompt has a variable of that name."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A value of a check, parsed once: `fill` gives its text for one case."""

    nodes: tuple[Node, ...]
    variables: frozenset[str]

    def fill(self, observation: Observation) -> str:
        """The text with every variable replaced; raises CannotApply when the case does not fill one."""
        return "".join([_meaning(node, observation) for node in self.nodes])

    def fill_pattern(self, observation: Observation, escape: Callable[[str], str]) -> str:
        """The same for a pattern: what a case fills in stands for itself, so `escape` is applied to it."""
        parts = []
        for node in self.nodes:
            if isinstance(node, Variable):
                parts.append(escape(_meaning(node, observation)))
            elif isinstance(node, Escape) and "{" in node.value:
                parts.append(escape(node.value))
            else:
                parts.append(node.raw)
        return "".join(parts)

    @property
    def source(self) -> str:
        """The value as it was written."""
        return "".join([node.raw for node in self.nodes])


def fillable(text: str, parameter: str) -> Filled:
    """Parse a check's value; raises ValidationFailed for a `{{` that starts no placeholder.

    References to fragments mean nothing here: they stay as they are written.
    """
    nodes = parse(text)
    for node in nodes:
        if isinstance(node, Malformed) and node.raw.startswith("{{"):
            raise ValidationFailed(
                f"`{parameter}` holds a placeholder that cannot be read: {node.raw[:40]}",
                why=f"{node.reason[0].upper()}{node.reason[1:]}.",
                next_step=r"Mend it, or write \{{ for the two braces themselves.",
                details={parameter: "A placeholder cannot be read."},
            )
    return Filled(nodes, frozenset(node.name for node in nodes if isinstance(node, Variable)))


def _meaning(node: Node, observation: Observation) -> str:
    if isinstance(node, Escape):
        # A backslash before `${fragment:` escapes nothing here, so it stays.
        return node.raw if node.value.startswith("$") else node.value
    if not isinstance(node, Variable):
        return node.raw
    if node.name == EXPECTED:
        if observation.expected:
            return observation.expected
        if node.default is not None:
            return node.default
        raise CannotApply("The check asks for `{{expected}}`, and this case has no expected output.")
    return _variable(node.name, node.default, observation.variables)


def _variable(name: str, default: str | None, variables: Mapping[str, str]) -> str:
    value = variables.get(name, default)
    if value is None:
        raise CannotApply(f"The check asks for `{{{{{name}}}}}`, and this case has no variable of that name.")
    return value
