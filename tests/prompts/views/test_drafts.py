"""Drafts through the door: kept as one types, safe from other tabs and from a session that ended."""

import json

import pytest

from promptassay.prompts import services
from promptassay.prompts.models import Prompt
from tests.people import Person
from tests.prompts.factories import (
    content,
    draft_of,
    latest,
    make_prompt,
    same_page,
    text_of,
    typed,
    unknown_id,
)

SCRIPT = {"headers": {"Accept": "application/json"}}
HTMX = {"headers": {"HX-Request": "true"}}
POSTS = ("draft-save", "draft-messages", "draft-inspect", "draft-discard")


def test_a_draft_is_saved_as_one_types(alice: Person) -> None:
    prompt = make_prompt(alice)
    response = alice.post(alice.url("prompts:draft-save", prompt.id), typed("two", temperature="0.5"), **SCRIPT)
    assert response.json() == {"fields": {"revision": "1", "base": "1"}}
    draft = draft_of(alice, prompt)
    assert draft is not None and draft.text == "two" and draft.settings == {"temperature": 0.5}
    assert latest(alice, prompt.id).number == 1


def test_half_written_settings_are_kept_with_the_text(alice: Person) -> None:
    prompt = make_prompt(alice)
    form = typed("two", response_schema='{"ty')
    assert alice.post(alice.url("prompts:draft-save", prompt.id), form, **SCRIPT).status_code == 200
    assert draft_of(alice, prompt).unfinished == {"response_schema": '{"ty'}  # type: ignore[union-attr]


def test_the_draft_survives_sign_out_and_an_ended_session_is_said_so(alice: Person) -> None:
    prompt = make_prompt(alice)
    address = alice.url("prompts:draft-save", prompt.id)
    alice.post(address, typed("my text"), **SCRIPT)
    alice.client.logout()
    response = alice.post(address, typed("my text, longer", revision=1), **SCRIPT)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "UNAUTHORIZED"
    alice.client.force_login(alice.user, backend="promptassay.accounts.backends.AuthenticationBackend")
    assert "my text" in text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert alice.post(address, typed("my text, longer", revision=1), **SCRIPT).status_code == 200


def test_a_newer_draft_of_another_tab_is_shown_and_nothing_overwritten(alice: Person) -> None:
    prompt = make_prompt(alice)
    address = alice.url("prompts:draft-save", prompt.id)
    alice.post(address, typed("written in the first tab", tab="a"), **SCRIPT)
    response = alice.post(address, typed("written in the second tab", tab="b"), **SCRIPT)
    assert response.status_code == 409
    assert response.headers["Content-Type"].startswith("text/html")
    page = text_of(response)
    assert "<pre>written in the first tab</pre>" in page and "<pre>written in the second tab</pre>" in page
    assert draft_of(alice, prompt).text == "written in the first tab"  # type: ignore[union-attr]
    insisted = alice.post(address, {**typed("written in the second tab", tab="b"), "force": "1"})
    assert insisted.status_code == 302
    assert draft_of(alice, prompt).text == "written in the second tab"  # type: ignore[union-attr]


def test_without_scripts_the_conflict_comes_as_the_page_with_all_that_was_typed(alice: Person) -> None:
    prompt = make_prompt(alice)
    address = alice.url("prompts:draft-messages", prompt.id)
    alice.post(alice.url("prompts:draft-save", prompt.id), typed("first", tab="a"), **SCRIPT)
    response = alice.post(address, {**typed("second tab", tab="b"), "op": "add"})
    assert response.status_code == 409
    assert "second tab</textarea>" in text_of(response)


def test_a_draft_too_large_is_refused_with_figures(alice: Person) -> None:
    prompt = make_prompt(alice)
    form = typed("x" * 5 * 1024**2)
    response = alice.post(alice.url("prompts:draft-save", prompt.id), form, **SCRIPT)
    assert response.status_code == 422
    assert "5.0 MB; 2.0 MB fit" in response.json()["error"]["details"]["messages"]
    inspected = alice.post(alice.url("prompts:draft-inspect", prompt.id), form, **HTMX)
    assert "5.0 MB; 2.0 MB fit" in text_of(inspected)


@pytest.mark.parametrize(
    "broken", [{}, {"content-0": "x", "role-0": "tool"}, {"content-0": "a\x00b", "role-0": "user"}]
)
def test_what_is_no_prompt_is_refused(alice: Person, broken: dict[str, str]) -> None:
    prompt = make_prompt(alice)
    response = alice.post(alice.url("prompts:draft-save", prompt.id), {"base": "1", **broken}, **SCRIPT)
    assert response.status_code == 422
    assert draft_of(alice, prompt) is None


@pytest.mark.parametrize(
    ("op", "texts"),
    [("add", ["a", "b", "c", ""]), ("remove-1", ["a", "c"]), ("up-2", ["a", "c", "b"]), ("down-0", ["b", "a", "c"])],
)
def test_messages_are_rearranged_and_kept(alice: Person, op: str, texts: list[str]) -> None:
    prompt = make_prompt(alice)
    form = {**typed("a", "b", "c"), "op": op}
    response = alice.post(alice.url("prompts:draft-messages", prompt.id), form, **HTMX)
    assert response.status_code == 200
    assert [each["content"] for each in draft_of(alice, prompt).messages] == texts  # type: ignore[union-attr]
    page = text_of(response)
    assert page.count('<section class="msg"') == len(texts)
    assert 'id="form-state" hidden hx-swap-oob="true"' in page and 'name="revision" value="1"' in page
    assert alice.post(alice.url("prompts:draft-messages", prompt.id), {**form, "revision": "1"}).status_code == 302


