"""What the panels answer, as schemas that models are held to and as the strict check of each thing that comes."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from promptassay.language.errors import BadValue
from promptassay.language.messages import ROLES
from promptassay.language.values import as_text

ASPECTS: Final = ("clarity", "specificity", "structure", "context", "output", "robustness")
SEVERITIES: Final = ("must", "should", "may")
CHOICES: Final = ("left", "right", "either")
ITEMS_MAX: Final = 200
VALUES: Final = "values of the variables"
# OpenAI's strict mode takes so many members in all; a prompt with more variables is held to no schema.
_STRICT_MEMBERS: Final = 100

Schema = Mapping[str, Any]


class Misfit(ValueError):
    """A thing is not what was asked for; the text is a sentence of ours that quotes nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The JSON object that a panel asks for: lists of things by name, and single texts by name.

    `whole` looks at all lists together, by name, and returns what is wrong, empty for nothing.
    """

    lists: Mapping[str, Schema]
    values: Mapping[str, Schema] = field(default_factory=dict)
    growing: tuple[str, ...] = ()
    whole: Callable[[Mapping[str, Sequence[Any]]], str] = lambda lists: ""

    @property
    def names(self) -> tuple[str, ...]:
        """All members of the object."""
        return (*self.lists, *self.values)

    def schema(self) -> dict[str, Any] | None:
        """The JSON schema, within what all three wire formats take in their strict modes: no bounds, no lengths.

        None where it has more members than strict modes take.
        """
        members = {name: {"type": "array", "items": item} for name, item in self.lists.items()}
        schema = closed({**members, **self.values})
        return schema if _members(schema) <= _STRICT_MEMBERS else None

    def item(self, name: str, value: Any) -> Any:
        """The checked element of a list, with nothing in it that was not asked for. Raises Misfit."""
        return _checked(value, self.lists[name], f"An entry of “{name}”")

    def value(self, name: str, value: Any) -> Any:
        """The checked single member. Raises Misfit."""
        return _checked(value, self.values[name], f"“{name}”")

    def problem(self, there: Collection[str], lists: Mapping[str, Sequence[Any]]) -> str:
        """What is wrong with a whole answer whose parts are all right; empty for nothing. `there` are its members."""
        missing = [name for name in self.names if name not in there]
        if missing:
            return f"It has no {', '.join(f'“{name}”' for name in missing)}."
        return self.whole(lists)


def closed(members: Mapping[str, Schema]) -> dict[str, Any]:
    """An object with exactly these members."""
    return {
        "type": "object",
        "properties": dict(members),
        "required": list(members),
        "additionalProperties": False,
    }


def text(description: str = "") -> dict[str, Any]:
    """A text."""
    return {"type": "string", **({"description": description} if description else {})}


def _one_of(names: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(names)}


_NUMBER_OF_MESSAGE: Final = {"type": "integer", "description": "The message's number, from 1."}
# What may be missing or null in an answer of a model that is held to no schema: it is empty then.
_MAY_BE_MISSING: Final = frozenset({"quote", "risk", "expected", "detail", "why"})


def _six_scores(lists: Mapping[str, Sequence[Any]]) -> str:
    counts = Counter(each["aspect"] for each in lists["scores"])
    missing = [aspect for aspect in ASPECTS if not counts[aspect]]
    twice = [aspect for aspect in ASPECTS if counts[aspect] > 1]
    if missing:
        return f"It has no score of {', '.join(missing)}."
    return f"It has more than one score of {', '.join(twice)}." if twice else ""


def _some_text(lists: Mapping[str, Sequence[Any]]) -> str:
    return "" if any(each["content"].strip() for each in lists["messages"]) else "No message in it has text."


CRITIQUE: Final = Shape(
    lists={
        "scores": closed(
            {
                "aspect": _one_of(ASPECTS),
                "reason": text("One or two sentences, written before the score."),
                "score": {"type": "number", "description": "From 0 to 10."},
            }
        ),
        "findings": closed(
            {
                "severity": _one_of(SEVERITIES),
                "title": text("Up to ten words."),
                "detail": text(),
                "message": _NUMBER_OF_MESSAGE,
                "quote": text("The exact words, or empty for the prompt as a whole."),
            }
        ),
    },
    values={"summary": text()},
    whole=_six_scores,
)
IMPROVE: Final = Shape(
    lists={
        "edits": closed(
            {
                "message": _NUMBER_OF_MESSAGE,
                "find": text("Exact words that stand once in that message, or empty to append to it."),
                "replace": text(),
                "why": text(),
            }
        )
    },
    values={"summary": text()},
)
REWRITE: Final = Shape(
    lists={
        "messages": closed({"role": _one_of(ROLES), "content": text()}),
        "changes": text("One sentence."),
    },
    growing=("messages",),
    whole=_some_text,
)
COMPARE: Final = Shape(
    lists={
        "changes": closed({"what": text(), "effect": text(), "risk": text("Empty for none.")}),
        "prefer": closed({"for": text(), "choice": _one_of(CHOICES), "why": text()}),
    },
    values={"summary": text()},
)


def cases_shape(variables: Sequence[str]) -> Shape:
    """Test cases that give every variable a value."""
    values = {**closed({name: text() for name in variables}), "title": VALUES}
    return Shape(
        lists={
            "cases": closed(
                {"name": text(), "why": text(), "values": values, "expected": text("Empty where it is open.")}
            )
        }
    )


SHAPES: Final[Mapping[str, Shape]] = {
    "critique": CRITIQUE,
    "improve": IMPROVE,
    "rewrite": REWRITE,
    "compare": COMPARE,
}


def shape_of(panel: str, variables: Sequence[str] = ()) -> Shape | None:
    """What a panel answers; None for one that answers in plain text."""
    return cases_shape(variables) if panel == "cases" else SHAPES.get(panel)


def _members(schema: Schema) -> int:
    below = sum(_members(each) for each in schema.get("properties", {}).values())
    return below + len(schema.get("properties", {})) + (_members(schema["items"]) if "items" in schema else 0)


def _checked(value: Any, schema: Schema, what: str) -> Any:
    kind = schema["type"]
    if kind == "object":
        return _values(value, schema, what) if schema.get("title") == VALUES else _object(value, schema, what)
    if kind == "string":
        return _text(value, schema, what)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Misfit(f"{what} is not a number.")
    if kind == "integer":
        if value != int(value) or not 0 <= value <= 1_000_000:
            raise Misfit(f"{what} is not the number of a message.")
        return int(value)
    if not 0 <= value <= 10:
        raise Misfit(f"{what} is outside 0 to 10.")
    return value


def _object(value: Any, schema: Schema, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Misfit(f"{what} is not an object.")
    found = {}
    for name, below in schema["properties"].items():
        given = value.get(name)
        if given is None and name in _MAY_BE_MISSING:
            given = ""
        if given is None:
            raise Misfit(f"{what} has no “{name}”.")
        found[name] = _checked(given, below, f"“{name}” of an entry")
    return found


def _values(value: Any, schema: Schema, what: str) -> dict[str, str]:
    """A value for each variable, as the text that stands in for it."""
    if not isinstance(value, dict):
        raise Misfit(f"{what} is not an object.")
    missing = [name for name in schema["properties"] if value.get(name) is None]
    if missing:
        raise Misfit(f"A case has no value for {missing[0]}.")
    try:
        return {name: as_text(value[name], name) for name in schema["properties"]}
    except BadValue:
        raise Misfit("A value of a case is no text.") from None


def _text(value: Any, schema: Schema, what: str) -> str:
    if not isinstance(value, str):
        raise Misfit(f"{what} is not a text.")
    if "enum" not in schema:
        return value
    chosen = value.strip().casefold()
    if chosen not in schema["enum"]:
        raise Misfit(f"{what} is none of {', '.join(schema['enum'])}.")
    return chosen
