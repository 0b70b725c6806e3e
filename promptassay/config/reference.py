"""Writes docs/reference, and the list of files in docs/map.md: `python -m promptassay.config.reference`."""

import argparse
import ast
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from promptassay.config.environment import SETTINGS

PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = PACKAGE.parent / "docs" / "reference"
MAP = PACKAGE.parent / "docs" / "map.md"
# The line of apps from top to ground, as pyproject.toml's first import contract has it.
LINE = (
    "config",
    "api",
    "trust",
    "portability",
    "assist",
    "evals",
    "prompts",
    "fragments",
    "providers",
    "usage",
    "workspaces",
    "accounts",
    "audit",
    "core",
    "language",
)
_BEGIN, _END = "<!-- files: begin, written by `python -m promptassay.config.reference` -->", "<!-- files: end -->"
_LEFT_OUT = {"__init__", "__pycache__", "apps", "migrations", "management"}
_NOTE = "<!-- Written by `python -m promptassay.config.reference`. Change the code, not this file. -->"
_REGEX_PART = re.compile(r"\(\?P(<\w+>)(?:[^()\[\]]|\[[^\]]*\])*\)")


def pages() -> dict[str, str]:
    """The pages by file name. Django must be set up."""
    return {
        "settings.md": settings_page(),
        "permissions.md": permissions_page(),
        "routes.md": routes_page(),
        "commands.md": commands_page(),
        "stored-data.md": stored_data_page(),
        "openapi.json": openapi_document(),
    }


def settings_page() -> str:
    """Every environment variable that the product reads."""
    rows = [(f"`{setting.name}`", setting.default or "–", setting.help) for setting in SETTINGS]
    return _page(
        "Settings",
        "Settings are environment variables; there is no settings file. An empty variable counts as unset. "
        "`promptassay doctor` lists every problem with them at once.",
        _table(("variable", "default", "meaning"), rows),
    )


def permissions_page() -> str:
    """Who may do what in a workspace."""
    from promptassay.workspaces.permissions import MEANING, Ability, Role, allows

    rows = [
        (f"`{ability.value}`", *("yes" if allows(role, ability) else "no" for role in Role), MEANING[ability])
        for ability in Ability
    ]
    return _page(
        "Permissions",
        "What each role may do in a workspace. The table in code is `promptassay/workspaces/permissions.py`. Abilities "
        "of planned features (labels, invitations, API keys, single sign-on, billing, export) are in it already; "
        "[routes](routes.md) shows which ones guard a page today.",
        _table(("ability", *(role.value for role in Role), "meaning"), rows),
        "What a person may not see answers 404 with the same words as an address that does not exist. What they may "
        "see but not do answers 403 with the ability's name.",
    )


def routes_page() -> str:
    """Every path, with who may come in."""
    from django.urls import get_resolver

    rows = [(f"`{path}`", f"`{name}`", ", ".join(methods), who) for path, name, methods, who in _routes(get_resolver())]
    return _page(
        "Routes",
        "Every path of the product and its door. An ability means: signed in, a member of the workspace in the path, "
        "with a role that includes it ([permissions](permissions.md)). “signed in” means: about oneself only. "
        "“anybody” comes with its reason. A service may ask for more than the door: deleting what others made needs "
        "`content.manage`.",
        _table(("path", "name", "methods", "who"), rows),
        "Static files are served below `/static/` by WhiteNoise, without a door: they hold nothing of anybody.",
    )


def commands_page() -> str:
    """Every command with its options."""
    from promptassay.config import commands

    sections = [
        "\n".join((f"## promptassay {name}", "", text, *_options(parser)))
        for name, text, parser in _commands(commands._parser())
    ]
    return _page(
        "Commands",
        "One program, `promptassay`. Exit codes: 0 done, 1 found something wrong (`doctor`, `migrate --check`), "
        "2 could not start because of a setting or another expected failure, explained in up to three lines on stderr.",
        *sections,
    )


def openapi_document() -> str:
    """The description of the API, as an instance at the default address serves it."""
    from promptassay.api.openapi import document

    return json.dumps(document("http://127.0.0.1:8000/api/v1"), indent=2, ensure_ascii=False) + "\n"


def stored_data_page() -> str:
    """Every stored column with its class."""
    from promptassay.core.stored import MEANING, tables

    sections = []
    for table in tables():
        readers = ", ".join(f"`{reader}`" for reader in table.readers) or "the framework alone"
        rows = [(f"`{name}`", column.kind.value, _column_words(column)) for name, column in table.columns.items()]
        about = f"{table.purpose} Kept {table.kept}. Read by {readers}."
        sections.append(f"## {table.name}\n\n{about}\n\n{_table(('column', 'class', 'what it is'), rows)}")
    return _page(
        "Stored data",
        "Every column of the database, as the page “What we store” (`/trust/data`) shows it. The declarations stand "
        "beside the models, in each app's `data_classes.py`; the build compares them with PostgreSQL's catalogue, and "
        "the readers with the product's source. `promptassay doctor` does the first for a live database.",
        _table(("class", "meaning"), [(kind.value, words) for kind, words in MEANING.items()]),
        *sections,
    )


