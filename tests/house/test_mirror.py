"""Tests stand where the code they test stands, and templates and scripts obey the house."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, ROOT, TESTS, modules, named

FREE = {"house", "browser", "fakes", "faults", ".artifacts"}
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
# Scripts that put more than a literal into the page, each with its reason.
SETS_HTML = {
    "promptassay/static/app/prompts/autosave.js": "the conflict notice, rendered and escaped by our own server",
    "promptassay/static/app/evals/case-grid.js": "a row from the page's own <template>, with numbers put in",
}
SCRIPTS = sorted((PACKAGE / "static" / "app").rglob("*.js"))


def test_tests_mirror_the_code() -> None:
    stray = []
    for path in modules(TESTS):
        parts = path.relative_to(TESTS).parts
        if len(parts) == 1 or parts[0] in FREE or not path.name.startswith("test_"):
            continue
        code = PACKAGE.joinpath(*parts[:-1])
        stem = path.stem.removeprefix("test_")
        candidates = [code / f"{stem}.py", code / stem, code.with_suffix(".py")]
        if not any(candidate.exists() for candidate in candidates) and not _names_a_module(code, stem):
            stray.append(named(path))
    assert not stray, "name a test after the module it tests (test_<module>.py or test_<module>_<topic>.py)"


def _names_a_module(folder: Path, stem: str) -> bool:
    """`test_views_of_runs` tests `views`: the module's name comes first, a topic may follow."""
    words = stem.split("_")
    names = ["_".join(words[:count]) for count in range(len(words), 0, -1)]
    return any(any(folder.glob(f"{name}.*")) or (folder / name).is_dir() for name in names)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_hold_no_inline_behaviour_or_style(path: Path) -> None:
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*(\bsrc=|type=\"(application/json|importmap)\"))", text)
    assert not re.search(r"<style\b|\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "|safe" not in text
    assert "{% autoescape off" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_browsers_do_not_remember_what_is_typed(path: Path) -> None:
    """Without it a browser writes the fields of open and closed tabs to its disk (docs/browser-store.md)."""
    if path.parent.name in ("account", "usersessions"):
        return  # names and passwords, which browsers may offer
    for start in re.findall(r"<form\b(?:{%.*?%}|{{.*?}}|[^>])*>", path.read_text()):
        assert "autocomplete=" in start or "accounts/sign-out" in start, f'{start[:80]}…: say autocomplete="off"'


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_islands_are_small_modules_with_bare_specifiers(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("// @ts-check")
    assert len(text.splitlines()) <= 200
    for specifier in re.findall(r"(?:from|import)\s*\(?[\"']([^\"']+)[\"']", text):
        assert not specifier.startswith((".", "/", "http")), f"{specifier}: use the import map"
    assert not re.search(r"insertAdjacentHTML|document\.write|\beval\(|new Function|outerHTML\s*=", text)
    if named(path) not in SETS_HTML:
        for value in re.findall(r"\.innerHTML\s*[+]?=\s*(.)", text):
            assert value == "'", "set HTML from a literal only; text goes in by textContent"


def test_locks_name_no_registry() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(), named(path)
        assert "--hash=sha256:" in path.read_text()
    lock = ROOT / "tools" / "vendor" / "package-lock.json"
    assert '"resolved"' not in lock.read_text()


def test_the_wheel_declares_what_it_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == []
    assert project["scripts"]["promptassay"]
