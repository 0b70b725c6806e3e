"""Labels are moved, protected and deleted; their history and the gate hold against everybody."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from promptassay.audit.models import Entry
from promptassay.core.errors import AppError, Conflict, Forbidden, NotFound, ValidationFailed
from promptassay.evals.models import Suite
from promptassay.evals.services import start_run
from promptassay.prompts import queries, services
from promptassay.prompts.models import Label, LabelMove, Prompt
from promptassay.prompts.services.labels import LABELS_MAX, checked_name
from promptassay.workspaces.permissions import Role
from tests.evals.factories import DEMO, finish_run, make_suite
from tests.people import Person, sign_up
from tests.prompts.factories import make_prompt


def _moves(prompt: Prompt, name: str = "production") -> list[tuple[int | None, int | None, str]]:
    moves = LabelMove.objects.filter(prompt=prompt, name=name).order_by("id")
    return [(move.from_number, move.to_number, move.reason) for move in moves]


def _gated(person: Person) -> tuple[Prompt, Suite]:
    """A prompt of three versions with production at the first, guarded by a suite."""
    prompt = make_prompt(person, "one {{ticket}}", "two {{ticket}}", "three {{ticket}}")
    with person.inside():
        suite = make_suite(person.actor, prompt, threshold=0.9)
        services.move_label(person.actor, prompt, name="production", number=1)
        services.protect_label(person.actor, prompt, name="production", suite_id=suite.id)
    return prompt, suite


def _pass(person: Person, prompt: Prompt, suite: Suite, number: int) -> None:
    version = queries.get_version(prompt, number)
    finish_run(start_run(person.actor, suite, versions=[version], models=[DEMO]), {})


def test_a_label_is_made_and_moved_and_its_history_kept(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        services.move_label(alice.actor, prompt, name="production", number=1)
        moved = services.move_label(alice.actor, prompt, name="production", number=2, reason="  shorter\nanswers ")
        assert (moved.label.version_number, moved.label.updated_by) == (2, alice.user.pk)
        again = services.move_label(alice.actor, prompt, name="production", number=2)
        assert again.move is None
        assert _moves(prompt) == [(None, 1, ""), (1, 2, "shorter answers")]
        entries = Entry.objects.filter(action="label.moved").order_by("number")
        assert [(each.data["from"], each.data["to"]) for each in entries] == [(None, 1), (1, 2)]


@pytest.mark.parametrize(
    "name", ["", "Production", "a b", "-a", "a--b", "ä", "latest", "draft", "main", "12", "x" * 41, "a\x00"]
)
def test_names_that_cannot_be_used(name: str) -> None:
    with pytest.raises(ValidationFailed):
        checked_name(name)


def test_latest_is_implied_and_cannot_be_made(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside(), pytest.raises(ValidationFailed, match="latest always is the newest"):
        services.move_label(alice.actor, prompt, name="latest", number=1)


def test_a_label_points_only_at_versions_that_exist(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        with pytest.raises(NotFound):
            services.move_label(alice.actor, prompt, name="production", number=2)
        with pytest.raises(ValidationFailed, match="too long"):
            services.move_label(alice.actor, prompt, name="production", number=1, reason="r" * 301)
        assert not Label.objects.exists()


def test_somebody_elses_move_is_not_undone_by_accident(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two", "three")
    with alice.inside():
        services.move_label(alice.actor, prompt, name="production", number=2, seen=0)
        with pytest.raises(Conflict, match="moved production while"):
            services.move_label(alice.actor, prompt, name="production", number=3, seen=1)
        with pytest.raises(Conflict, match="moved production while"):
            services.move_label(alice.actor, prompt, name="production", number=3, seen=0)
        assert services.move_label(alice.actor, prompt, name="production", number=3, seen=2).move is not None


def test_an_archived_prompt_keeps_its_labels_where_they_are(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
        with pytest.raises(Conflict, match="archived"):
            services.move_label(alice.actor, prompt, name="production", number=1)


def test_there_are_not_endless_labels(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        for number in range(LABELS_MAX):
            services.move_label(alice.actor, prompt, name=f"label-{number}", number=1)
        with pytest.raises(Conflict, match=f"at most {LABELS_MAX}"):
            services.move_label(alice.actor, prompt, name="one-more", number=1)


def test_a_member_moves_only_what_is_not_protected(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    member = bob.join(alice, Role.MEMBER)
    with member.inside():
        services.move_label(member.actor, prompt, name="production", number=1)
        with pytest.raises(Forbidden):
            services.protect_label(member.actor, prompt, name="production")
        with pytest.raises(Forbidden):
            services.unprotect_label(member.actor, prompt, name="production")
        services.protect_label(alice.actor, prompt, name="production")
        with pytest.raises(Forbidden):
            services.move_label(member.actor, prompt, name="production", number=2, override=True, reason="I want")
        with pytest.raises(Conflict, match="protected"):
            services.delete_label(member.actor, prompt, name="production")
        assert services.move_label(alice.actor, prompt, name="production", number=2).move is not None
        services.unprotect_label(alice.actor, prompt, name="production")
        services.move_label(member.actor, prompt, name="production", number=1)
        actions = list(Entry.objects.filter(action__startswith="label.").order_by("number").values_list("action"))
    assert [each for (each,) in actions] == [
        "label.moved", "label.protected", "label.moved", "label.unprotected", "label.moved",
    ]  # fmt: skip


def test_the_gate_opens_only_for_content_that_passed(alice: Person) -> None:
    prompt, suite = _gated(alice)
    with alice.inside():
        with pytest.raises(services.GateClosed) as refused:
            services.move_label(alice.actor, prompt, name="production", number=2)
        assert refused.value.why == "No finished run of it holds the content of v2."
        _pass(alice, prompt, suite, 2)
        move = services.move_label(alice.actor, prompt, name="production", number=2).move
        assert move is not None and move.evidence is not None
        assert (move.evidence["suite_id"], move.evidence["pass_rate"]) == (str(suite.id), 1.0)
        with pytest.raises(services.GateClosed):
            services.move_label(alice.actor, prompt, name="production", number=3)
        assert _moves(prompt) == [(None, 1, ""), (1, 2, "")]
        assert Entry.objects.get(action="label.moved", data__to=2).data["evidence"]["run_number"] == 1


def test_an_override_needs_a_reason_and_leaves_a_trace(alice: Person) -> None:
    prompt, suite = _gated(alice)
    with alice.inside():
        with pytest.raises(ValidationFailed, match="needs a reason"):
            services.move_label(alice.actor, prompt, name="production", number=2, override=True, reason=" ")
        moved = services.move_label(
            alice.actor, prompt, name="production", number=2, override=True, reason="Outage: the old text is wrong."
        )
        assert moved.move is not None and moved.move.overrode and moved.move.evidence is None
        entry = Entry.objects.get(action="label.overridden")
        assert entry.data["reason"] == "Outage: the old text is wrong."
        assert (entry.data["suite"], entry.data["overrode"]) == (str(suite.id), True)


def test_an_override_that_was_not_needed_is_no_override(alice: Person) -> None:
    prompt, suite = _gated(alice)
    with alice.inside():
        _pass(alice, prompt, suite, 2)
        moved = services.move_label(
            alice.actor, prompt, name="production", number=2, override=True, reason="to be safe"
        )
        assert moved.move is not None and not moved.move.overrode and moved.move.evidence is not None


def test_a_suite_that_is_gone_keeps_the_gate_closed(alice: Person) -> None:
    prompt, suite = _gated(alice)
    with alice.inside():
        _pass(alice, prompt, suite, 2)
        Suite.objects.update(archived_at=suite.created_at)
        with pytest.raises(services.GateClosed, match="archived or gone"):
            services.move_label(alice.actor, prompt, name="production", number=2)


def test_only_a_suite_of_this_prompt_guards(alice: Person) -> None:
    prompt, _ = _gated(alice)
    with alice.inside():
        other = make_suite(alice.actor)
        for suite_id in (other.id, uuid4()):
            with pytest.raises(ValidationFailed, match="none of this prompt"):
                services.protect_label(alice.actor, prompt, name="production", suite_id=suite_id)
        with pytest.raises(NotFound):
            services.protect_label(alice.actor, prompt, name="nothing")


def test_a_deleted_label_leaves_its_history(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        services.move_label(alice.actor, prompt, name="staging", number=1)
        services.delete_label(alice.actor, prompt, name="staging", reason="unused")
        assert queries.label_named(prompt, "staging") is None
        assert _moves(prompt, "staging") == [(None, 1, ""), (1, None, "unused")]
        with pytest.raises(NotFound):
            services.delete_label(alice.actor, prompt, name="staging")


def test_the_database_refuses_to_change_the_history(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        services.move_label(alice.actor, prompt, name="production", number=1)
        for statement in (
            "UPDATE prompts_labelmove SET reason = 'x'",
            "DELETE FROM prompts_labelmove",
            "TRUNCATE prompts_labelmove",
        ):
            refused = pytest.raises(ProgrammingError, match="permission denied")
            with refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert LabelMove.objects.count() == 1


def test_of_two_moves_at_once_exactly_one_wins(committed: None) -> None:
    alice = sign_up("alice@example.com")
    prompt = make_prompt(alice, "one", "two", "three")
    with alice.inside():
        services.move_label(alice.actor, prompt, name="production", number=1)
    start = Barrier(2)

    def move(number: int) -> str:
        try:
            start.wait(timeout=10)
            with alice.inside():
                services.move_label(alice.actor, prompt, name="production", number=number, seen=1)
                return "moved"
        except AppError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(move, [2, 3]))
    assert outcomes == ["CONFLICT", "moved"]
    with alice.inside():
        last = _moves(prompt)[-1]
        assert len(_moves(prompt)) == 2 and last[1] == queries.get_label(prompt, "production").version_number


def test_two_who_make_the_same_label_at_once_make_one(committed: None) -> None:
    alice = sign_up("alice@example.com")
    prompt = make_prompt(alice, "one", "two")
    start = Barrier(2)

    def make(number: int) -> None:
        try:
            start.wait(timeout=10)
            with alice.inside():
                services.move_label(alice.actor, prompt, name="production", number=number)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, [1, 2]))
    with alice.inside():
        first, second = _moves(prompt)
        assert first[0] is None and second[0] == first[1]