@pytest.mark.parametrize("op", ["", "remove-0", "up-0", "down-9", "remove-x", "up-99999999999", "drop-0"])
def test_messages_are_not_rearranged_into_nothing(alice: Person, op: str) -> None:
    prompt = make_prompt(alice)
    response = alice.post(alice.url("prompts:draft-messages", prompt.id), {**typed("a"), "op": op}, **HTMX)
    assert response.status_code == 422
    assert draft_of(alice, prompt) is None


def test_inspecting_tells_variables_and_mistakes_with_places(alice: Person) -> None:
    prompt = make_prompt(alice)
    form = typed("{{name}} {{other|x}}", "é {{ bad\n${fragment:tone}")
    page = alice.post(alice.url("prompts:draft-inspect", prompt.id), form, **HTMX).content.decode()
    shown = text_of(alice.post(alice.url("prompts:draft-inspect", prompt.id), form, **HTMX))
    assert 'name="var:name"' in page and 'name="var:other"' in page and "<html" not in page
    marks = json.loads(shown.split("data-diagnostics>")[1].split("</div>")[0])
    assert [(each["field"], each["from"]) for each in marks] == [("content-1", 2), ("content-1", 9)]
    assert "There is no fragment “tone”" in shown and "§2, line 1, column 3" in shown
    assert draft_of(alice, prompt) is None


def test_inspecting_tells_which_settings_cannot_be_used(alice: Person) -> None:
    prompt = make_prompt(alice)
    form = typed("x", temperature="9", tools="[{")
    page = text_of(alice.post(alice.url("prompts:draft-inspect", prompt.id), form, **HTMX))
    assert "Temperature: It is 9; 0 to 2 can be used." in page and "Tools: No JSON" in page


def test_discarding_goes_back_to_the_latest_version(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("two"), base_version=1, revision=0)
    assert alice.post(alice.url("prompts:draft-discard", prompt.id)).status_code == 302
    assert draft_of(alice, prompt) is None


def test_who_may_not(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    for name in POSTS:
        foreign = bob.post(bob.url(f"prompts:{name}", prompt.id), typed("x"))
        assert foreign.status_code == 404
        assert same_page(foreign, bob.post(bob.url(f"prompts:{name}", unknown_id()), typed("x")))
        assert bob.post(alice.url(f"prompts:{name}", prompt.id), typed("x")).status_code == 404
        assert anonymous.post(alice.url(f"prompts:{name}", prompt.id), typed("x")).status_code == 302
        assert alice.get(alice.url(f"prompts:{name}", prompt.id)).status_code == 405


def _two_drafts(person: Person, newer: str, base: str = "one\n\ntwo\n\nthree") -> Prompt:
    prompt = make_prompt(person, base)
    with person.inside():
        services.save_draft(person.actor, prompt, content=content(newer), base_version=1, revision=0, tab="other")
    return prompt


def test_both_drafts_are_kept_where_they_fit_together(alice: Person) -> None:
    prompt = _two_drafts(alice, "one there\n\ntwo\n\nthree")
    url = alice.url("prompts:draft-save", prompt.id)
    shown = alice.post(url, typed("one\n\ntwo\n\nthree here"), **SCRIPT)
    page = text_of(shown)
    assert shown.status_code == 409 and "The two fit together" in page and 'name="newer" value="1"' in page
    kept = alice.post(url, typed("one\n\ntwo\n\nthree here", both="1", newer="1"))
    assert kept.url == alice.url("prompts:prompt-show", prompt.id)
    draft = draft_of(alice, prompt)
    assert draft is not None and (draft.text, draft.revision) == ("one there\n\ntwo\n\nthree here", 2)


def test_where_both_drafts_changed_the_same_a_choice_is_asked_for(alice: Person) -> None:
    prompt = _two_drafts(alice, "there")
    url = alice.url("prompts:draft-save", prompt.id)
    refused = alice.post(url, typed("here", both="1", newer="1"))
    page = text_of(refused)
    assert refused.status_code == 409 and "Choose one." in page and "\nhere</textarea>" in page
    assert 'name="take-c1" value="ours" form="prompt-form"' in page
    assert draft_of(alice, prompt).text == "there"  # type: ignore[union-attr]
    chosen = {"take-c1": "edit", "text-c1": "here and there"}
    assert alice.post(url, typed("here", both="1", newer="1") | chosen).status_code == 302
    assert draft_of(alice, prompt).text == "here and there"  # type: ignore[union-attr]


@pytest.mark.parametrize("newer", ["7", "", "x"])
def test_both_drafts_are_never_merged_with_one_that_was_not_shown(alice: Person, newer: str) -> None:
    prompt = _two_drafts(alice, "one there\n\ntwo\n\nthree")
    response = alice.post(alice.url("prompts:draft-save", prompt.id), typed("here", both="1", newer=newer))
    assert response.status_code == 409 and "newer draft" in text_of(response)
    assert draft_of(alice, prompt).text == "one there\n\ntwo\n\nthree"  # type: ignore[union-attr]
