"""docs/checks.md says what the checks say."""

from pathlib import Path

from promptassay.evals.checks import CHECKS
from promptassay.evals.checks.page import checks_page

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def test_page_is_what_the_checks_say() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == checks_page(), "Run: python -m promptassay.evals.checks.page > docs/checks.md"


def test_page_names_every_check_and_parameter() -> None:
    written = PAGE.read_text(encoding="utf-8")
    for kind in CHECKS.values():
        assert f"\n## {kind.name}\n" in written
        for parameter in kind.parameters:
            assert f"| `{parameter.name}` |" in written
