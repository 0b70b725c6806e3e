"""Branches: a line of versions of their own, merged three ways, and never in the way of the main line."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from promptassay.audit.models import Entry
from promptassay.core.errors import AppError, Conflict, Forbidden, NotFound, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.prompts import queries, services
from promptassay.prompts.content import PromptContent, content_of
from promptassay.prompts.merging import Choice
from promptassay.prompts.models import Branch, ChangeSource, Draft, Prompt, Version
from promptassay.workspaces.permissions import Role
from tests.people import Person, sign_up
from tests.prompts.factories import content, make_prompt

BASE = "one\ntwo\nthree\nfour\nfive"


def _save(
    person: Person, prompt: Prompt, text: str | PromptContent, branch: str = "", base: int | None = None
) -> Version:
    """The next version of a line, on top of its head unless said otherwise."""
    fresh = queries.get_prompt(prompt.id)
    line = queries.line_named(fresh, branch)
    made = text if isinstance(text, PromptContent) else content(text)
    on = queries.head_number(fresh, line) if base is None else base
    return services.save_version(person.actor, fresh, content=made, base_version=on, branch=line).version


def _branch(person: Person, prompt: Prompt, name: str = "shorter", number: int = 1) -> Branch:
    return services.create_branch(person.actor, prompt, name=name, number=number)


def _merge(
    person: Person, prompt: Prompt, name: str = "shorter", choices: dict[str, Choice] | None = None, close: bool = False
) -> Version:
    fresh = queries.get_prompt(prompt.id)
    head = queries.get_branch(fresh, name).head_number
    return services.merge_branch(
        person.actor,
        fresh,
        name=name,
        main_seen=fresh.current_version,
        branch_seen=head,
        choices=choices or {},
        close=close,
    ).version


def test_versions_of_a_branch_leave_the_main_line_alone(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        branch = _branch(alice, prompt, number=1)
        assert (branch.base_number, branch.head_number) == (1, 1)
        mine = _save(alice, prompt, "on the branch", "shorter")
        assert (mine.number, mine.parent_number, mine.change_source) == (3, 1, ChangeSource.BRANCH)
        fresh = queries.get_prompt(prompt.id)
        main = queries.latest_version(fresh)
        assert main is not None and (main.number, main.text) == (2, "two")
        assert "on the branch" not in Prompt.objects.get(pk=prompt.id).search_text
        assert queries.get_draft_or_latest(alice.actor, fresh).content.messages[0]["content"] == "two"
        line = queries.get_branch(fresh, "shorter")
        assert queries.get_draft_or_latest(alice.actor, fresh, line).base_version == 3
        on_main = _save(alice, prompt, "three")
        assert (on_main.number, on_main.parent_number, on_main.branch_id) == (4, 2, None)
        again = _save(alice, prompt, "on the branch, more", "shorter")
        assert (again.number, again.parent_number) == (5, 3)


def test_saving_on_a_branch_never_overwrites_unseen_versions(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        _branch(alice, prompt)
        _save(alice, prompt, "two", "shorter")
        with pytest.raises(services.StaleBase) as stale:
            _save(alice, prompt, "late", "shorter", base=1)
        assert (stale.value.base, stale.value.latest) == (1, 2)
        line = queries.get_branch(prompt, "shorter")
        same = services.save_version(alice.actor, prompt, content=content("two"), base_version=2, branch=line)
        assert not same.created


def test_each_line_has_its_own_draft(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        branch = _branch(alice, prompt)
        for line, text in ((None, "main draft"), (branch, "branch draft")):
            services.save_draft(
                alice.actor, prompt, content=content(text), base_version=1, revision=0, tab="t", branch=line
            )
        texts = [queries.get_draft_or_latest(alice.actor, prompt, line).content.messages[0]["content"]
                 for line in (None, branch)]  # fmt: skip
        assert texts == ["main draft", "branch draft"]
        _save(alice, prompt, "branch draft", "shorter")
        services.discard_draft(alice.actor, prompt, branch)
        assert Draft.objects.get().branch_id is None
        second = Draft.objects.get()
        second.pk = uuid7()
        with pytest.raises(IntegrityError), transaction.atomic():
            second.save(force_insert=True)


def test_names_of_branches(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        _branch(alice, prompt)
        with pytest.raises(ValidationFailed, match="open branch shorter already"):
            _branch(alice, prompt)
        for name in ("main", "Not Good", "7", ""):
            with pytest.raises(ValidationFailed):
                _branch(alice, prompt, name=name)
        with pytest.raises(NotFound):
            _branch(alice, prompt, name="other", number=9)


def test_changes_that_lie_apart_merge_without_asking(alice: Person) -> None:
    prompt = make_prompt(alice, BASE)
    with alice.inside():
        _branch(alice, prompt)
        _save(alice, prompt, BASE.replace("five", "FIVE"), "shorter")
        _save(alice, prompt, BASE.replace("one", "ONE"))
        merged = _merge(alice, prompt)
        assert merged.text == BASE.replace("one", "ONE").replace("five", "FIVE")
        assert (merged.number, merged.parent_number, merged.change_source) == (4, 3, ChangeSource.MERGE)
        assert merged.provenance == {"merge": {"branch": "shorter", "number": 2, "base": 1}}
        fresh = queries.get_prompt(prompt.id)
        assert fresh.current_version == 4 and queries.get_branch(fresh, "shorter").merged_number == 4
        assert Entry.objects.get(action="branch.merged").data["conflicts"] == 0


def test_settings_and_tools_merge_by_name(alice: Person) -> None:
    tool = {"name": "lookup", "description": "d", "parameters": {}}
    prompt = make_prompt(alice, "one")
    with alice.inside():
        _branch(alice, prompt)
        messages = content("one").messages
        _save(alice, prompt, PromptContent(messages, {"temperature": 0.2}, None, [tool]), "shorter")
        _save(alice, prompt, PromptContent(messages, {"top_p": 0.5}, {"type": "object"}))
        merged = content_of(_merge(alice, prompt))
        assert merged.settings == {"temperature": 0.2, "top_p": 0.5}
        assert merged.response_schema == {"type": "object"} and merged.tools == [tool]


def test_a_conflict_needs_a_choice_and_each_choice_does_what_it_says(alice: Person) -> None:
    prompt = make_prompt(alice, BASE)
    with alice.inside():
        _branch(alice, prompt)
        _save(alice, prompt, BASE.replace("three", "theirs"), "shorter")
        _save(alice, prompt, BASE.replace("three", "ours"))
        with pytest.raises(services.MergeOpen) as refused:
            _merge(alice, prompt)
        assert refused.value.details == {"c1": "Choose one."}
        assert queries.get_prompt(prompt.id).current_version == 3
        for choice, result in (
            (Choice("ours"), "ours"),
            (Choice("theirs"), "theirs"),
            (Choice("both"), "ours\ntheirs"),
            (Choice("edit", "third\nway"), "third\nway"),
        ):
            point = transaction.savepoint()
            assert _merge(alice, prompt, choices={"c1": choice}).text == BASE.replace("three", result)
            transaction.savepoint_rollback(point)
        with pytest.raises(services.MergeOpen):
            _merge(alice, prompt, choices={"c2": Choice("ours")})


def test_a_merge_that_changes_nothing_is_still_a_merge(alice: Person) -> None:
    prompt = make_prompt(alice, BASE)
    with alice.inside():
        _branch(alice, prompt)
        _save(alice, prompt, BASE.replace("three", "theirs"), "shorter")
        _save(alice, prompt, BASE.replace("three", "ours"))
        merged = _merge(alice, prompt, choices={"c1": Choice("ours")})
        assert (merged.number, merged.text) == (4, BASE.replace("three", "ours"))
        with pytest.raises(Conflict, match="nothing to merge"):
            _merge(alice, prompt)


def test_the_next_merge_starts_where_the_last_one_ended(alice: Person) -> None:
    """A conflict that was settled once does not come back."""
    prompt = make_prompt(alice, BASE)
    with alice.inside():
        _branch(alice, prompt)
        _save(alice, prompt, BASE.replace("three", "theirs"), "shorter")
        _save(alice, prompt, BASE.replace("three", "ours"))
        _merge(alice, prompt, choices={"c1": Choice("ours")})
        _save(alice, prompt, BASE.replace("three", "theirs").replace("five", "FIVE"), "shorter")
        merge, base = services.plan_merge(queries.get_prompt(prompt.id), queries.get_branch(prompt, "shorter"))
        assert merge.is_clean and base == 2
        assert _merge(alice, prompt).text == BASE.replace("three", "ours").replace("five", "FIVE")


def test_a_branch_of_a_branch_finds_what_it_shares_with_the_main_line(alice: Person) -> None:
    prompt = make_prompt(alice, BASE)
    with alice.inside():
        _branch(alice, prompt)
        first = _save(alice, prompt, BASE.replace("one", "ONE"), "shorter")
        _branch(alice, prompt, name="deeper", number=first.number)
        _save(alice, prompt, BASE.replace("one", "ONE").replace("five", "FIVE"), "deeper")
        _save(alice, prompt, BASE.replace("three", "THREE"))
        _, base = services.plan_merge(queries.get_prompt(prompt.id), queries.get_branch(prompt, "deeper"))
        assert base == 1
        assert _merge(alice, prompt, "deeper").text == "ONE\ntwo\nTHREE\nfour\nFIVE"


def test_heads_that_moved_are_noticed(alice: Person) -> None:
    prompt = make_prompt(alice, BASE)
    with alice.inside():
        _branch(alice, prompt)
        _save(alice, prompt, BASE + "\nmore", "shorter")
        for main_seen, branch_seen in ((0, 2), (1, 1)):
            with pytest.raises(services.MergeStale):
                services.merge_branch(
                    alice.actor, prompt, name="shorter", main_seen=main_seen, branch_seen=branch_seen, choices={}
                )


def test_a_closed_branch_takes_nothing_and_can_come_back(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        branch = _branch(alice, prompt)
        _save(alice, prompt, "two", "shorter")
        services.close_branch(alice.actor, prompt, name="shorter")
        with pytest.raises(Conflict, match="closed"):
            queries.line_named(prompt, "shorter")
        with pytest.raises(Conflict, match="closed"):
            services.save_version(alice.actor, prompt, content=content("x"), base_version=2, branch=branch)
        with pytest.raises(NotFound):
            queries.get_branch(prompt, "shorter")
        assert queries.get_version(prompt, 2).text == "two"
        _branch(alice, prompt)
        with pytest.raises(ValidationFailed, match="already"):
            services.reopen_branch(alice.actor, prompt, name="shorter")
        services.close_branch(alice.actor, prompt, name="shorter")
        assert services.reopen_branch(alice.actor, prompt, name="shorter").closed_at is None


def test_merging_can_close(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        _branch(alice, prompt)
        _save(alice, prompt, "two", "shorter")
        assert _merge(alice, prompt, close=True).text == "two"
        assert [each.merged_number for each in queries.closed_branches(prompt)] == [3]


def test_a_member_closes_only_their_own(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, "one")
    member = bob.join(alice, Role.MEMBER)
    with alice.inside():
        _branch(alice, prompt)
        _branch(member, prompt, name="theirs")
        with pytest.raises(Forbidden):
            services.close_branch(member.actor, prompt, name="shorter")
        services.close_branch(member.actor, prompt, name="theirs")
        services.close_branch(alice.actor, prompt, name="shorter")


def test_an_archived_prompt_takes_no_branches(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        _branch(alice, prompt)
        services.archive_prompt(alice.actor, prompt)
        with pytest.raises(Conflict, match="archived"):
            _branch(alice, prompt, name="other")
        with pytest.raises(Conflict, match="archived"):
            services.close_branch(alice.actor, prompt, name="shorter")


def test_a_strangers_branch_does_not_exist(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        branch = _branch(alice, prompt)
    other = make_prompt(bob, "one")
    with bob.inside():
        assert not Branch.objects.exists()
        with pytest.raises(NotFound):
            services.save_version(bob.actor, other, content=content("x"), base_version=1, branch=branch)


def test_two_lines_that_save_at_once_get_different_numbers(committed: None) -> None:
    alice = sign_up("alice@example.com")
    prompt = make_prompt(alice, "one")
    with alice.inside():
        _branch(alice, prompt)
    start = Barrier(2)

    def save(branch: str) -> int | str:
        try:
            start.wait(timeout=10)
            with alice.inside():
                return _save(alice, prompt, f"text of {branch or 'main'}", branch).number
        except AppError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(save, ["", "shorter"]), key=str)
    assert outcomes == [2, 3]
