"""Versions through the door: saved, read, compared, restored, and two people saving at once."""

import pytest

from promptassay.prompts import queries, services
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import content, draft_of, latest, make_prompt, same_page, text_of, typed, unknown_id

HTMX = {"headers": {"HX-Request": "true"}}


def test_a_version_is_saved_without_scripts(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    response = alice.post(alice.url("prompts:version-save", prompt.id), typed("two", summary="shorter"))
    assert response.status_code == 302
    version = latest(alice, prompt.id)
    assert (version.number, version.text, version.summary) == (2, "two", "shorter")


def test_a_version_is_saved_in_place(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    alice.post(alice.url("prompts:draft-save", prompt.id), typed("two"))
    response = alice.post(alice.url("prompts:version-save", prompt.id), typed("two", revision=1), **HTMX)
    page = text_of(response)
    assert "Version 2 is saved." in page and "<html" not in page
    assert 'name="base" value="2"' in page and 'name="revision" value="0"' in page
    assert draft_of(alice, prompt) is None


def test_saving_the_same_says_so(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    response = alice.post(alice.url("prompts:version-save", prompt.id), typed("one"), **HTMX)
    assert "Nothing differs from version 1" in text_of(response)


def test_a_version_that_cannot_run_is_saved_with_a_warning(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    response = alice.post(alice.url("prompts:version-save", prompt.id), typed("{{ bad"), **HTMX)
    assert "cannot run yet" in text_of(response) and "line 1, column 1" in text_of(response)
    assert latest(alice, prompt.id).number == 2
    assert "cannot run yet" in text_of(alice.get(alice.url("prompts:version-show", prompt.id, 2)))


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (typed("kept text", temperature="9"), "0 to 2 can be used"),
        (typed("kept text", summary="s" * 301), "301 characters; 300 fit"),
        (typed("kept text", tools="[{"), "No JSON: line 1"),
        (typed("kept text" + "x" * 5 * 1024**2), "5.0 MB; 2.0 MB fit"),
    ],
)
def test_bad_input_comes_back_whole(alice: Person, form: dict[str, str], why: str) -> None:
    prompt = make_prompt(alice, "one")
    response = alice.post(alice.url("prompts:version-save", prompt.id), form)
    assert response.status_code == 422
    page = text_of(response)
    assert why in page and form["content-0"] in page
    short = alice.post(alice.url("prompts:version-save", prompt.id), form, **HTMX)
    assert short.status_code == 422 and why in text_of(short)
    assert latest(alice, prompt.id).number == 1


def test_two_people_saving_at_once_see_three_ways_and_lose_nothing(alice: Person, bob: Person) -> None:
    guest = bob.join(alice, Role.MEMBER)
    prompt = make_prompt(alice, "first line\nthe common text")
    save = alice.url("prompts:version-save", prompt.id)
    alice.post(save, typed("first line by alice\nthe common text", tab="a"))
    note = guest.post(save, typed("first line\nthe common text by bob", tab="b"), **HTMX)
    assert note.status_code == 409 and "Version 2 was saved while you were editing" in text_of(note)
    assert latest(alice, prompt.id).text == "first line by alice\nthe common text"
    assert guest.post(save, typed("first line\nthe common text by bob", tab="b")).url == alice.url(
        "prompts:version-conflict", prompt.id
    )
    page = text_of(guest.get(alice.url("prompts:version-conflict", prompt.id)))
    assert "alice@example.com saved" in page and "by alice" in page and "by bob" in page
    assert "Save mine on top of v2" in page
    guest.post(alice.url("prompts:version-keep-mine", prompt.id), {"seen": "2"})
    version = latest(alice, prompt.id)
    assert (version.number, version.text) == (3, "first line\nthe common text by bob")
    assert draft_of(guest, prompt) is None


def test_a_save_that_meets_a_newer_version_and_a_newer_draft_overwrites_neither(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("tab a"), base_version=1, revision=0, tab="a")
    response = alice.post(alice.url("prompts:version-save", prompt.id), typed("tab b", tab="b"), **HTMX)
    assert response.status_code == 409 and response.headers["HX-Retarget"] == "#draft-conflict"
    assert "Keep what is on this page" in text_of(response)
    assert latest(alice, prompt.id).text == "two" and draft_of(alice, prompt).text == "tab a"  # type: ignore[union-attr]


def test_a_draft_with_a_half_written_setting_is_not_saved_over_theirs(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        services.save_draft(
            alice.actor, prompt, content=content("mine"), base_version=1, revision=0, unfinished={"tools": "["}
        )
    response = alice.post(alice.url("prompts:version-keep-mine", prompt.id), {"seen": "2"})
    assert response.status_code == 409 and "tools" in text_of(response)
    assert latest(alice, prompt.id).number == 2


def test_keeping_mine_never_covers_a_version_that_was_not_shown(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two", "three")
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("mine"), base_version=1, revision=0)
    response = alice.post(alice.url("prompts:version-keep-mine", prompt.id), {"seen": "2"})
    assert response.url == alice.url("prompts:version-conflict", prompt.id)
    assert latest(alice, prompt.id).number == 3
    for seen in ("", "x", "-1"):
        assert alice.post(alice.url("prompts:version-keep-mine", prompt.id), {"seen": seen}).status_code == 302
    assert latest(alice, prompt.id).number == 3


def test_without_a_conflict_its_page_leads_back(alice: Person) -> None:
    prompt = make_prompt(alice)
    response = alice.get(alice.url("prompts:version-conflict", prompt.id))
    assert response.url == alice.url("prompts:prompt-show", prompt.id)


def test_the_history_and_a_version_can_be_read(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    history = text_of(alice.get(alice.url("prompts:version-list", prompt.id)))
    assert "v2" in history and "v1" in history and "alice@example.com" in history
    page = text_of(alice.get(alice.url("prompts:version-show", prompt.id, 1)))
    assert "one</textarea>" in page and "Restore</button>" in page
    assert alice.get(alice.url("prompts:version-show", prompt.id, 9)).status_code == 404
    assert alice.get(alice.url("prompts:version-show", prompt.id, 10**18)).status_code == 404


def test_versions_are_compared_inline_and_side_by_side(alice: Person) -> None:
    prompt = make_prompt(alice, "sort the red ticket", "sort the blue ticket")
    address = alice.url("prompts:version-diff", prompt.id)
    for query in ("", "?from=1&to=2", "?from=1&to=2&view=side"):
        page = text_of(alice.get(address + query))
        assert "<del>red</del>" in page and "<ins>blue</ins>" in page
    assert "Nothing differs" in text_of(alice.get(address + "?from=1&to=1"))
    for query in ("?from=x", "?from=1&to=9", "?from=draft", "?to=-1"):
        assert alice.get(address + query).status_code == 404
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("draft"), base_version=2, revision=0)
    assert "my draft" in text_of(alice.get(address + "?from=2&to=draft"))


def test_a_version_is_restored_as_a_new_one(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    assert alice.post(alice.url("prompts:version-restore", prompt.id, 1)).status_code == 302
    assert (latest(alice, prompt.id).number, latest(alice, prompt.id).text) == (3, "one")
    page = text_of(alice.client.post(alice.url("prompts:version-restore", prompt.id, 3), follow=True))
    assert "nothing was changed" in page
    assert alice.post(alice.url("prompts:version-restore", prompt.id, 99)).status_code == 404


def test_an_archived_prompt_is_read_only(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        services.archive_prompt(alice.actor, queries.get_prompt(prompt.id))
    assert alice.get(alice.url("prompts:version-show", prompt.id, 1)).status_code == 200
    assert alice.post(alice.url("prompts:version-restore", prompt.id, 1)).status_code == 409
    assert alice.post(alice.url("prompts:version-save", prompt.id), typed("three"), **HTMX).status_code == 409


GETS = (("version-list", ()), ("version-show", (1,)), ("version-diff", ()), ("version-conflict", ()))
POSTS = (("version-save", ()), ("version-restore", (1,)), ("version-keep-mine", ()))


def test_who_may_not(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    for name, rest in (*GETS, *POSTS):
        call = "get" if (name, rest) in GETS else "post"
        other = "post" if call == "get" else "get"
        foreign = getattr(bob, call)(bob.url(f"prompts:{name}", prompt.id, *rest))
        assert foreign.status_code == 404
        assert same_page(foreign, getattr(bob, call)(bob.url(f"prompts:{name}", unknown_id(), *rest)))
        assert getattr(bob, call)(alice.url(f"prompts:{name}", prompt.id, *rest)).status_code == 404
        assert getattr(anonymous, call)(alice.url(f"prompts:{name}", prompt.id, *rest)).status_code == 302
        assert getattr(alice, other)(alice.url(f"prompts:{name}", prompt.id, *rest)).status_code == 405
