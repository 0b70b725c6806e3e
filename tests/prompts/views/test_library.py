"""The pages of folders and tags, the star, and one prompt's place: six questions each."""

import pytest

from promptassay.prompts.models import Folder, Prompt, Tag, TagColour
from promptassay.prompts.queries import library
from promptassay.prompts.services import folders, tags
from promptassay.workspaces.permissions import Role
from tests.house.source import PACKAGE
from tests.people import Person
from tests.prompts.factories import make_prompt, same_page, text_of, unknown_id

HTMX = {"headers": {"HX-Request": "true"}}


def folder_of(person: Person, name: str = "Support", parent: Folder | None = None) -> Folder:
    with person.inside():
        return folders.create_folder(person.actor, name=name, parent=parent)


def tag_of(person: Person, name: str = "urgent") -> Tag:
    with person.inside():
        return tags.create_tag(person.actor, name=name, colour="red")


def test_an_empty_library_teaches(alice: Person) -> None:
    page = text_of(alice.get(alice.url("prompts:library-show")))
    assert "No folders yet" in page and "No tags yet" in page


def test_folders_through_the_door(alice: Person) -> None:
    assert alice.post(alice.url("prompts:folder-create"), {"name": "Support"}).status_code == 302
    with alice.inside():
        outer = Folder.objects.get()
    alice.post(alice.url("prompts:folder-create"), {"name": "Refunds", "parent": str(outer.id)})
    alice.post(alice.url("prompts:folder-rename", outer.id), {"name": "Help", "seen": "Support"})
    assert "Help" in text_of(alice.get(alice.url("prompts:library-show")))
    with alice.inside():
        inner = Folder.objects.get(name="Refunds")
        assert inner.parent_id == outer.id
    alice.post(alice.url("prompts:folder-move", inner.id), {"parent": ""})
    alice.post(alice.url("prompts:folder-delete", outer.id))
    with alice.inside():
        assert [line.label for line in library.folder_tree()] == ["Refunds"]


def test_tags_through_the_door(alice: Person) -> None:
    alice.post(alice.url("prompts:tag-create"), {"name": "urgent", "colour": "red"})
    with alice.inside():
        tag = Tag.objects.get()
    alice.post(alice.url("prompts:tag-change", tag.id), {"name": "later", "colour": "blue", "seen": "urgent"})
    assert 'class="tag blue">later' in text_of(alice.get(alice.url("prompts:library-show")))
    alice.post(alice.url("prompts:tag-delete", tag.id))
    with alice.inside():
        assert not Tag.objects.exists()


@pytest.mark.parametrize(
    ("page", "fields", "status"),
    [
        ("folder-create", {"name": "kept/name"}, 422),
        ("folder-create", {"name": "support"}, 409),
        ("folder-create", {"name": "x", "parent": "no id"}, 404),
        ("tag-create", {"name": "kept,name"}, 422),
        ("tag-create", {"name": "URGENT"}, 409),
        ("tag-create", {"name": "kept", "colour": "mauve"}, 422),
    ],
)
def test_bad_input_comes_back_with_the_reason(alice: Person, page: str, fields: dict[str, str], status: int) -> None:
    folder_of(alice), tag_of(alice)
    response = alice.post(alice.url(f"prompts:{page}"), fields)
    assert response.status_code == status
    assert status == 404 or f'value="{fields["name"]}"' in text_of(response)


def test_a_cycle_and_an_unseen_rename_are_refused(alice: Person) -> None:
    outer = folder_of(alice)
    inner = folder_of(alice, "inner", outer)
    assert alice.post(alice.url("prompts:folder-move", outer.id), {"parent": str(inner.id)}).status_code == 409
    stale = alice.post(alice.url("prompts:folder-rename", outer.id), {"name": "x", "seen": "old"})
    assert stale.status_code == 409 and "meanwhile" in text_of(stale)


def test_the_star_works_with_and_without_scripts(alice: Person) -> None:
    prompt = make_prompt(alice)
    url = alice.url("prompts:prompt-favourite", prompt.id)
    star = alice.post(url, {"on": "1"}, **HTMX)
    assert 'aria-pressed="true"' in text_of(star) and "<html" not in text_of(star)
    page = text_of(alice.get(alice.url("prompts:prompt-list") + "?favourites=1"))
    assert prompt.title in page and "your favourites" in page
    plain = alice.post(url, {"on": "0", "back": "q=x"})
    assert plain.status_code == 302 and plain.url == alice.url("prompts:prompt-list") + "?q=x"
    assert "No prompt matches" in text_of(alice.get(alice.url("prompts:prompt-list") + "?favourites=1"))


def test_one_prompts_folder_and_tags(alice: Person) -> None:
    prompt, folder, tag = make_prompt(alice), folder_of(alice), tag_of(alice)
    url = alice.url("prompts:prompt-organise", prompt.id)
    fields = {"folder": str(folder.id), "tag": [str(tag.id)], "new_tags": "one, two"}
    assert alice.post(url, fields).status_code == 302
    with alice.inside():
        assert Prompt.objects.get().folder_id == folder.id
        assert [each.name for each in library.tags_of([prompt.id])[prompt.id]] == ["one", "two", "urgent"]
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert f'<option value="{folder.id}" selected>' in page
    refused = alice.post(url, {"folder": "", "new_tags": "x" * 41})
    assert refused.status_code == 422 and "x" * 41 in text_of(refused)
    with alice.inside():
        assert Prompt.objects.get().folder_id == folder.id  # both or neither
    assert alice.post(url, {"folder": str(unknown_id())}).status_code == 404


def test_a_member_deletes_only_what_they_made(alice: Person, bob: Person) -> None:
    folder, tag = folder_of(alice), tag_of(alice)
    member = bob.join(alice, Role.MEMBER)
    assert member.post(member.url("prompts:folder-delete", folder.id)).status_code == 403
    assert member.post(member.url("prompts:tag-delete", tag.id)).status_code == 403
    assert "Delete" not in text_of(member.get(member.url("prompts:library-show")))


def test_others_learn_nothing(alice: Person, bob: Person, anonymous: Person) -> None:
    folder, tag, prompt = folder_of(alice), tag_of(alice), make_prompt(alice)
    ids = {"folder-rename": folder, "folder-move": folder, "folder-delete": folder, "tag-change": tag}
    ids |= {"tag-delete": tag, "prompt-favourite": prompt, "prompt-organise": prompt}
    for name, row in ids.items():
        foreign = bob.post(bob.url(f"prompts:{name}", row.id), {"name": "x"})
        unknown = bob.post(bob.url(f"prompts:{name}", unknown_id()), {"name": "x"})
        assert foreign.status_code == 404 and same_page(foreign, unknown)
        assert bob.post(alice.url(f"prompts:{name}", row.id)).status_code == 404
        assert alice.get(alice.url(f"prompts:{name}", row.id)).status_code == 405
        assert "login" in anonymous.post(alice.url(f"prompts:{name}", row.id)).url
    page = text_of(bob.get(bob.url("prompts:library-show")))
    assert "Support" not in page and "urgent" not in page
    assert bob.get(alice.url("prompts:library-show")).status_code == 404


def test_every_colour_has_its_class() -> None:
    css = (PACKAGE / "static" / "css" / "library.css").read_text()
    assert all(f".tag.{colour} {{" in css for colour in TagColour.values if colour != TagColour.GREY)
