"""Folders: a tree without cycles, of limited depth, whose siblings differ; people changing it at once."""

import threading
from typing import Any

import pytest
from django.db import connection

from promptassay.audit.models import Entry
from promptassay.core.errors import Conflict, Forbidden, NotFound, ValidationFailed
from promptassay.prompts.models import Folder, Prompt
from promptassay.prompts.queries import library
from promptassay.prompts.services import folders
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_prompt


def make(person: Person, *names: str, parent: Folder | None = None) -> list[Folder]:
    """Folders, each inside the one before."""
    made = []
    for name in names:
        parent = folders.create_folder(person.actor, name=name, parent=parent)
        made.append(parent)
    return made


def paths() -> list[str]:
    return [line.label for line in library.folder_tree()]


def test_a_folder_is_made_renamed_moved_and_recorded(alice: Person) -> None:
    with alice.inside():
        outer, inner = make(alice, "Support", "Refunds")
        other = folders.create_folder(alice.actor, name="  Archive   2024 ")
        folders.rename_folder(alice.actor, outer, name="Help", seen="Support")
        folders.move_folder(alice.actor, inner, parent=other)
        assert paths() == ["Archive 2024", "Archive 2024 / Refunds", "Help"]
        actions = list(Entry.objects.order_by("-number").values_list("action", flat=True)[:5])
    assert actions == ["folder.moved", "folder.renamed", "folder.created", "folder.created", "folder.created"]


def test_siblings_have_different_names_whatever_the_case(alice: Person) -> None:
    with alice.inside():
        top, _ = make(alice, "Support", "Support")
        with pytest.raises(Conflict):
            folders.create_folder(alice.actor, name="SUPPORT")
        other = folders.create_folder(alice.actor, name="Other")
        with pytest.raises(Conflict):
            folders.rename_folder(alice.actor, other, name="support")
        (inside,) = make(alice, "Other", parent=top)
        with pytest.raises(Conflict):
            folders.move_folder(alice.actor, inside, parent=None)
        assert folders.rename_folder(alice.actor, other, name="OTHER").name == "OTHER"


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a/b"])
def test_a_name_that_is_none_is_refused(alice: Person, name: str) -> None:
    with alice.inside(), pytest.raises(ValidationFailed):
        folders.create_folder(alice.actor, name=name)


def test_nothing_stands_inside_itself(alice: Person) -> None:
    with alice.inside():
        a, b, c = make(alice, "a", "b", "c")
        for inside in (a, b, c):
            with pytest.raises(Conflict, match="inside itself"):
                folders.move_folder(alice.actor, a, parent=inside)


def test_eight_levels_and_no_more(alice: Person) -> None:
    with alice.inside():
        line = make(alice, *(f"level {number}" for number in range(1, 9)))
        with pytest.raises(ValidationFailed, match="8 deep"):
            folders.create_folder(alice.actor, name="level 9", parent=line[-1])
        x, y = make(alice, "x", "y")
        with pytest.raises(ValidationFailed, match="This would make 9"):
            folders.move_folder(alice.actor, x, parent=line[6])
        folders.move_folder(alice.actor, y, parent=line[6])
        assert max(each.depth for each in library.folder_tree()) == 8


def test_deleting_moves_what_is_inside_up(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        outer, middle, inner = make(alice, "outer", "middle", "middle")
        folders.create_folder(alice.actor, name="INNER", parent=middle)
        folders.create_folder(alice.actor, name="inner", parent=outer)
        folders.file_prompt(alice.actor, prompt, folder=middle)
        folders.delete_folder(alice.actor, middle)
        assert paths() == ["outer", "outer / inner", "outer / INNER (2)", "outer / middle"]
        assert Prompt.objects.get(pk=prompt.pk).folder_id == outer.id
        assert Folder.objects.get(pk=inner.pk).parent_id == outer.id
        connection.check_constraints()
        with pytest.raises(NotFound):
            folders.delete_folder(alice.actor, middle)


def test_a_member_deletes_only_folders_of_their_own(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    with alice.inside():
        (theirs,) = make(alice, "hers")
    with member.inside():
        mine = folders.create_folder(member.actor, name="mine", parent=theirs)
        with pytest.raises(Forbidden):
            folders.delete_folder(member.actor, theirs)
        folders.delete_folder(member.actor, mine)


def test_a_folder_of_another_workspace_is_no_place(alice: Person, bob: Person) -> None:
    with alice.inside():
        (hers,) = make(alice, "hers")
    prompt = make_prompt(bob)
    with bob.inside():
        for attempt in (
            lambda: folders.create_folder(bob.actor, name="x", parent=hers),
            lambda: folders.rename_folder(bob.actor, hers, name="x"),
            lambda: folders.file_prompt(bob.actor, prompt, folder=hers),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_a_rename_does_not_overwrite_one_that_was_not_seen(alice: Person) -> None:
    with alice.inside():
        (folder,) = make(alice, "Support")
        folders.rename_folder(alice.actor, folder, name="Help", seen="Support")
        with pytest.raises(Conflict, match="“Help”"):
            folders.rename_folder(alice.actor, folder, name="Care", seen="Support")


def _at_once(*acts: Any) -> list[object]:
    """Each act on a connection of its own, all begun together; what each gave or raised."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(at: int, act: Any) -> None:
        try:
            barrier.wait(10)
            outcomes[at] = act()
        except Exception as error:
            outcomes[at] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return list(outcomes)


def test_two_people_rename_two_folders_to_one_name(committed: None) -> None:
    from tests.people import sign_up

    alice = sign_up("alice@example.com")
    bob = sign_up("bob@example.com").join(alice, Role.MEMBER)
    with alice.inside():
        one, two = (folders.create_folder(alice.actor, name=name) for name in ("one", "two"))

    def rename(person: Person, folder: Folder) -> Any:
        with person.inside():
            return folders.rename_folder(person.actor, folder, name="Same")

    outcomes = _at_once(lambda: rename(alice, one), lambda: rename(bob, two))
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "Folder"]
    with alice.inside():
        assert [name.lower() for name in paths()].count("same") == 1


def test_two_people_move_folders_into_each_other(committed: None) -> None:
    from tests.people import sign_up

    alice = sign_up("alice@example.com")
    bob = sign_up("bob@example.com").join(alice, Role.MEMBER)
    with alice.inside():
        one, two = (folders.create_folder(alice.actor, name=name) for name in ("one", "two"))

    def move(person: Person, folder: Folder, into: Folder) -> Any:
        with person.inside():
            return folders.move_folder(person.actor, folder, parent=into)

    outcomes = _at_once(lambda: move(alice, one, two), lambda: move(bob, two, one))
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "Folder"]
    with alice.inside():
        assert len(paths()) == 2  # no ring: both are still reached from the top
