"""Acts on many prompts through the door: done, undone, copied elsewhere; six questions."""

import re

from promptassay.prompts.models import Prompt
from promptassay.prompts.services import folders, tags
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_blank_prompt, make_prompt, same_page, text_of, unknown_id


def change(person: Person, action: str, prompts: list[Prompt], **fields: str) -> object:
    data = {"action": action, "prompt": [str(each.id) for each in prompts], **fields}
    return person.client.post(person.url("prompts:prompts-change"), data, follow=True)


def undo_url(page: str) -> str:
    found = re.search(r'action="([^"]*/undo/[^"]*)"', page)
    assert found
    return found[1]


def test_many_are_archived_and_brought_back(alice: Person) -> None:
    prompts = [make_blank_prompt(alice, title) for title in ("One", "Two", "Three")]
    page = text_of(change(alice, "archive", prompts[:2], back="sort=title&done=x"))
    assert "Archived 2 prompts. Nothing was deleted." in page and "Three" in page and ">One<" not in page
    done = alice.client.post(undo_url(page), {"back": "sort=title"}, follow=True)
    assert done.redirect_chain[0][0] == alice.url("prompts:prompt-list") + "?sort=title"
    assert "Undone for 2 prompts." in text_of(done) and ">One<" in text_of(done)
    assert alice.post(undo_url(page)).status_code == 404


def test_every_action_through_the_door(alice: Person) -> None:
    prompts = [make_blank_prompt(alice, title) for title in ("One", "Two")]
    with alice.inside():
        folder = folders.create_folder(alice.actor, name="Support")
        tag = tags.create_tag(alice.actor, name="urgent")
    assert "Moved 2 prompts." in text_of(change(alice, "move", prompts, folder=str(folder.id)))
    assert "Put the tag on 2 prompts." in text_of(change(alice, "tag", prompts, tag=str(tag.id)))
    assert "Took the tag off 1 prompt." in text_of(change(alice, "untag", prompts[:1], tag=str(tag.id)))
    assert "Moved 1 prompt." in text_of(change(alice, "move", prompts[:1], folder="none"))
    assert "Duplicated 2 prompts." in text_of(change(alice, "duplicate", prompts))
    assert "Nothing changed" in text_of(change(alice, "unarchive", prompts))


def test_bad_input_changes_nothing(alice: Person) -> None:
    prompt = make_blank_prompt(alice)
    url = alice.url("prompts:prompts-change")
    for data, status in (
        ({}, 422),
        ({"action": "archive"}, 422),
        ({"action": "explode", "prompt": prompt.id}, 422),
        ({"action": "move", "prompt": prompt.id}, 422),
        ({"action": "tag", "prompt": prompt.id}, 422),
        ({"action": "archive", "prompt": "no id"}, 404),
        ({"action": "move", "prompt": prompt.id, "folder": "no id"}, 404),
        ({"action": "tag", "prompt": prompt.id, "tag": str(unknown_id())}, 404),
    ):
        assert alice.post(url, data).status_code == status, data
    with alice.inside():
        assert Prompt.objects.get().archived_at is None


def test_a_refusal_names_the_prompts_of_others(alice: Person, bob: Person) -> None:
    hers = make_blank_prompt(alice, "Hers")
    member = bob.join(alice, Role.MEMBER)
    mine = make_blank_prompt(member, "Mine")
    response = change(member, "archive", [hers, mine])
    assert response.status_code == 403 and "“Hers”" in text_of(response)  # type: ignore[attr-defined]
    with alice.inside():
        assert not Prompt.objects.exclude(archived_at=None).exists()


def test_the_way_back_is_never_an_address(alice: Person) -> None:
    prompt = make_blank_prompt(alice)
    data = {"action": "archive", "prompt": prompt.id, "back": "//evil.example/?x"}
    response = alice.post(alice.url("prompts:prompts-change"), data)
    assert response.url.startswith(alice.url("prompts:prompt-list") + "?")


def test_a_copy_into_another_workspace(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, title="Triage")
    member = bob.join(alice, Role.MEMBER)
    chosen = change(member, "copy", [prompt])
    assert "Copy 1 prompt" in text_of(chosen) and str(bob.workspace.id) in text_of(chosen)
    data = {"prompt": prompt.id, "workspace": bob.workspace.id, "versions": "all"}
    response = member.post(member.url("prompts:prompt-copy"), data)
    with bob.inside():
        copy = Prompt.objects.get()
    assert response.url == bob.url("prompts:prompt-show", copy.id)


def test_a_copy_goes_nowhere_else(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, title="Triage")
    url = alice.url("prompts:prompt-copy")
    foreign = alice.post(url, {"prompt": prompt.id, "workspace": bob.workspace.id})
    unknown = alice.post(url, {"prompt": prompt.id, "workspace": unknown_id()})
    assert foreign.status_code == 404 and same_page(foreign, unknown)
    member = bob.join(alice, Role.MEMBER)
    for target in ("", "no id", str(alice.workspace.id)):
        response = member.post(url, {"prompt": prompt.id, "workspace": target})
        assert response.status_code == 422 and "Triage" in text_of(response)
    assert "no other workspace" in text_of(alice.get(f"{url}?prompt={prompt.id}"))
    assert "No prompt is chosen" in text_of(alice.get(url))
    with bob.inside():
        assert not Prompt.objects.exists()


def test_others_learn_nothing(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    page = text_of(change(alice, "archive", [prompt]))
    act = undo_url(page).rstrip("/").rsplit("/", 1)[1]
    assert bob.post(bob.url("prompts:bulk-undo", act)).status_code == 404
    for data in ({"action": "archive", "prompt": prompt.id}, {"action": "archive", "prompt": str(unknown_id())}):
        assert bob.post(bob.url("prompts:prompts-change"), data).status_code == 404
    assert bob.get(bob.url("prompts:prompt-copy") + f"?prompt={prompt.id}").status_code == 404
    assert alice.get(alice.url("prompts:prompts-change")).status_code == 405
    for name in ("prompts-change", "prompt-copy"):
        assert bob.post(alice.url(f"prompts:{name}")).status_code == 404
        assert "login" in anonymous.post(alice.url(f"prompts:{name}")).url
