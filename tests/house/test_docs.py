"""The documentation tells the truth: links lead somewhere, what is named exists, references are what the code says."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import URLResolver, get_resolver

from promptassay.config import reference
from promptassay.config.environment import SETTINGS
from promptassay.evals.checks import CHECKS
from promptassay.workspaces.permissions import Ability
from tests.house.source import PACKAGE, ROOT, named

DOCS = ROOT / "docs"
_GENERATED = DOCS / "reference"
_RENEW = "Run: python -m promptassay.config.reference"
_CODE_BLOCK = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_NAME = re.compile(r"`([A-Za-z_]\w*)`")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_FORGOTTEN = re.compile(r"\b(TODO|FIXME|XXX|TBD)\b|\blorem ipsum\b")
# Paths of a machine that somebody worked on, and addresses of package registries.
_OF_A_MACHINE = re.compile(
    r"(?<![\w.~])/(work|tmp|root|home|Users)/|files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs"
)


def _pages() -> list[Path]:
    """Every Markdown page of the repository, those of installed packages and of the package's own data left out."""
    listed = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "bench").rglob("*.md"), *(ROOT / "tests").rglob("*.md")]
    return sorted(path for path in listed if ".artifacts" not in path.parts)


PAGES = _pages()


@cache
def _prose(path: Path) -> str:
    """A page without its blocks of code."""
    return _CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))


def _links(path: Path) -> Iterator[tuple[str, str]]:
    """Text and target of each link that stays in the repository."""
    for match in _LINK.finditer(_prose(path)):
        if not re.match(r"[a-z]+:", match[2]):
            yield match[1], match[2]


def _target(path: Path, link: str) -> Path:
    place = link.partition("#")[0]
    return (path.parent / place).resolve() if place else path


@cache
def _anchors(path: Path) -> frozenset[str]:
    """The anchors that a forge makes of a page's headings."""
    headings = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in _HEADING.findall(_prose(path)))
    return frozenset(re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings)


@cache
def _names_in(path: Path) -> frozenset[str]:
    """Functions, classes, methods, constants and fields that a module defines."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_links_lead_somewhere(path: Path) -> None:
    dead = [link for _, link in _links(path) if not _target(path, link).exists()]
    assert not dead
    outside = [link for _, link in _links(path) if not _target(path, link).is_relative_to(ROOT)]
    assert not outside
    for _, link in _links(path):
        anchor = link.partition("#")[2]
        if anchor:
            assert anchor in _anchors(_target(path, link)), f"{link}: there is no such heading"


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_what_is_linked_by_name_exists(path: Path) -> None:
    """`[`save_version`](…/versions.py)` says that versions.py defines save_version."""
    missing = [
        f"{name} in {link}"
        for text, link in _links(path)
        for name in _NAME.findall(text)
        if link.endswith(".py") and name not in _names_in(_target(path, link))
    ]
    assert not missing


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_nothing_is_left_to_do_and_nothing_is_of_one_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not _FORGOTTEN.search(text)
    assert not _OF_A_MACHINE.search(text)


def test_the_checks_of_pages_can_fail(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A *title*, with marks\n\n[a](gone.md) [`x`](code.py) [web](https://example.com)\n```\n[no](link.md)\n```\n"
    )
    assert [link for _, link in _links(page)] == ["gone.md", "code.py"]
    assert not _target(page, "gone.md").exists()
    assert _anchors(page) == {"a-title-with-marks"}
    assert _FORGOTTEN.search("TODO: write this") and _OF_A_MACHINE.search("see /home/me/notes")
    code = tmp_path / "code.py"
    code.write_text("Y = 1\nclass A:\n    field: int = 0\n    def x(self): ...\n")
    assert _names_in(code) == {"Y", "A", "field", "x"}


def test_every_page_is_in_the_index() -> None:
    index = {_target(DOCS / "README.md", link) for _, link in _links(DOCS / "README.md")}
    lost = [named(path) for path in DOCS.rglob("*.md") if path not in index and path.name != "README.md"]
    assert not lost, "link it from docs/README.md"


def test_decisions_are_numbered_one_after_the_other_and_complete() -> None:
    found = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name[:5] for path in found] == [f"{number:04}-" for number in range(1, len(found) + 1)]
    for path in found:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]}: ")
        assert len(text.splitlines()) <= 60, f"{path.name}: a decision fits on one page"
        for part in ("Context", "Choice", "Consequences"):
            assert f"**{part}.**" in text, f"{path.name} lacks {part}"
        assert "**Evidence.**" in text or "**Measurement.**" in text, f"{path.name} lacks its evidence"


@pytest.mark.parametrize("name", ["settings.md", "permissions.md", "routes.md", "commands.md", "stored-data.md"])
def test_reference_is_what_the_code_says(name: str) -> None:
    assert (_GENERATED / name).read_text(encoding="utf-8") == reference.pages()[name], _RENEW


def test_map_lists_the_files_that_there_are() -> None:
    written = reference.MAP.read_text(encoding="utf-8")
    assert written == reference.map_page(written), _RENEW


def test_map_names_every_app_and_no_other() -> None:
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    assert list(reference.LINE) == layers
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert set(reference.LINE) == folders, "give the app its place in the line"
    shown = re.findall(r"^### (\w+)$", reference.MAP.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown == layers


def test_map_names_every_place_at_the_top() -> None:
    """Folders that git keeps, and the files that people look for."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    tops = {line.partition("/")[0] for line in listed.splitlines() if "/" in line}
    linked = {_target(reference.MAP, link) for _, link in _links(reference.MAP)}
    places = {path.relative_to(ROOT).parts[0] for path in linked if path != ROOT}
    assert tops <= places


