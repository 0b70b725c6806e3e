"""Tags and favourites: names are free of case, a prompt carries many, favourites are one person's own."""

import pytest

from promptassay.audit.models import Entry
from promptassay.core.errors import Conflict, Forbidden, NotFound, ValidationFailed
from promptassay.prompts.models import Tag, Tagging
from promptassay.prompts.queries import library
from promptassay.prompts.services import archive_prompt, tags
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_prompt


def test_a_tag_is_made_changed_and_deleted(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        tag = tags.create_tag(alice.actor, name=" urgent  now ", colour="red")
        tags.set_tags(alice.actor, prompt, tags=[tag])
        changed = tags.change_tag(alice.actor, tag, name="Urgent now", colour="blue", seen="urgent now")
        assert (changed.name, changed.colour) == ("Urgent now", "blue")
        assert [(line.tag.name, line.prompts) for line in library.list_tags()] == [("Urgent now", 1)]
        tags.delete_tag(alice.actor, tag)
        assert not Tagging.objects.exists()
        actions = list(Entry.objects.order_by("number").values_list("action", flat=True))
    assert actions[-4:] == ["tag.created", "prompt.tagged", "tag.changed", "tag.deleted"]


@pytest.mark.parametrize("name", ["", "x" * 41, "a, b"])
def test_a_name_that_is_none_is_refused(alice: Person, name: str) -> None:
    with alice.inside(), pytest.raises(ValidationFailed):
        tags.create_tag(alice.actor, name=name)


def test_names_are_taken_whatever_their_case(alice: Person) -> None:
    with alice.inside():
        tags.create_tag(alice.actor, name="Urgent")
        other = tags.create_tag(alice.actor, name="other")
        with pytest.raises(Conflict):
            tags.create_tag(alice.actor, name="URGENT")
        with pytest.raises(Conflict):
            tags.change_tag(alice.actor, other, name="urgent", colour="grey")
        with pytest.raises(Conflict, match="meanwhile"):
            tags.change_tag(alice.actor, other, name="new", colour="grey", seen="older")
        with pytest.raises(ValidationFailed):
            tags.change_tag(alice.actor, other, name="new", colour="mauve")


def test_a_prompt_carries_exactly_what_was_set(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        first = tags.create_tag(alice.actor, name="first")
        tags.set_tags(alice.actor, prompt, tags=[first], new=["Second", "second", "FIRST"])
        names = [tag.name for tag in library.tags_of([prompt.id])[prompt.id]]
        assert names == ["first", "Second"]
        before = Entry.objects.count()
        tags.set_tags(alice.actor, prompt, tags=list(Tag.objects.all()))
        assert Entry.objects.count() == before  # nothing changed, nothing recorded
        tags.set_tags(alice.actor, prompt, tags=[])
        assert library.tags_of([prompt.id]) == {}
        with pytest.raises(ValidationFailed):
            tags.set_tags(alice.actor, prompt, tags=[], new=[f"t{number}" for number in range(21)])
        archive_prompt(alice.actor, prompt)
        with pytest.raises(Conflict):
            tags.set_tags(alice.actor, prompt, tags=[first])


def test_a_member_deletes_only_tags_of_their_own(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    with alice.inside():
        tag = tags.create_tag(alice.actor, name="hers")
    with member.inside(), pytest.raises(Forbidden):
        tags.delete_tag(member.actor, tag)


def test_favourites_are_ones_own(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    prompt = make_prompt(alice)
    with alice.inside():
        before = Entry.objects.count()
        for on in (True, True):
            tags.set_favourite(alice.actor, prompt, on=on)
        assert library.favourites_among(alice.actor, [prompt.id]) == {prompt.id}
        assert [each.id for each in library.list_favourites(alice.actor, limit=5)] == [prompt.id]
        assert Entry.objects.count() == before
    with member.inside():
        assert library.favourites_among(member.actor, [prompt.id]) == set()
    with alice.inside():
        tags.set_favourite(alice.actor, prompt, on=False)
        assert library.list_favourites(alice.actor, limit=5) == []


def test_a_tag_of_another_workspace_does_not_exist(alice: Person, bob: Person) -> None:
    with alice.inside():
        tag = tags.create_tag(alice.actor, name="hers")
    with bob.inside():
        for attempt in (
            lambda: tags.change_tag(bob.actor, tag, name="x", colour="grey"),
            lambda: tags.delete_tag(bob.actor, tag),
            lambda: library.get_tag(tag.id),
        ):
            with pytest.raises(NotFound):
                attempt()
