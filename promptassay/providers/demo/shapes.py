"""Makes JSON values that fit a JSON schema."""

from collections.abc import Mapping
from math import ceil
from typing import Any


def fill_schema(schema: Any, text: str = "", depth: int = 0) -> Any:
    """The plainest value of the shape; strings hold `text` where nothing else is asked for."""
    if not isinstance(schema, Mapping) or depth > 12:
        return text
    if "const" in schema:
        return schema["const"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    for name in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(name), list) and schema[name]:
            return fill_schema(schema[name][0], text, depth + 1)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object" or (kind is None and "properties" in schema):
        properties = schema.get("properties")
        parts = properties.items() if isinstance(properties, Mapping) else ()
        return {name: fill_schema(part, text, depth + 1) for name, part in parts}
    if kind == "array":
        count = int(bound(schema, "minItems", 1))
        return [fill_schema(schema.get("items"), text, depth + 1) for _ in range(max(0, min(count, 20)))]
    if kind in ("integer", "number"):
        low = bound(schema, "minimum", 0)
        return ceil(low) if kind == "integer" or low == int(low) else low
    if kind == "boolean":
        return False
    return None if kind == "null" else text


def bound(schema: Mapping[str, Any], name: str, default: float) -> float:
    """A number that a schema sets, within a thousand million; `default` where it sets none."""
    value = schema.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return default
    return float(max(-1e9, min(1e9, value)))