def test_settings_abilities_commands_and_routes_are_in_the_reference() -> None:
    """Besides equality: what the generator forgets would be missing from both sides."""
    settings = (_GENERATED / "settings.md").read_text(encoding="utf-8")
    assert [setting.name for setting in SETTINGS if f"`{setting.name}`" not in settings] == []
    permissions = (_GENERATED / "permissions.md").read_text(encoding="utf-8")
    assert [ability for ability in Ability if f"`{ability.value}`" not in permissions] == []
    routes = (_GENERATED / "routes.md").read_text(encoding="utf-8")
    assert [name for name in _url_names(get_resolver()) if f"`{name}`" not in routes] == []
    commands = (_GENERATED / "commands.md").read_text(encoding="utf-8")
    own = {path.stem for path in PACKAGE.glob("*/management/commands/*.py")} - {"__init__"}
    for name in {"serve", "doctor", "migrate", "web", "worker", "dev fake-provider"} | own:
        assert f"\n## promptassay {name}\n" in commands


def _url_names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _url_names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}"


def test_variables_in_the_docs_are_settings() -> None:
    """A renamed setting must not live on in a page; variables of the tests are named where they are used."""
    known = {setting.name for setting in SETTINGS}
    for path in PAGES:
        for name in re.findall(r"\bPROMPTASSAY_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")):
            ours = name == "PROMPTASSAY_GATE_KEY" or name.startswith("PROMPTASSAY_TEST_")
            assert name in known or ours, f"{named(path)}: {name}"


def test_commands_in_the_docs_exist() -> None:
    commands = (_GENERATED / "commands.md").read_text(encoding="utf-8")
    known = {line.split()[2] for line in commands.splitlines() if line.startswith("## promptassay ")}
    for path in PAGES:
        for name in re.findall(r"`(?:\.venv/bin/)?promptassay ([a-z]+)", path.read_text(encoding="utf-8")):
            assert name in known, f"{named(path)}: promptassay {name}"


def test_targets_of_make_in_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in PAGES:
        for name in re.findall(r"(?:`|^)make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert name in targets, f"{named(path)}: make {name}"


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=\[]", line)[0] for line in project["optional-dependencies"]["server"]}
    text = (DOCS / "decisions" / "0009-dependencies.md").read_text(encoding="utf-8")
    named_there = set(re.findall(r"^\| `([\w-]+)`", text, re.MULTILINE))
    assert wanted == named_there


def test_the_licence_is_the_whole_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text) == 11_358


def test_the_number_of_checks_is_right() -> None:
    words = {6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten", 11: "eleven", 12: "twelve"}
    assert f"[{words[len(CHECKS)]} checks](docs/checks.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
