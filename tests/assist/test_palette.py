"""The palette on a prompt: every panel in the dock from the workbench, and by its address from elsewhere."""

from promptassay.assist.palette import register
from promptassay.workspaces.palette import Command, Place, commands, normalized
from tests.evals.factories import make_prompt
from tests.people import Person


def found(person: Person, place: Place, query: str = "") -> list[Command]:
    with person.inside():
        return [each for group in commands(person.actor, place, normalized(query)) for each in group.commands]


def test_panels_are_shown_in_the_dock_or_opened_with_it(alice: Person) -> None:
    register()  # may be repeated
    with alice.inside():
        prompt = make_prompt(alice.actor)
    (here,) = found(alice, Place("prompts:prompt-show", {"prompt_id": prompt.id}), "critique")
    assert here.press == '.dock a[href="#pane-critique"]' and not here.url
    (there,) = found(alice, Place("prompts:version-list", {"prompt_id": prompt.id}, branch="shorter"), "critique")
    assert there.url == f"{alice.url('prompts:prompt-show', prompt.id)}?branch=shorter#pane-critique"
    assert not found(alice, Place(), "critique")


def test_panels_are_found_by_what_they_do(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor)
    place = Place("prompts:prompt-show", {"prompt_id": prompt.id})
    titles = {each.title for each in found(alice, place, "panel")}
    assert len(titles) == 6 and "Propose cases…" in titles
    assert [each.title for each in found(alice, place, "chat")] == ["Brainstorm with a model"]
