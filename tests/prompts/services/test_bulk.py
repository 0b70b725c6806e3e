"""Acts on many prompts: all or nothing, one audit record each, others' prompts only for those who manage content."""

from collections.abc import Callable
from uuid import UUID

import pytest

from promptassay.audit.models import Entry
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.prompts.models import BulkAct, Prompt, Tagging
from promptassay.prompts.queries import library
from promptassay.prompts.services import archive_prompt, bulk, create_prompt, folders, tags
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_blank_prompt, make_prompt, unknown_id


def make_some(person: Person, count: int = 3) -> list[Prompt]:
    return [make_blank_prompt(person, title=f"Prompt {number}") for number in range(count)]


def entries() -> int:
    return Entry.objects.count()


def test_moving_many_is_one_record(alice: Person) -> None:
    prompts = make_some(alice)
    with alice.inside():
        folder = folders.create_folder(alice.actor, name="Support")
        before = entries()
        act = bulk.move_many(alice.actor, [each.id for each in prompts], folder=folder)
        assert Prompt.objects.filter(folder=folder).count() == 3 == act.changed
        assert entries() == before + 1
        entry = Entry.objects.order_by("-number")[0]
    assert (entry.action, entry.data["count"], entry.data["folder"]) == ("prompts.moved", 3, "Support")


def test_tags_go_on_and_come_off(alice: Person) -> None:
    prompts = make_some(alice)
    with alice.inside():
        tag = tags.create_tag(alice.actor, name="urgent", colour="red")
        tags.set_tags(alice.actor, prompts[0], tags=[tag])
        ids = [each.id for each in prompts]
        assert bulk.tag_many(alice.actor, ids, tag=tag, on=True).changed == 2
        assert Tagging.objects.filter(tag=tag).count() == 3
        assert bulk.tag_many(alice.actor, ids[:2], tag=tag, on=False).changed == 2
        assert list(Tagging.objects.values_list("prompt_id", flat=True)) == [ids[2]]


def test_archiving_and_bringing_back(alice: Person) -> None:
    ids = [each.id for each in make_some(alice)]
    with alice.inside():
        assert bulk.archive_many(alice.actor, ids, archived=True).changed == 3
        assert bulk.archive_many(alice.actor, ids, archived=True).changed == 0
        assert bulk.archive_many(alice.actor, ids[:1], archived=False).changed == 1
        assert Prompt.objects.filter(archived_at=None).count() == 1


def test_copies_keep_folder_and_tags(alice: Person) -> None:
    prompts = [make_prompt(alice, "one", "two", title="Triage"), make_blank_prompt(alice)]
    with alice.inside():
        folder = folders.create_folder(alice.actor, name="Support")
        folders.file_prompt(alice.actor, prompts[0], folder=folder)
        tags.set_tags(alice.actor, prompts[0], tags=[], new=["urgent"])
        before = entries()
        bulk.duplicate_many(alice.actor, [each.id for each in prompts])
        assert entries() == before + 1
        copy = Prompt.objects.get(title="Triage (copy)")
        assert (copy.folder_id, copy.current_version, copy.slug) == (folder.id, 1, "triage-copy")
        assert [tag.name for tag in library.tags_of([copy.id])[copy.id]] == ["urgent"]
        version = copy.versions.get()
        assert version.messages[0]["content"] == "two"
        assert version.summary == "Copy of “Triage”, v2"


def test_a_member_acts_on_their_own_and_is_told_whose_are_not(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    hers, mine = make_blank_prompt(alice, "Hers"), make_blank_prompt(member, "Mine")
    with member.inside():
        tag = tags.create_tag(member.actor, name="x")
        acts: tuple[Callable[[list[UUID]], BulkAct], ...] = (
            lambda ids: bulk.move_many(member.actor, ids, folder=None),
            lambda ids: bulk.tag_many(member.actor, ids, tag=tag, on=True),
            lambda ids: bulk.archive_many(member.actor, ids, archived=True),
        )
        for act in acts:
            with pytest.raises(bulk.OthersRefused) as refused:
                act([hers.id, mine.id])
            assert refused.value.titles == ["Hers"]
            act([mine.id])
        assert Prompt.objects.get(pk=hers.pk).archived_at is None
        bulk.archive_many(member.actor, [mine.id], archived=False)
        bulk.duplicate_many(member.actor, [hers.id, mine.id])
    with alice.inside():
        bulk.archive_many(alice.actor, [hers.id, mine.id], archived=True)


def test_nothing_is_done_by_halves(alice: Person) -> None:
    prompts = make_some(alice)
    with alice.inside():
        archive_prompt(alice.actor, prompts[0])
        ids = [each.id for each in prompts]
        with pytest.raises(Conflict, match="Prompt 0"):
            bulk.move_many(alice.actor, ids, folder=folders.create_folder(alice.actor, name="x"))
        with pytest.raises(NotFound):
            bulk.archive_many(alice.actor, [*ids, unknown_id()], archived=True)
        with pytest.raises(ValidationFailed):
            bulk.archive_many(alice.actor, [], archived=True)
        with pytest.raises(ValidationFailed):
            bulk.archive_many(alice.actor, [unknown_id() for _ in range(bulk.AT_ONCE + 1)], archived=True)
        assert Prompt.objects.filter(archived_at=None, folder=None).count() == 2


def test_a_full_prompt_takes_no_more_tags(alice: Person) -> None:
    (prompt,) = make_some(alice, 1)
    with alice.inside():
        tags.set_tags(alice.actor, prompt, tags=[], new=[f"t{number}" for number in range(tags.TAGS_ON_A_PROMPT)])
        with pytest.raises(ValidationFailed, match="Prompt 0"):
            bulk.tag_many(alice.actor, [prompt.id], tag=tags.create_tag(alice.actor, name="more"), on=True)


def test_two_hundred_at_once_in_a_fixed_number_of_statements(
    alice: Person, django_assert_max_num_queries: object
) -> None:
    with alice.inside():
        prompts = [create_prompt(alice.actor, title=f"P{number}") for number in range(60)]
        folder = folders.create_folder(alice.actor, name="Support")
        for count in (2, 60):
            ids = [each.id for each in prompts[:count]]
            with django_assert_max_num_queries(20):  # type: ignore[operator]
                bulk.move_many(alice.actor, ids, folder=folder)
            with django_assert_max_num_queries(20):  # type: ignore[operator]
                bulk.duplicate_many(alice.actor, ids)
            bulk.move_many(alice.actor, ids, folder=None)


def test_old_acts_are_forgotten(alice: Person) -> None:
    ids = [each.id for each in make_some(alice)]
    with alice.inside():
        act = bulk.archive_many(alice.actor, ids, archived=True)
        BulkAct.objects.filter(pk=act.pk).update(created_at=act.created_at - library.UNDO_FOR)
        bulk.archive_many(alice.actor, ids, archived=False)
        assert not BulkAct.objects.filter(pk=act.pk).exists()
