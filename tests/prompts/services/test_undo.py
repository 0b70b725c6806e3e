"""Undo is a real inverse: whatever was chosen and done, everything is as before; what changed since stays."""

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptassay.audit.models import Entry
from promptassay.core.errors import NotFound
from promptassay.prompts.models import BulkAct, Draft, Folder, Prompt, Tag, Tagging, Version
from promptassay.prompts.queries import library
from promptassay.prompts.services import (
    archive_prompt,
    bulk,
    folders,
    move_label,
    save_draft,
    save_version,
    tags,
    update_details,
)
from promptassay.prompts.services.undo import undo
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import content, make_blank_prompt, make_prompt

COUNT = 6
ACTS = ("move", "tag", "untag", "archive", "unarchive", "duplicate")


def state() -> dict[str, Any]:
    """Everything that an act on many prompts could touch."""
    return {
        "prompts": list(Prompt.objects.order_by("pk").values()),
        "versions": list(Version.objects.order_by("pk").values()),
        "drafts": list(Draft.objects.order_by("pk").values()),
        "tags": sorted(Tagging.objects.values_list("prompt_id", "tag_id")),
    }


def do(person: Person, name: str, ids: list[UUID], *, folder: Folder | None, tag: Tag) -> BulkAct:
    actor = person.actor
    if name == "move":
        return bulk.move_many(actor, ids, folder=folder)
    if name in ("tag", "untag"):
        return bulk.tag_many(actor, ids, tag=tag, on=name == "tag")
    if name == "duplicate":
        return bulk.duplicate_many(actor, ids)
    return bulk.archive_many(actor, ids, archived=name == "archive")


@pytest.fixture
def library_of_alice(alice: Person) -> tuple[list[Prompt], list[Folder], list[Tag]]:
    prompts = [make_prompt(alice, "text", title=f"P{number}") for number in range(COUNT - 1)]
    prompts.append(make_blank_prompt(alice))
    with alice.inside():
        places = [folders.create_folder(alice.actor, name=name) for name in ("a", "b")]
        marks = [tags.create_tag(alice.actor, name=name) for name in ("x", "y")]
    return prompts, places, marks


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_undo_is_the_inverse(
    alice: Person, library_of_alice: tuple[list[Prompt], list[Folder], list[Tag]], data: st.DataObject
) -> None:
    prompts, places, marks = library_of_alice
    some = st.lists(st.sampled_from([each.id for each in prompts]), unique=True, min_size=1)
    with alice.inside(), transaction.atomic():
        point = transaction.savepoint()
        for name in data.draw(st.lists(st.sampled_from(["move", "tag"]), max_size=4)):  # somewhere to start from
            do(
                alice,
                name,
                data.draw(some),
                folder=data.draw(st.sampled_from(places)),
                tag=data.draw(st.sampled_from(marks)),
            )
        stack = []
        for name in data.draw(st.lists(st.sampled_from(ACTS), min_size=1, max_size=4)):
            before, ids = state(), data.draw(some)
            if name in ("move", "tag", "untag"):
                live = set(Prompt.objects.filter(archived_at=None).values_list("pk", flat=True))
                ids = [each for each in ids if each in live]
            if not ids:
                continue
            folder = data.draw(st.sampled_from([*places, None]))
            stack.append((do(alice, name, ids, folder=folder, tag=data.draw(st.sampled_from(marks))), before))
        for act, before in reversed(stack):
            assert undo(alice.actor, act.id).left == []
            assert state() == before
        transaction.savepoint_rollback(point)


def test_undo_works_once_for_whoever_did_it_and_is_recorded(alice: Person, bob: Person) -> None:
    admin = bob.join(alice, Role.ADMIN)
    prompt = make_prompt(alice)
    with alice.inside():
        act = bulk.archive_many(alice.actor, [prompt.id], archived=True)
    with admin.inside(), pytest.raises(NotFound):
        undo(admin.actor, act.id)
    with alice.inside():
        before = Entry.objects.count()
        assert undo(alice.actor, act.id).count == 1
        assert Entry.objects.count() == before + 1
        with pytest.raises(NotFound):
            undo(alice.actor, act.id)


def test_after_fifteen_minutes_it_is_too_late(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        act = bulk.archive_many(alice.actor, [prompt.id], archived=True)
        BulkAct.objects.filter(pk=act.pk).update(created_at=act.created_at - library.UNDO_FOR)
        with pytest.raises(NotFound):
            undo(alice.actor, act.id)


def test_what_was_changed_since_stays_and_is_named(
    alice: Person, library_of_alice: tuple[list[Prompt], list[Folder], list[Tag]]
) -> None:
    prompts, (a, b), _ = library_of_alice
    ids = [each.id for each in prompts[:3]]
    with alice.inside():
        act = bulk.move_many(alice.actor, ids, folder=a)
        folders.file_prompt(alice.actor, prompts[1], folder=b)
        undone = undo(alice.actor, act.id)
        assert (undone.count, undone.left) == (2, ["P1"])
        assert Prompt.objects.get(pk=prompts[1].pk).folder_id == b.id


def test_a_folder_or_tag_that_is_gone_does_not_come_back(
    alice: Person, library_of_alice: tuple[list[Prompt], list[Folder], list[Tag]]
) -> None:
    prompts, (a, b), (x, _) = library_of_alice
    with alice.inside():
        bulk.move_many(alice.actor, [prompts[0].id], folder=a)
        moved = bulk.move_many(alice.actor, [prompts[0].id], folder=b)
        folders.delete_folder(alice.actor, a)
        assert undo(alice.actor, moved.id).left == ["P0"]
        bulk.tag_many(alice.actor, [prompts[0].id], tag=x, on=True)
        taken_off = bulk.tag_many(alice.actor, [prompts[0].id], tag=x, on=False)
        tags.delete_tag(alice.actor, x)
        assert undo(alice.actor, taken_off.id).left == ["P0"]


def test_a_copy_that_was_worked_on_stays(alice: Person) -> None:
    titles = ["untouched", "drafted", "saved", "described", "labelled", "archived"]
    prompts = [make_prompt(alice, "text", title=title) for title in titles]
    with alice.inside():
        act = bulk.duplicate_many(alice.actor, [each.id for each in prompts])
        copies = {each.title.removesuffix(" (copy)"): each for each in Prompt.objects.filter(title__endswith="(copy)")}
        save_draft(alice.actor, copies["drafted"], content=content("new"), base_version=1, revision=0)
        save_version(alice.actor, copies["saved"], content=content("new"), base_version=1)
        update_details(alice.actor, copies["described"], title="described (copy)", prompt_type="user")
        move_label(alice.actor, copies["labelled"], name="production", number=1)
        archive_prompt(alice.actor, copies["archived"])
        undone = undo(alice.actor, act.id)
        assert undone.count == 1
        assert sorted(undone.left) == sorted(f"{title} (copy)" for title in titles[1:])
        assert not Prompt.objects.filter(title="untouched (copy)").exists()


def test_undo_asks_for_the_same_right_as_the_act(alice: Person, bob: Person) -> None:
    admin = bob.join(alice, Role.ADMIN)
    prompt = make_prompt(alice)
    with admin.inside():
        act = bulk.archive_many(admin.actor, [prompt.id], archived=True)
    with admin.inside(), pytest.raises(bulk.OthersRefused):
        undo(Person(bob.user, alice.workspace, bob.client, Role.MEMBER).actor, act.id)
