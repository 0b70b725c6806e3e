"""Saving versions: numbered, never twice the same, never over somebody else's, never changed afterwards."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import ProgrammingError, connection, transaction

from promptassay.audit.models import Entry
from promptassay.core.errors import AppError, Conflict, ValidationFailed
from promptassay.prompts import queries, services
from promptassay.prompts.content import CONTENT_BYTES, PromptContent
from promptassay.prompts.models import ChangeSource, Version
from promptassay.prompts.services import StaleBase
from tests.people import Person, sign_up
from tests.prompts.factories import content, draft_of, latest, make_blank_prompt, make_prompt


def test_versions_are_numbered_and_name_their_parent(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two", "three")
    with alice.inside():
        found = queries.list_versions(prompt)
    assert [(version.number, version.parent_number) for version in found] == [(3, 2), (2, 1), (1, None)]
    assert prompt.current_version == 3


def test_unchanged_content_makes_no_version_and_says_so(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        saved = services.save_version(alice.actor, prompt, content=content("one"), base_version=1)
    assert not saved.created
    assert saved.version.number == 1
    assert latest(alice, prompt.id).number == 1


def test_the_hash_does_not_see_how_a_number_was_written(alice: Person) -> None:
    prompt = make_blank_prompt(alice)
    with alice.inside():
        first = services.save_version(
            alice.actor, prompt, content=content("one", settings={"temperature": 1.0}), base_version=0
        )
        second = services.save_version(
            alice.actor, prompt, content=content("one", settings={"temperature": 1}), base_version=1
        )
        third = services.save_version(
            alice.actor, prompt, content=content("one", settings={"temperature": 0.5}), base_version=1
        )
    assert (first.created, second.created, third.created) == (True, False, True)
    assert first.version.content_hash != third.version.content_hash


def test_saving_from_an_old_base_writes_nothing(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside(), pytest.raises(StaleBase) as caught:
        services.save_version(alice.actor, prompt, content=content("mine"), base_version=1)
    assert caught.value.details == {"base": 1, "latest": 2}
    assert latest(alice, prompt.id).text == "two"


def test_the_same_text_from_an_old_base_is_no_conflict(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        assert not services.save_version(alice.actor, prompt, content=content("two"), base_version=1).created


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (PromptContent([]), "messages"),
        (content("  \n "), "messages"),
        (PromptContent([{"role": "tool", "content": "x"}]), "messages"),
        (content("a\x00b"), "messages"),
        (content("\ud800"), "messages"),
        (content("x" * (CONTENT_BYTES + 1)), "messages"),
        (content("x", settings={"temperature": 2.5}), "temperature"),
        (content("x", settings={"stop": [""]}), "stop"),
        (content("x", settings={"max_output_tokens": 0}), "max_output_tokens"),
        (content("x", settings={"mood": "good"}), "mood"),
        (PromptContent([{"role": "user", "content": "x"}], response_schema={"type": "text"}), "response_schema"),
        (PromptContent([{"role": "user", "content": "x"}], tools=[{"name": "a b"}]), "tools"),
    ],
)
def test_content_that_cannot_be_saved_names_the_field(alice: Person, broken: PromptContent, field: str) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside(), pytest.raises(ValidationFailed) as caught:
        services.save_version(alice.actor, prompt, content=broken, base_version=1)
    assert field in caught.value.details
    assert latest(alice, prompt.id).number == 1


def test_a_prompt_too_large_is_refused_with_figures(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside(), pytest.raises(ValidationFailed, match=r"5\.0 MB; 2\.0 MB fit"):
        services.save_version(alice.actor, prompt, content=content("x" * 5 * 1024**2), base_version=1)


def test_malformed_placeholders_can_be_saved(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        assert services.save_version(alice.actor, prompt, content=content("{{ bad"), base_version=1).created


def test_a_summary_is_one_line_and_not_too_long(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        saved = services.save_version(
            alice.actor, prompt, content=content("two"), base_version=1, summary=" shorter\n and kinder "
        )
        assert saved.version.summary == "shorter and kinder"
        with pytest.raises(ValidationFailed, match="301"):
            services.save_version(alice.actor, prompt, content=content("x"), base_version=2, summary="x" * 301)


def test_restoring_makes_a_new_version(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        saved = services.restore_version(alice.actor, prompt, number=1)
    assert saved.version.number == 3
    assert saved.version.change_source == ChangeSource.RESTORE
    assert latest(alice, prompt.id).text == "one"


def test_restoring_the_latest_changes_nothing(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        assert not services.restore_version(alice.actor, prompt, number=2).created


def test_an_archived_prompt_takes_no_version(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
        with pytest.raises(Conflict, match="archived"):
            services.save_version(alice.actor, prompt, content=content("two"), base_version=1)


def test_saving_ends_the_draft_of_that_tab_only(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("two"), base_version=1, revision=0, tab="a")
        services.save_version(alice.actor, prompt, content=content("three"), base_version=1, tab="b")
    assert draft_of(alice, prompt) is not None
    with alice.inside():
        services.save_version(alice.actor, prompt, content=content("four"), base_version=2, tab="a")
    assert draft_of(alice, prompt) is None


def test_saving_ends_the_draft_that_the_page_was_loaded_with(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        state = services.save_draft(alice.actor, prompt, content=content("two"), base_version=1, revision=0, tab="a")
        services.save_version(
            alice.actor, prompt, content=content("two"), base_version=1, tab="reloaded", revision=state.revision
        )
    assert draft_of(alice, prompt) is None


def test_the_database_refuses_to_change_a_version(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    version = latest(alice, prompt.id)
    with alice.inside():
        for statement in ("UPDATE prompts_version SET summary = 'x'", "TRUNCATE prompts_version"):
            refused = pytest.raises(ProgrammingError, match="permission denied")
            with refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            version.save()


def test_each_version_is_in_the_audit_log_without_its_text(alice: Person) -> None:
    prompt = make_prompt(alice, "a very secret text")
    with alice.inside():
        entries = list(Entry.objects.filter(target_id=str(prompt.id)).order_by("number"))
    assert [entry.action for entry in entries] == ["prompt.created", "version.saved"]
    assert "secret" not in str([entry.data for entry in entries])


def test_of_two_saves_at_once_exactly_one_wins(committed: None) -> None:
    alice = sign_up("alice@example.com")
    prompt = make_prompt(alice, "one")
    start = Barrier(2)

    def save(text: str) -> str:
        try:
            start.wait(timeout=10)
            with alice.inside():
                saved = services.save_version(alice.actor, prompt, content=content(text), base_version=1)
                return f"v{saved.version.number}"
        except AppError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(save, ["mine", "theirs"]))
    assert outcomes == ["CONFLICT", "v2"]
    with alice.inside():
        assert Version.objects.filter(prompt=prompt).count() == 2
