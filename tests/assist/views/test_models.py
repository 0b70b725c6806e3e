"""The workbench model and the consent, through the door."""

from typing import Any

import pytest

from promptassay.assist.models import Consent, WorkbenchModel
from promptassay.assist.queries import workbench_model
from promptassay.audit.models import Entry
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_key, make_prompt, text_of, unknown_id

PIECE = {"HTTP_HX_REQUEST": "true"}


def choose(person: Person, model: str, **fields: str) -> Any:
    return person.post(person.url("assist:model-choose"), {"model": model, "panel": "critique", **fields}, **PIECE)


def used(person: Person) -> tuple[str, str, str]:
    with person.inside():
        found = workbench_model(person.actor)
        return found.choice.model, found.effort, found.chosen_by


def test_mine_goes_before_the_workspaces_and_both_can_be_taken_back(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    key = make_key(alice, provider="openai")
    assert used(alice) == ("demo-small", "", "first")
    assert choose(alice, f"{key.id}/gpt-5", effort="high", **{"for": "workspace"}).status_code == 200
    assert used(alice) == used(member) == ("gpt-5", "high", "workspace")
    assert choose(member, "demo/demo-large", effort="high").status_code == 200
    assert used(member) == ("demo-large", "", "me") and used(alice)[0] == "gpt-5"
    choose(member, f"{key.id}/gpt-5", effort="low")
    assert used(member) == ("gpt-5", "low", "me")
    choose(member, "")
    assert used(member) == ("gpt-5", "high", "workspace")
    with alice.inside():
        assert WorkbenchModel.objects.count() == 1
        key.delete()
    assert used(alice) == ("demo-small", "", "first")


def test_only_the_workspaces_default_is_in_the_audit_log(alice: Person) -> None:
    choose(alice, "demo/demo-large")
    choose(alice, "demo/demo-large", **{"for": "workspace"})
    with alice.inside():
        assert Entry.objects.filter(action="panels.model_chosen").count() == 1


def test_a_member_does_not_set_the_default(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    refused = choose(member, "demo/demo-large", **{"for": "workspace"})
    assert refused.status_code == 403 and "workspace.settings" in text_of(refused)
    assert used(alice)[2] == "first"


@pytest.mark.parametrize("model", ["x", "demo/none", "01890000-0000-7000-8000-000000000000/m"])
def test_a_model_that_is_not_there_is_refused(alice: Person, model: str) -> None:
    assert choose(alice, model).status_code in (409, 422)
    assert alice.post(alice.url("assist:consent"), {"model": model}, **PIECE).status_code in (409, 422)
    with alice.inside():
        assert not WorkbenchModel.objects.exists() and not Consent.objects.exists()


def test_the_piece_that_comes_back_shows_the_choice(alice: Person) -> None:
    key = make_key(alice, provider="openai")
    piece = text_of(choose(alice, f"{key.id}/gpt-5", effort="low", panel="improve"))
    assert "improve-model" in piece and "<html" not in piece
    assert "api.openai.com" in piece and "Reasoning effort" in piece


def test_consent_is_given_once_for_each_person_key_and_place(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    key = make_key(alice, provider="openai")
    for person in (alice, alice, member):
        answer = person.post(person.url("assist:consent"), {"model": f"{key.id}/m", "panel": "critique"}, **PIECE)
        assert answer.status_code == 200 and "api.openai.com" in text_of(answer)
    alice.post(alice.url("assist:consent"), {"model": "demo/demo-small"}, **PIECE)
    with alice.inside():
        assert sorted(str(each.user_id) for each in Consent.objects.all()) == sorted(
            str(each.actor.user_id) for each in (alice, member)
        )
        assert Entry.objects.filter(action="panels.consented").count() == 2
        key.delete()
        assert not Consent.objects.exists()


def test_without_scripts_the_way_leads_back(alice: Person) -> None:
    prompt = make_prompt(alice)
    back = {"panel": "rewrite", "prompt": str(prompt.id)}
    for name, fields in (
        ("assist:model-choose", {"model": "demo/demo-large"}),
        ("assist:consent", {"model": "demo/demo-large"}),
    ):
        response = alice.post(alice.url(name), {**fields, **back})
        assert response.headers["Location"] == alice.url("assist:panel-show", "rewrite", prompt.id)
        assert alice.post(alice.url(name), fields).headers["Location"] == alice.url("prompts:dashboard")
        assert alice.post(alice.url(name), {**fields, **back, "prompt": str(unknown_id())}).status_code == 404


@pytest.mark.parametrize("name", ["assist:model-choose", "assist:consent"])
def test_who_may_not(alice: Person, bob: Person, anonymous: Person, name: str) -> None:
    key = make_key(alice, provider="openai")
    form = {"model": f"{key.id}/m"}
    foreign = bob.post(bob.url(name), form, **PIECE)
    unknown = bob.post(bob.url(name), {"model": f"{unknown_id()}/m"}, **PIECE)
    assert foreign.status_code == unknown.status_code == 409
    assert bob.post(alice.url(name), form).status_code == 404
    assert alice.get(alice.url(name)).status_code == 405
    assert anonymous.post(alice.url(name), form, **PIECE).status_code == 401
