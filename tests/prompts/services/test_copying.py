"""Copies into another workspace: the content and nothing else of where it came from, under that workspace's walls."""

import json
from collections.abc import Callable

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from promptassay.audit.models import Entry
from promptassay.core.errors import Forbidden, NotFound, ValidationFailed
from promptassay.prompts.content import content_of, hash_of
from promptassay.prompts.models import Prompt, Tagging, Version
from promptassay.prompts.services import bulk, copying, folders, save_version, tags, update_details
from promptassay.workspaces.permissions import Role
from tests import environment
from tests.estate import estate_rows
from tests.people import Person
from tests.prompts.factories import content, make_blank_prompt, make_key, make_prompt, unknown_id


@pytest.fixture
def both(alice: Person, bob: Person) -> tuple[Person, Person]:
    """Bob at home, and Bob as a member of Alice's workspace."""
    return bob, bob.join(alice, Role.MEMBER)


def fill(person: Person) -> Prompt:
    """A prompt with everything that may not come along: folder, tag, key, provenance, another's draft."""
    key = make_key(person, provider="openai")
    prompt = make_prompt(person, "first", "second", title="Triage")
    with person.inside():
        update_details(
            person.actor, prompt, title="Triage", prompt_type="system", description="d", target_model=f"{key.id}/gpt-x"
        )
        folders.file_prompt(person.actor, prompt, folder=folders.create_folder(person.actor, name="Secret folder"))
        tags.set_tags(person.actor, prompt, tags=[], new=["secret-tag"])
        save_version(
            person.actor, prompt, content=content("third"), base_version=2, provenance={"model": f"{key.id}/gpt-x"}
        )
        return Prompt.objects.get(pk=prompt.pk)


def test_the_latest_version_alone(both: tuple[Person, Person], alice: Person) -> None:
    home, member = both
    prompt = fill(alice)
    with member.inside():
        made = copying.copy_to_workspace(member.actor, [prompt.id], target_id=home.workspace.id)
        assert Prompt.objects.count() == 1  # back in the first workspace
    with home.inside():
        copy = Prompt.objects.get()
        version = Version.objects.get()
    assert made.workspace == home.workspace and made.prompt_ids == [copy.id]
    assert (copy.title, copy.description, copy.current_version) == ("Triage", "d", 1)
    assert (copy.target_model, copy.folder_id, copy.created_by) == ("", None, home.user.pk)
    assert (version.number, version.change_source, version.provenance) == (1, "import", None)
    assert version.messages[0]["content"] == "third"
    assert version.content_hash == hash_of(content_of(version))


def test_all_versions(both: tuple[Person, Person], alice: Person) -> None:
    home, member = both
    prompt = fill(alice)
    with member.inside():
        copying.copy_to_workspace(member.actor, [prompt.id], target_id=home.workspace.id, all_versions=True)
    with home.inside():
        assert Prompt.objects.get().current_version == 3
        rows = list(Version.objects.order_by("number").values_list("number", "parent_number", "author_id"))
    assert rows == [(1, None, home.user.pk), (2, 1, home.user.pk), (3, 2, home.user.pk)]


@pytest.mark.parametrize("all_versions", [False, True])
def test_nothing_else_of_the_source_is_in_the_target(committed: None, all_versions: bool) -> None:
    from tests.people import sign_up

    alice, home = sign_up("alice@example.com"), sign_up("bob@example.com")
    member = home.join(alice, Role.MEMBER)
    prompt = fill(alice)
    with member.inside():
        copying.copy_to_workspace(member.actor, [prompt.id], target_id=home.workspace.id, all_versions=all_versions)
    with psycopg.connect(environment.superuser_url(), autocommit=True) as raw:
        here = estate_rows(raw.cursor(), alice.workspace.id)
        there = estate_rows(raw.cursor(), home.workspace.id)
    text = json.dumps(there)
    ids = {str(row["id"]) for rows in here.values() for row in rows} | {str(alice.workspace.id), str(alice.user.pk)}
    assert not {each for each in ids if each in text}
    for name in ("Secret folder", "secret-tag", "alice@example.com", "gpt-x"):
        assert name not in text
    assert len(there["prompts_prompt"]) == 1 and not there["prompts_tagging"] and not there["prompts_folder"]


def test_both_audit_logs_say_it(both: tuple[Person, Person], alice: Person) -> None:
    home, member = both
    prompt = fill(alice)
    with member.inside():
        copying.copy_to_workspace(member.actor, [prompt.id], target_id=home.workspace.id)
        assert Entry.objects.order_by("-number")[0].action == "prompts.copied_out"
    with home.inside():
        entry = Entry.objects.order_by("-number")[0]
        assert (entry.action, entry.data["count"]) == ("prompts.copied_in", 1)


def test_only_where_one_belongs(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        errors = []
        for target in (bob.workspace.id, unknown_id()):
            with pytest.raises(NotFound) as refused:
                copying.copy_to_workspace(alice.actor, [prompt.id], target_id=target)
            errors.append(str(refused.value))
        assert errors[0] == errors[1]
        with pytest.raises(ValidationFailed):
            copying.copy_to_workspace(alice.actor, [prompt.id], target_id=alice.workspace.id)
        with pytest.raises(NotFound):
            copying.copy_to_workspace(alice.actor, [unknown_id()], target_id=bob.workspace.id)
    with bob.inside():
        assert not Prompt.objects.exists()


def test_it_is_all_or_nothing(both: tuple[Person, Person], alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    home, member = both
    prompt = make_prompt(alice)
    monkeypatch.setattr(
        "promptassay.workspaces.permissions.GRANTS", {Role.OWNER: frozenset(), Role.MEMBER: frozenset()}
    )
    with pytest.raises(Forbidden), member.inside():
        copying.copy_to_workspace(member.actor, [prompt.id], target_id=home.workspace.id)
    with home.inside():
        assert not Prompt.objects.exists()


def test_a_prompt_without_versions_takes_only_ones_own_draft(both: tuple[Person, Person], alice: Person) -> None:
    home, member = both
    prompt = make_blank_prompt(alice)
    with member.inside():
        copying.copy_to_workspace(member.actor, [prompt.id], target_id=home.workspace.id)
    with home.inside():
        assert Prompt.objects.get().current_version == 0


def test_composite_keys_hold(alice: Person, bob: Person) -> None:
    hers = make_prompt(alice)
    with alice.inside():
        folder = folders.create_folder(alice.actor, name="hers")
        tag = tags.create_tag(alice.actor, name="hers")
    his = make_prompt(bob)
    with bob.inside():
        for write in (
            lambda: Prompt.objects.filter(pk=his.pk).update(folder_id=folder.id),
            lambda: Tagging.objects.create(workspace_id=bob.workspace.id, prompt_id=his.pk, tag_id=tag.id),
            lambda: Tagging.objects.create(workspace_id=bob.workspace.id, prompt_id=hers.pk, tag_id=tag.id),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                _write_and_check(write)


def _write_and_check(write: Callable[[], object]) -> None:
    write()
    connection.check_constraints()


def test_a_bulk_choice_never_reaches_across(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice)
    with bob.inside(), pytest.raises(NotFound):
        bulk.archive_many(bob.actor, [prompt.id], archived=True)
