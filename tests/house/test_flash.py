"""A passing message travels in a cookie: it may say how many and which number, never a text that somebody wrote."""

import ast
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, modules, named

CALLS = {"success", "info", "warning", "error"}
NUMBERS = {"number", "count", "version_number", "ended"}


def refused(source: str) -> list[str]:
    """What the messages of a module interpolate that is not a number."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"messages.{name}" for name in CALLS}
    ]
    pieces = [piece for call in calls for piece in ast.walk(call) if isinstance(piece, ast.FormattedValue)]
    return [ast.unparse(piece.value) for piece in pieces if not _number(piece.value)]


def _number(value: ast.expr) -> bool:
    match value:
        case ast.Constant():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in NUMBERS
        case ast.Call(func=ast.Name(id="len")):
            return True
        case ast.IfExp(body=body, orelse=orelse):
            return _number(body) and _number(orelse)
    return False


@pytest.mark.parametrize("path", [path for path in modules(PACKAGE) if "messages." in path.read_text()], ids=named)
def test_messages_carry_numbers_only(path: Path) -> None:
    assert refused(path.read_text()) == []


def test_a_name_in_a_message_is_found() -> None:
    assert refused('messages.success(request, f"“{prompt.title}” is saved, v{version.number}.")') == ["prompt.title"]
    assert refused("""messages.info(request, f"{count:,} {'case' if count == 1 else 'cases'}")""") == []
