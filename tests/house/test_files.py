"""Files and functions stay small, say what they are for, and carry names that say where to look."""

import ast
import re
import statistics

import pytest

from tests.house.source import PACKAGE, ROOT, TESTS, functions, modules, named

MAX_FILE, MAX_FUNCTION = 500, 80
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "util.py", "helper.py"}
# Written with a reason, and only ever made shorter.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

ALL = [*modules(PACKAGE, TESTS, ROOT / "bench")]


def test_no_file_is_too_long() -> None:
    long = {named(path): length for path in ALL if (length := len(path.read_text().splitlines())) > MAX_FILE}
    assert set(long) == set(LONG_FILES), f"split by meaning, not by length: {long}"


def test_no_function_is_too_long() -> None:
    long = {
        f"{named(path)}:{node.name}": length
        for path in ALL
        for node in functions(path)
        if node.end_lineno and (length := node.end_lineno - node.lineno + 1) > MAX_FUNCTION
    }
    assert set(long) == set(LONG_FUNCTIONS), long


def test_the_habit_holds_for_all_but_a_few() -> None:
    files = sorted(len(path.read_text().splitlines()) for path in modules(PACKAGE))
    lengths = sorted((node.end_lineno or 0) - node.lineno + 1 for path in modules(PACKAGE) for node in functions(path))
    assert statistics.quantiles(files, n=20)[-1] <= 300
    assert statistics.quantiles(lengths, n=20)[-1] <= 40


@pytest.mark.parametrize("path", [path for path in ALL if path.read_text().strip()], ids=named)
def test_a_module_says_what_it_is_for(path: object) -> None:
    from pathlib import Path

    assert isinstance(path, Path)
    tree = ast.parse(path.read_text())
    docstring = ast.get_docstring(tree)
    assert docstring, "open with one sentence saying what the module is for"
    assert docstring.splitlines()[0].rstrip().endswith((".", ":", "?")) or "\n" in docstring, docstring


def test_no_drawer_for_everything() -> None:
    assert not [named(path) for path in ALL if path.name in FORBIDDEN_NAMES]


def test_doors_do_not_touch_tables() -> None:
    """Views, API and jobs call services and queries; they neither query nor write."""
    found = []
    for path in modules(PACKAGE):
        parts = path.relative_to(PACKAGE).parts
        if any(part in ("views", "api", "jobs") for part in (*parts[:-1], path.stem)) and parts[0] != "core":
            lines = path.read_text().splitlines()
            found += [f"{named(path)}:{number}" for number, line in enumerate(lines, 1) if _touches_a_table(line)]
    assert not found, "move this into queries.py or services.py"


def _touches_a_table(line: str) -> bool:
    return bool(re.search(r"\.objects\b|\.save\(|\.delete\(|cursor\(\)", line))


def test_the_check_for_tables_can_fail() -> None:
    assert _touches_a_table("    Prompt.objects.filter(pk=1)")
    assert not _touches_a_table("    services.save_version(actor)")


def test_the_context_is_set_in_one_place() -> None:
    """Only `core/tenancy.py` sets the workspace; a session-level setting would leak through a pool."""
    setters = [named(path) for path in modules(PACKAGE) if "set_config('promptassay." in path.read_text()]
    assert setters == ["promptassay/core/tenancy.py"]


def test_secrets_are_revealed_in_few_places() -> None:
    """Each place that sees a plain secret is known here by name."""
    known = {
        "promptassay/accounts/services.py": "hashes the password",
        "promptassay/config": "hands database passwords to drivers and children",
        "promptassay/core/vault.py": "seals and opens",
        "promptassay/providers/adapters": "puts the key into a header",
        "promptassay/providers/services/keys.py": "checks the shape of a new key",
        "promptassay/core/secret.py": "defines it",
        "promptassay/workspaces/apikeys": "hashes a new API key, and shows it once",
        "promptassay/trust/evidence.py": "derives the signing key from the secret key",
        "promptassay/trust/probes/ledger.py": "looks for its canary key everywhere",
    }
    users = {named(path) for path in modules(PACKAGE) if ".reveal()" in path.read_text()}
    unknown = [user for user in users if not user.startswith(tuple(known))]
    assert not unknown, unknown
