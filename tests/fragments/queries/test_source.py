"""Resolving through the database gives what the language gives over a table, in few statements."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from promptassay.core.errors import ValidationFailed
from promptassay.fragments.queries import changed_source, source
from promptassay.language.errors import LanguageError
from promptassay.language.fragments import FragmentSource, FragmentTable, FragmentText, PinMissing
from promptassay.language.messages import Message
from promptassay.language.resolve import resolve_messages
from tests.fragments.factories import make_fragment
from tests.people import Person

SLUGS = ("a", "b", "c-1", "d")


def _random_text(chance: random.Random, slugs: tuple[str, ...]) -> str:
    parts = []
    for _ in range(chance.randint(1, 4)):
        slug = chance.choice((*slugs, "nobody"))
        pin = chance.choice(("", "", "@1", "@2", "@9"))
        slot = chance.choice(("", ' x="bound {{y}}"'))
        parts.append(chance.choice(("plain ", "{{x}} ", "{{y|why}} ", "\\{{z}} ", f"${{fragment:{slug}{pin}{slot}}} ")))
    return "".join(parts)


def _outcome(text: str, fragments: FragmentSource) -> object:
    try:
        return resolve_messages([Message("user", text)], variables={}, fragments=fragments, strict=False)
    except LanguageError as error:
        return type(error), str(error), getattr(error, "path", None)


@pytest.mark.parametrize("seed", range(12))
def test_the_database_resolves_as_a_table_does(alice: Person, seed: int) -> None:
    chance = random.Random(seed)
    table: dict[str, dict[int, str]] = {}
    for at, slug in enumerate(SLUGS):
        made = SLUGS[: at + chance.randint(0, 1)]
        texts = list(dict.fromkeys(f"{number} {_random_text(chance, made)}" for number in range(chance.randint(1, 3))))
        try:
            make_fragment(alice, *texts, slug=slug)
        except ValidationFailed:
            texts = ["calm"]
            make_fragment(alice, "calm", slug=slug)
        table[slug] = dict(enumerate(texts, start=1))
    with alice.inside():
        for _ in range(15):
            text = _random_text(chance, SLUGS)
            assert _outcome(text, source([text])) == _outcome(text, FragmentTable(table))
            assert _outcome(text, source()) == _outcome(text, FragmentTable(table))


def test_one_statement_a_level_and_none_without_references(alice: Person) -> None:
    make_fragment(alice, "deep", slug="deep")
    for slug in ("one", "two"):
        make_fragment(alice, f"{slug} ${{fragment:deep}}", slug=slug)
    text = "${fragment:one} ${fragment:two@1} ${fragment:one}"
    with alice.inside():
        with CaptureQueriesContext(connection) as seen:
            _outcome(text, source([text]))
        assert len(seen) == 2
        with CaptureQueriesContext(connection) as seen:
            _outcome("plain {{x}}", source(["plain {{x}}"]))
        assert len(seen) == 0


def test_missing_fragments_and_pins(alice: Person) -> None:
    make_fragment(alice, "one", "two", slug="tone")
    with alice.inside():
        found = source()
        assert found.load("nobody", None) is None
        assert found.load("nobody", 3) is None
        assert found.load("tone", 3) == PinMissing(2)
        assert found.load("tone", 1) == FragmentText("tone", 1, "one")
        assert found.load("tone", None) == FragmentText("tone", 2, "two")
        assert found.newest_used == {"tone": 2}


def test_frozen_numbers_stay_and_nothing_else_exists(alice: Person) -> None:
    make_fragment(alice, "one", "two", slug="tone")
    make_fragment(alice, "new", slug="newer")
    with alice.inside():
        found = source(["${fragment:tone} ${fragment:newer}"], newest={"tone": 1})
        assert found.load("tone", None) == FragmentText("tone", 1, "one")
        assert found.load("tone", 2) == FragmentText("tone", 2, "two")
        assert found.load("newer", None) is None


def test_a_changed_text_stands_in(alice: Person) -> None:
    make_fragment(alice, "one", slug="tone")
    with alice.inside():
        found = changed_source(FragmentText("tone", 2, "two"), [("tone", None), ("tone", 1)])
        assert found.load("tone", None) == found.load("tone", 2) == FragmentText("tone", 2, "two")
        assert found.load("tone", 1) == FragmentText("tone", 1, "one")


def test_fragments_of_others_do_not_exist(alice: Person, bob: Person) -> None:
    make_fragment(bob, "his", slug="tone")
    with alice.inside():
        assert source().load("tone", None) is None
