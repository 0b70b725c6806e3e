"""The panes through the door: read without scripts, and only by who belongs there."""

import pytest

from promptassay.assist.panels import PANELS
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_blank_prompt, make_key, make_prompt, same_page, text_of, unknown_id

NAMES = list(PANELS)


@pytest.mark.parametrize("panel", NAMES)
def test_a_pane_is_a_page_and_a_piece_of_the_workbench(alice: Person, panel: str) -> None:
    prompt = make_prompt(alice, "One {{a}}", "Two {{a}}")
    address = alice.url("assist:panel-show", panel, prompt.id)
    page = text_of(alice.get(address))
    piece = text_of(alice.get(address, HTTP_HX_REQUEST="true"))
    assert "<html" in page and "<html" not in piece
    assert PANELS[panel].title in page and "noscript" in page
    assert alice.url("assist:panel-run", panel, prompt.id) in piece
    assert "Nothing is sent anywhere." in piece


def test_a_pane_says_where_the_text_goes(alice: Person) -> None:
    prompt = make_prompt(alice)
    key = make_key(alice, provider="openai")
    alice.post(alice.url("assist:model-choose"), {"model": f"{key.id}/gpt-5", "for": "me"})
    address = alice.url("assist:panel-show", "critique", prompt.id)
    asked = text_of(alice.get(address))
    assert "api.openai.com" in asked and "team" in asked and alice.url("assist:consent") in asked
    alice.post(alice.url("assist:consent"), {"model": f"{key.id}/gpt-5"})
    assert alice.url("assist:consent") not in text_of(alice.get(address))


def test_what_is_not_there(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    foreign = bob.get(bob.url("assist:panel-show", "critique", prompt.id))
    assert foreign.status_code == 404
    assert same_page(foreign, bob.get(bob.url("assist:panel-show", "critique", unknown_id())))
    assert alice.get(alice.url("assist:panel-show", "gossip", prompt.id)).status_code == 404
    assert alice.post(alice.url("assist:panel-show", "critique", prompt.id)).status_code == 405
    assert anonymous.get(alice.url("assist:panel-show", "critique", prompt.id)).status_code == 302


def test_a_prompt_without_versions_has_its_panes_too(alice: Person) -> None:
    prompt = make_blank_prompt(alice)
    for panel in NAMES:
        assert alice.get(alice.url("assist:panel-show", panel, prompt.id)).status_code == 200


@pytest.mark.parametrize("panel", NAMES)
def test_meta_prompts_can_be_read(alice: Person, bob: Person, anonymous: Person, panel: str) -> None:
    address = alice.url("assist:meta-prompt-show", panel)
    page = text_of(alice.get(address))
    assert f"You are the {panel} panel of a prompt workbench ({panel}-v1)." in page
    assert "${fragment:slug}" in page and "$${" not in page
    assert text_of(bob.join(alice, Role.MEMBER).get(address)).count(f"({panel}-v1)")
    assert alice.get(alice.url("assist:meta-prompt-show", "gossip")).status_code == 404
    assert alice.post(address).status_code == 405
    assert anonymous.get(address).status_code == 302
