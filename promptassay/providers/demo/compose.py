"""Puts the answer into the form that the prompt asks for, and into prose when it asks for none."""

import json
import re
from collections.abc import Mapping
from math import ceil
from typing import Any

from promptassay.providers.demo.classify import choose, reason
from promptassay.providers.demo.extract import all_of, number_of, reply_to, summary, truth_of, value_of
from promptassay.providers.demo.instructions import Instructions, Option, slot_names
from promptassay.providers.demo.shapes import bound
from promptassay.providers.demo.words import first_words

_SORTS = re.compile(r"\b(classif|categor|triage|label|sort|route|priorit|urgen|sentiment|(is|are) about\b)")
_KNOWN = ("email", "phone", "url", "date", "amount", "number", "quote")
_NOTE = "The demo provider is not a language model"


def by_schema(schema: Any, found: Instructions, *, large: bool, name: str = "answer", depth: int = 0) -> Any:
    """A value of the asked shape, its fields filled by name."""
    if not isinstance(schema, Mapping) or depth > 12:
        return value_of(name, found, large=large) or summary(found)
    if "const" in schema:
        return schema["const"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return _from_enum(schema["enum"], name, found, large=large)
    for word in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(word), list) and schema[word]:
            return by_schema(schema[word][0], found, large=large, name=name, depth=depth + 1)
    kind = schema.get("type")
    nullable = isinstance(kind, list) and "null" in kind
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object" or (kind is None and "properties" in schema):
        properties = schema.get("properties")
        parts = properties.items() if isinstance(properties, Mapping) else ()
        return {key: by_schema(part, found, large=large, name=key, depth=depth + 1) for key, part in parts}
    if kind == "array":
        return _array(schema, found, large=large, name=name, depth=depth)
    if kind in ("integer", "number"):
        value = number_of(name, found, bound(schema, "minimum", -1e9), bound(schema, "maximum", 1e9))
        return ceil(value) if kind == "integer" else value
    if kind == "boolean":
        return truth_of(name, found)
    if kind == "null":
        return None
    text = value_of(name, found, large=large)
    if text is None:
        return None if nullable else summary(found) if name == "answer" else ""
    return text


def _array(schema: Mapping[str, Any], found: Instructions, *, large: bool, name: str, depth: int) -> list[Any]:
    items = schema.get("items")
    if isinstance(items, Mapping) and items.get("type") == "string" and "enum" not in items:
        return all_of(name, found)
    return [by_schema(items, found, large=large, name=name.rstrip("s"), depth=depth + 1)]


def _from_enum(values: list[Any], name: str, found: Instructions, *, large: bool) -> Any:
    kind = next((one for one in ("priority", "sentiment", "team") if one in name.lower()), "category")
    known = {option.name.lower(): option for option in found.choices.get(kind, [])}
    options = [known.get(str(value).lower(), Option(str(value))) for value in values]
    chosen = choose(kind, _with_choices(found, kind, options), large=large)
    return next(value for value, option in zip(values, options, strict=True) if option.name == chosen)


def _with_choices(found: Instructions, kind: str, options: list[Option]) -> Instructions:
    return Instructions(
        found.text,
        found.given,
        {**found.choices, kind: options},
        rules=found.rules,
        examples=found.examples,
        word_limit=found.word_limit,
    )


def by_form(found: Instructions, *, large: bool) -> str:
    """The answer in the form that the prompt's text asks for."""
    match found.form:
        case "json":
            values = {key: _field(key, found, large=large) for key in found.keys}
            return json.dumps(values, ensure_ascii=False)
        case "lines":
            return "\n".join(_line(line, found, large=large) for line in found.lines)
        case "bare":
            if kind := next(iter(found.choices), ""):
                return choose(kind, found, large=large)
            return summary(found)
    return _prose(found, large=large)


def _field(key: str, found: Instructions, *, large: bool) -> Any:
    if key.lower().endswith("s") and key.lower().rstrip("s") in (
        "email",
        "number",
        "date",
        "url",
        "link",
        "tag",
        "keyword",
    ):
        return all_of(key, found)
    if re.search(r"confidence|score|count", key, re.IGNORECASE):
        return number_of(key, found, 0.0, 1.0 if "confidence" in key.lower() else 1e9)
    if re.match(r"(is|has|needs)_|.*escalat", key, re.IGNORECASE):
        return truth_of(key, found)
    text = value_of(key, found, large=large)
    return summary(found) if text is None and key in ("answer", "text", "output", "result") else text


def _line(line: str, found: Instructions, *, large: bool) -> str:
    label = line.partition(":")[0].strip().lower().replace(" ", "_")
    for slot, name in slot_names(line):
        text = value_of(name, found, large=large) or value_of(label, found, large=large) or "none"
        line = line.replace(slot, text)
    return line


def _prose(found: Instructions, *, large: bool) -> str:
    """What it does without a form: it talks."""
    task = found.text.lower()
    if re.search(r"\b(echo|repeat)\b", task):
        return found.given
    if found.choices or _SORTS.search(task):
        return _spoken_choice(found, large=large)
    if re.search(r"\bextract|\bfind (?:all|every|the)\b|\blist (?:all|every|the)\b", task):
        return _spoken_extract(found)
    if re.search(r"\bsummar", task):
        return summary(found)
    if re.search(r"\b(reply|respond|answer) (?:to|the)\b|\bdraft\b", task):
        return reply_to(found)
    return (
        f"{_NOTE}: it can echo, extract, classify, summarise and fill JSON. It read: “{first_words(found.given, 40)}”."
    )


def _spoken_choice(found: Instructions, *, large: bool) -> str:
    category = choose("category", found, large=large)
    text = f"Thank you for sharing this. I would say it is about {category}"
    if "priority" in found.choices or re.search(r"priorit|urgen", found.text, re.IGNORECASE):
        text += f"; priority: {choose('priority', found, large=large)}"
    return f"{text}. {reason(found)}"


def _spoken_extract(found: Instructions) -> str:
    names = [name for name in _KNOWN if name.rstrip("s") in found.text.lower()]
    if names:
        return "\n".join(f"{name}: {', '.join(all_of(name, found)) or 'none'}" for name in names)
    parts = [f"{name}: {', '.join(values)}" for name in ("email", "number", "quote") if (values := all_of(name, found))]
    return "\n".join(parts) or "Nothing of the kind is in the text."
