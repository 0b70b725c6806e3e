"""The list's question in its address: filters, chips that take them back, a remembered order, a fixed cost."""

import re

import pytest

from promptassay.prompts.services import create_prompt, folders, move_label, tags
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_blank_prompt, make_prompt, text_of

HTMX = {"headers": {"HX-Request": "true"}}


def titles(page: str) -> list[str]:
    return re.findall(r"data-row-link>([^<]*)<", page)


def test_each_filter_narrows_and_can_be_taken_back(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    one, two = make_prompt(alice, title="One"), make_prompt(member, title="Two")
    with alice.inside():
        outer = folders.create_folder(alice.actor, name="outer")
        inner = folders.create_folder(alice.actor, name="inner", parent=outer)
        folders.file_prompt(alice.actor, one, folder=inner)
        urgent, other = (tags.create_tag(alice.actor, name=name) for name in ("urgent", "other"))
        tags.set_tags(alice.actor, one, tags=[urgent, other])
        tags.set_tags(alice.actor, two, tags=[other])
        move_label(alice.actor, one, name="production", number=1)
    base = alice.url("prompts:prompt-list")
    for question, found in (
        (f"folder={outer.id}", ["One"]),
        (f"folder={inner.id}", ["One"]),
        ("folder=none", ["Two"]),
        (f"tag={urgent.id}", ["One"]),
        (f"tag={other.id}&sort=title", ["One", "Two"]),
        (f"tag={other.id}&tag={urgent.id}", ["One"]),
        (f"author={bob.user.pk}", ["Two"]),
        ("label=production", ["One"]),
        (f"author={bob.user.pk}&label=production", []),
        ("folder=nonsense&tag=nonsense&author=nonsense&sort=title", ["One", "Two"]),
    ):
        page = text_of(alice.get(f"{base}?{question}"))
        assert titles(page) == found, question
    page = text_of(alice.get(f"{base}?q=sort&tag={other.id}&tag={urgent.id}&type="))
    chips = [url.replace("&amp;", "&") for url in re.findall(r'class="chip" href="([^"]*)"', page)]
    assert chips == [
        f"?tag={other.id}&tag={urgent.id}",
        f"?q=sort&tag={urgent.id}",
        f"?q=sort&tag={other.id}",
    ]


def test_an_unknown_place_is_empty_and_no_error(alice: Person) -> None:
    prompt = make_blank_prompt(alice)
    question = f"?folder={prompt.id}&tag={prompt.id}&author={prompt.id}&label=%00x"
    page = text_of(alice.get(alice.url("prompts:prompt-list") + question))
    assert "No prompt matches" in page and "a deleted one" in page


def test_the_order_is_remembered(alice: Person) -> None:
    for title in ("A", "B"):
        make_blank_prompt(alice, title)
    base = alice.url("prompts:prompt-list")
    assert titles(text_of(alice.get(base))) == ["B", "A"]
    alice.get(f"{base}?sort=title")
    assert titles(text_of(alice.get(base))) == ["A", "B"]
    assert titles(text_of(alice.get(f"{base}?sort=-updated"))) == ["B", "A"]


@pytest.mark.parametrize("question", ["", "?q=prompt&sort=title"])
def test_the_cost_does_not_grow_with_the_rows(alice: Person, question: str, django_assert_num_queries: object) -> None:
    url = alice.url("prompts:prompt-list") + question
    costs = []
    for count in (3, 30):
        with alice.inside():
            folder = folders.create_folder(alice.actor, name=f"F{count}")
            for number in range(count):
                prompt = create_prompt(alice.actor, title=f"Prompt {count}-{number}")
                folders.file_prompt(alice.actor, prompt, folder=folder)
                tags.set_tags(alice.actor, prompt, tags=[], new=[f"t{number % 5}", f"u{number % 3}"])
        alice.get(url)  # the session is made, the order remembered
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as statements:
            alice.get(url, **HTMX)
        costs.append(len(statements))
        with django_assert_num_queries(costs[0]):  # type: ignore[operator]
            alice.get(url, **HTMX)
    assert costs[0] == costs[1] <= 16