def _column_words(column: Any) -> str:
    inside = "; ".join(words if key in "*[]" else f"`{key}`: {words}" for key, words in column.holds.items())
    return f"{column.purpose}. Inside: {inside}" if inside else str(column.purpose)


def map_page(written: str) -> str:
    """The map with its list of files renewed: what each module says it is for."""
    before, _, rest = written.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    sections = [f"### {app}\n\n{_purpose(PACKAGE / app)}\n\n{_files_of(PACKAGE / app)}" for app in LINE]
    return "\n\n".join((before.rstrip("\n"), _BEGIN, *sections, _END)) + after


def _files_of(folder: Path) -> str:
    found = [path for path in sorted(folder.iterdir()) if path.suffix == ".py" or (path / "__init__.py").exists()]
    rows = [
        (f"[`{path.name}{'/' * path.is_dir()}`](../{path.relative_to(PACKAGE.parent).as_posix()})", _purpose(path))
        for path in found
        if path.stem not in _LEFT_OUT
    ]
    return _table(("file", "what it is for"), rows)


def _purpose(path: Path) -> str:
    """The first paragraph of a module's docstring, on one line."""
    module = path / "__init__.py" if path.is_dir() else path
    first = (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|")


def _routes(resolver: Any, prefix: str = "/", namespace: str = "") -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    from django.urls import URLResolver

    for entry in resolver.url_patterns:
        path = prefix + _readable(str(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from _routes(entry, path, namespace + inner)
        else:
            yield path, f"{namespace}{entry.name}", *_door(entry)


def _readable(pattern: str) -> str:
    """A path as people read it: regular expressions reduced to the names of their groups."""
    return _REGEX_PART.sub(r"\1", pattern).removeprefix("^").removesuffix("$")


def _door(entry: Any) -> tuple[tuple[str, ...], str]:
    from promptassay.accounts.doors import DOORS
    from promptassay.core.doors import door_of

    door = door_of(entry.callback)
    if door is None:  # allauth's own pages
        kind, reason = DOORS[entry.name]
        view = getattr(entry.callback, "view_class", None)  # the one without is a fixed text
        methods = tuple(method.upper() for method in ("get", "post") if hasattr(view, method)) or ("GET",)
    else:
        kind, reason, methods = door.kind, door.reason, door.methods
    if kind == "workspace":
        return methods, f"`{door.ability}`" if door else ""
    if kind == "key":
        return methods, "an API key; each operation names its scope and its ability"
    return methods, f"anybody: {reason}" if kind == "public" else "signed in"


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Name, sentence and parser of each command; those of Django and of the fake provider have their own parsers."""
    from django.core.management import get_commands, load_command_class

    from promptassay.providers.fake import __main__ as fake_provider

    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        for name, inner in action.choices.items():
            app = get_commands().get(name, "")
            if str(app).startswith("promptassay."):
                command = load_command_class(str(app), name)
                inner = command.create_parser("promptassay", name)
                yield name, command.help, inner
            elif name == "dev":
                yield (
                    "dev fake-provider",
                    "Start a model provider that answers by rule, for trying and testing.",
                    (fake_provider._parser()),
                )
            else:
                yield name, str(inner.description), inner


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """A table of the options of one command, those that every Django command has left out; empty without any."""
    from django.core.management import BaseCommand

    shared = {action.dest for action in BaseCommand().create_parser("promptassay", "any")._actions}
    rows = []
    for action in parser._actions:
        if action.dest in shared:
            continue
        value = f" {action.metavar or action.dest.upper()}" if action.option_strings and action.nargs != 0 else ""
        if action.choices and value:
            value = " " + "\\|".join(str(choice) for choice in action.choices)
        shown = ", ".join(action.option_strings) or action.dest
        note = str(action.help or "").replace("%%", "%")
        if action.default not in (None, False, "", argparse.SUPPRESS) and action.nargs != 0:
            note = f"{note}; {action.default} if not given" if note else f"{action.default} if not given"
        if action.required:
            note = f"{note}; required" if note else "required"
        rows.append((f"`{shown}{value}`", note or "–"))
    return ["", _table(("option", "meaning"), rows)] if rows else []


def _page(title: str, introduction: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", _NOTE, introduction, *parts)) + "\n"


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Write the pages. Nothing is read but code, so settings and a database are not needed."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "promptassay.config.settings"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PROMPTASSAY_DATA_DIR"] = folder  # the keys that settings want are made and thrown away
        import django

        django.setup()
        FOLDER.mkdir(parents=True, exist_ok=True)
        written = pages()
        for name, text in written.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
        MAP.write_text(map_page(MAP.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"Wrote {', '.join(written)} and the files of map.md.\n")


if __name__ == "__main__":
    main()
