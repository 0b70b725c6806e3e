"""Small builders of JSON Schema (2020-12): every property carries its words and an example."""

from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]


def field(kind: str | list[str], words: str, example: Any, **more: Any) -> Schema:
    """A property of a plain type, or of several."""
    return {"type": kind, "description": words, "examples": [example], **more}


def text(words: str, example: str = "", **more: Any) -> Schema:
    """A text."""
    return field("string", words, example, **more)


def number(words: str, example: int, **more: Any) -> Schema:
    """A whole number from 0."""
    return field("integer", words, example, **{"minimum": 0, **more})


def ident(words: str = "Its id, a UUIDv7.") -> Schema:
    """An id."""
    return text(words, "0193a7c2-5b1e-7c44-9d0a-3f6e2b8c1d57", format="uuid")


def moment(words: str) -> Schema:
    """A time in UTC with milliseconds."""
    return text(words, "2026-11-24T09:30:00.000Z", format="date-time")


def choice(words: str, options: list[str], example: str) -> Schema:
    """One of fixed words."""
    return text(words, example, enum=options)


def flag(words: str, example: bool = False) -> Schema:
    """Yes or no."""
    return field("boolean", words, example)


def ref(name: str) -> Schema:
    """A component by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(items: Schema, words: str, **more: Any) -> Schema:
    """A list."""
    return {"type": "array", "items": items, "description": words, **more}


def anything(words: str, example: Any) -> Schema:
    """An object whose keys people choose."""
    return {"type": "object", "description": words, "examples": [example]}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    kind = schema["type"]
    changed = {**schema, "type": [*(kind if isinstance(kind, list) else [kind]), "null"]}
    return {**changed, "enum": [*schema["enum"], None]} if "enum" in schema else changed


def record(words: str, **properties: Schema) -> Schema:
    """An object with exactly these properties, all of them there."""
    return {
        "type": "object",
        "description": words,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def body(words: str, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """What a request sends: these properties and no others, of which some must be there."""
    return {
        "type": "object",
        "description": words,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def example_of(schema: Schema, components: dict[str, Schema], *, only: tuple[str, ...] = ()) -> Any:
    """A value that the schema admits, put together from the examples of its parts."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rsplit("/", 1)[1]], components)
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], components)
    if "examples" in schema:
        return schema["examples"][0]
    if schema["type"] == "array" or schema["type"] == ["array", "null"]:
        return [example_of(schema["items"], components)]
    names = only or tuple(schema["properties"])
    return {name: example_of(schema["properties"][name], components) for name in names}
