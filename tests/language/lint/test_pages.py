"""docs/lint says what the rules say."""

import pytest

from promptassay.language.lint import RULES, Guide
from promptassay.language.lint.lists import words
from promptassay.language.lint.pages import DOCS, pages


@pytest.mark.parametrize("name", pages())
def test_a_page_is_what_its_rule_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "Run: python -m promptassay.language.lint.pages"


def test_every_page_is_of_a_rule() -> None:
    assert {path.name for path in DOCS.glob("*.md")} == {*pages(), "README.md"}


@pytest.mark.parametrize("guide", [kind.guide for kind in RULES.values()], ids=list(RULES))
def test_a_guide_is_whole(guide: Guide) -> None:
    assert guide.instead and guide.looks_at.endswith(".")
    assert bool(guide.keys) is not bool(guide.no_key)
    for text in (guide.looks_at, guide.no_key, *(does for _, does in guide.keys), *sum(guide.instead, ())):
        assert text.count("`") % 2 == 0
    assert all(len(words(name)) > 10 for name in guide.lists)


@pytest.mark.parametrize("name", RULES)
def test_keys_are_those_that_the_rule_offers(name: str) -> None:
    """A guide promises keys exactly where the samples have fixes, and their titles begin alike."""
    kind = RULES[name]
    offered = {fix.title for bad in kind.bad for found in kind.find(bad.context) for fix in found.fixes}
    starts = {title.split()[0] for title in offered}
    assert {title.split()[0] for title, _ in kind.guide.keys} >= starts
