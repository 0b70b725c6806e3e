"""The palette on fragments: what to do on one, and finding them by title and slug."""

from promptassay.fragments.services import create_fragment
from promptassay.workspaces.palette import Command, Place, commands, normalized
from tests.people import Person


def found(person: Person, place: Place, query: str = "") -> dict[str, list[Command]]:
    with person.inside():
        return {group.title: group.commands for group in commands(person.actor, place, normalized(query))}


def test_a_fragments_page_has_its_commands(alice: Person) -> None:
    with alice.inside():
        fragment = create_fragment(alice.actor, title="House style", text="Write plainly.")
    ids = {"fragment_id": fragment.id}
    here = [each.title for each in found(alice, Place("fragments:fragment-show", ids))["This fragment"]]
    assert here == ["Save a version", "Find and replace", "Compare versions", "History"]
    there = [each.title for each in found(alice, Place("fragments:version-list", ids))["This fragment"]]
    assert there == ["Edit the fragment", "Compare versions", "History"]


def test_fragments_are_found_by_title_and_slug(alice: Person, bob: Person) -> None:
    with alice.inside():
        fragment = create_fragment(alice.actor, title="House style", slug="tone", text="Write plainly.")
    for query in ("house", "ton", "STYLE ho"):
        assert found(alice, Place(), query)["Fragments"][0].url == alice.url("fragments:fragment-show", fragment.id)
    assert "Fragments" not in found(bob, Place(), "house")
