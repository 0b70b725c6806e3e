"""Lists: searched, filtered, sorted, fifty a page, in a fixed number of statements, of one workspace."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from promptassay.core.errors import NotFound
from promptassay.prompts import queries, services
from promptassay.prompts.models import PromptType
from promptassay.prompts.queries import ListQuery
from tests.people import Person
from tests.prompts.factories import content, make_blank_prompt, make_prompt, unknown_id


def titles(person: Person, **asked: object) -> list[str]:
    with person.inside():
        return [each.title for each in queries.list_prompts(ListQuery.clean(**asked)).object_list]  # type: ignore[arg-type]


def test_search_looks_in_title_description_and_latest_text(alice: Person) -> None:
    make_prompt(alice, "old whales", "about Birds", title="Alpha")
    with alice.inside():
        services.create_prompt(alice.actor, title="Beta", description="Whales again")
    assert titles(alice, q="WHALES") == ["Beta"]
    assert titles(alice, q="birds") == ["Alpha"]
    assert titles(alice, q="alp bird") == ["Alpha"]
    assert titles(alice, q="alpha whales") == []


@pytest.mark.parametrize("literal", ["100%", "a_b", "back\\slash", "'quote", "ÜBER", "{{name}}"])
def test_every_sign_is_searched_for_as_itself(alice: Person, literal: str) -> None:
    make_prompt(alice, f"has {literal} inside", title="Yes")
    make_prompt(alice, "has 1000 aXb backslash quote uber name inside", title="No")
    assert titles(alice, q=literal) == ["Yes"]


def test_every_piece_of_a_text_finds_it_and_nothing_else_does(alice: Person) -> None:
    text = "größer als 3 % – ½ 🙂 ende"
    make_prompt(alice, text, title="one")
    stored = " ".join(f"one {text}".split())
    pieces = {
        word[at : at + length] for word in stored.split() for length in (1, 2, 3, 4, 5) for at in range(len(word))
    }
    for piece in pieces:
        assert titles(alice, q=piece.upper()) == ["one"], piece
        assert titles(alice, q=f"{piece}\u2603") == titles(alice, q=f"zz{piece}") == [], piece


def test_filters_and_sorts(alice: Person) -> None:
    for title, kind in (("b", PromptType.USER), ("A", PromptType.SYSTEM), ("c", PromptType.USER)):
        with alice.inside():
            services.create_prompt(alice.actor, title=title, prompt_type=kind)
    assert titles(alice) == ["c", "A", "b"]
    assert titles(alice, sort="updated") == ["b", "A", "c"]
    assert titles(alice, sort="title") == ["A", "b", "c"]
    assert titles(alice, sort="-title") == ["c", "b", "A"]
    assert titles(alice, prompt_type="user") == ["c", "b"]
    assert titles(alice, prompt_type="nonsense", sort="nonsense") == ["c", "A", "b"]


def test_a_page_has_fifty_and_costs_two_statements(alice: Person) -> None:
    with alice.inside():
        for number in range(53):
            services.create_prompt(alice.actor, title=f"Prompt {number:02}")
        for page, length in ((1, 50), (2, 3), (99, 3)):
            with CaptureQueriesContext(
                connection,
            ) as statements:
                found = queries.list_prompts(ListQuery(sort="title"), page=page)
                assert [each.slug for each in found.object_list] and len(found.object_list) == length
            assert len(statements) == 2
        assert queries.prompt_count() == 53


def test_a_search_passes_over_the_texts_once(alice: Person) -> None:
    with alice.inside():
        for number in range(51):
            services.create_prompt(alice.actor, title=f"Prompt {number:02}")
        for page, length, expected in ((1, 50, 1), (2, 1, 1), ("x", 50, 1), (99, 1, 3)):
            with CaptureQueriesContext(connection) as statements:
                found = queries.list_prompts(ListQuery(q="prompt"), page=page)
                assert (len(found.object_list), found.paginator.count) == (length, 51)
            assert len(statements) == expected
        assert queries.list_prompts(ListQuery(q="absent")).paginator.count == 0


@pytest.mark.parametrize(("sort", "index"), [("-updated", "newest"), ("updated", "newest"), ("title", "title")])
def test_lists_come_in_order_from_an_index_under_row_security(alice: Person, sort: str, index: str) -> None:
    make_prompt(alice)
    with alice.inside(), connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        listed: Any = queries.list_prompts(ListQuery(sort=sort)).paginator.object_list
        plan = listed[:50].explain()
    assert f"prompts_prompt_{index}" in plan and "workspace_id = " in plan
    assert "Seq Scan" not in plan and ("Sort" not in plan or "Presorted" in plan)


def test_versions_come_in_order_from_an_index_under_row_security(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside(), connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plan = queries.versions_of(prompt)[:20].explain()
    assert "prompts_version_number" in plan and "Sort" not in plan


def test_archived_prompts_have_a_list_of_their_own(alice: Person) -> None:
    prompt = make_blank_prompt(alice, "Gone")
    make_blank_prompt(alice, "Here")
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
    assert titles(alice) == ["Here"]
    assert titles(alice, archived=True) == ["Gone"]


def test_another_workspace_has_nothing_to_find(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, "secret text")
    assert titles(bob, q="secret") == []
    with bob.inside():
        assert queries.prompt_count() == 0
        for missing in (prompt.id, unknown_id()):
            with pytest.raises(NotFound):
                queries.get_prompt(missing)


def test_a_version_is_found_by_number_and_by_id(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        version = queries.get_version(prompt, 2)
        assert queries.get_version_by_id(version.id).prompt == prompt
        for number in (0, 3, -1, 2**40):
            with pytest.raises(NotFound):
                queries.get_version(prompt, number)
        with pytest.raises(NotFound):
            queries.get_version_by_id(unknown_id())


def test_the_history_does_not_load_texts(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside(), CaptureQueriesContext(connection) as statements:
        lines = queries.with_authors(queries.list_versions(prompt))
    assert [(line.version.number, line.author) for line in lines] == [(2, alice.user.email), (1, alice.user.email)]
    assert len(statements) == 2
    assert '"messages"' not in statements[0]["sql"]


def test_authors_who_left_are_named_so(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        stranger = type(alice.actor)(unknown_id(), alice.workspace.id, alice.role)
        services.save_version(stranger, prompt, content=content("two"), base_version=1)
        assert queries.with_authors(queries.list_versions(prompt, limit=1))[0].author == "somebody who left"
