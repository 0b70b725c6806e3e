"""The vendored files are exactly what their manifest says, and nothing stands beside them unlisted."""

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "promptassay" / "static" / "vendor"
FOLDERS = (VENDOR, ROOT / "promptassay" / "trust" / "legal" / "fonts", ROOT / "tests" / "browser" / "vendor")
TOOLS = ROOT / "tools" / "vendor"
FONTS_BUDGET = 110_000  # bytes, all font files together


def _entries(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((folder / "VENDOR.toml").read_text("utf-8"))["file"]
    return found


ENTRIES = [(folder, entry) for folder in FOLDERS for entry in _entries(folder)]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("folder", "entry"), ENTRIES, ids=[str(entry["file"]) for _, entry in ENTRIES])
def test_file_and_licence_have_the_recorded_hash(folder: Path, entry: dict[str, Any]) -> None:
    assert _sha256(folder / entry["file"]) == entry["sha256"], "run tools/vendor/build.sh"
    assert _sha256(folder / entry["licence_file"]) == entry["licence_sha256"], "run tools/vendor/build.sh"
    assert entry["licence"] and entry["version"] and entry["packages"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_nothing_stands_in_the_folder_unlisted(folder: Path) -> None:
    listed = {name for entry in _entries(folder) for name in (entry["file"], entry["licence_file"])}
    assert {path.name for path in folder.iterdir()} == listed | {"VENDOR.toml"}


def test_fonts_stay_within_their_budget() -> None:
    assert sum(path.stat().st_size for path in VENDOR.glob("*.woff2")) <= FONTS_BUDGET


def test_versions_are_exact_and_the_lock_names_no_host() -> None:
    package = json.loads((TOOLS / "package.json").read_text("utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((TOOLS / "package-lock.json").read_text("utf-8"))["packages"]
    assert all("resolved" not in entry for entry in locked.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_manifest_names_the_versions_of_the_lock() -> None:
    locked = json.loads((TOOLS / "package-lock.json").read_text("utf-8"))["packages"]
    for _, entry in ENTRIES:
        for package in entry["packages"]:
            name, version = package.rsplit(" ", 1)
            assert locked[f"node_modules/{name}"]["version"] == version, package
