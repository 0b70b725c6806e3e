"""Anchors follow the versions of their line, through many small changes that no single look would bridge."""

from promptassay.prompts import services
from promptassay.prompts.models import Annotation, Prompt
from promptassay.prompts.queries import annotations as reading
from tests.people import Person
from tests.prompts.factories import content, make_prompt
from tests.prompts.services.test_annotations import begin

STEPS = [
    "Sort the ticket {{ticket}} for {{product|Northwind}}.",
    "First, sort the ticket {{ticket}} for {{product|Northwind}}.",
    "First, sort each new ticket {{ticket}} for {{product|Northwind}}.",
    "First, sort each newly arrived ticket {{ticket}} for {{product|Northwind}}.",
]


def state(person: Person, prompt: Prompt, text: str) -> tuple[str, str]:
    """The state of the prompt's one thread on a text, and the words it is at."""
    with person.inside():
        (thread,) = reading.threads_on(person.actor, prompt, [text])
    return thread.state, text[thread.place.start : thread.place.end] if thread.place else ""


def save(person: Person, prompt: Prompt, text: str, base: int, **rest: object) -> None:
    with person.inside():
        services.save_version(person.actor, prompt, content=content(text), base_version=base, **rest)  # type: ignore[arg-type]


def test_a_note_follows_from_version_to_version(alice: Person) -> None:
    prompt = make_prompt(alice, STEPS[0])
    begin(alice, prompt, quote="the ticket {{ticket}} for {{product", base_version=1)
    for base, text in enumerate(STEPS[1:], start=1):
        save(alice, prompt, text, base)
    with alice.inside():
        thread = Annotation.objects.get()
    assert thread.first_quote == "the ticket {{ticket}} for {{product"
    assert thread.quote in STEPS[-1] and thread.quote.endswith("{{ticket}} for {{product")
    for text in STEPS:
        assert state(alice, prompt, text)[0] == "open"


def test_a_note_whose_text_is_gone_is_orphaned_until_it_comes_back(alice: Person) -> None:
    prompt = make_prompt(alice)
    begin(alice, prompt, base_version=1)
    save(alice, prompt, "Something else entirely.", 1)
    save(alice, prompt, "And again something else.", 2)
    assert state(alice, prompt, "And again something else.") == ("orphaned", "")
    with alice.inside():
        restored = services.restore_version(alice.actor, prompt, number=1).version
    assert state(alice, prompt, restored.messages[0]["content"]) == ("open", "Sort the ticket")


def test_a_branch_takes_along_its_own_and_leaves_the_main_lines(alice: Person) -> None:
    prompt = make_prompt(alice)
    begin(alice, prompt, base_version=1)
    with alice.inside():
        branch = services.create_branch(alice.actor, prompt, name="shorter", number=1)
        before = Annotation.objects.get().anchor
    save(alice, prompt, f"On the branch. {STEPS[0]}", 1, branch=branch)
    with alice.inside():
        assert Annotation.objects.get().anchor == before
        Annotation.objects.update(branch=branch)
        branch.refresh_from_db()
    save(alice, prompt, f"On the branch, still. {STEPS[0]}", 2, branch=branch)
    with alice.inside():
        moved = Annotation.objects.get()
        assert (moved.start, moved.branch_id) == (len("On the branch, still. "), branch.pk)
    save(alice, prompt, f"On the main line. {STEPS[0]}", 1)
    with alice.inside():
        assert Annotation.objects.get().branch_id is None
