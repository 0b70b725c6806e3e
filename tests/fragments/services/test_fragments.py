"""Fragments are made, described and deleted; one in use stays."""

import pytest

from promptassay.audit.models import Entry
from promptassay.core.errors import Forbidden, NotFound, ValidationFailed
from promptassay.fragments import queries, services
from promptassay.prompts.services import discard_draft, save_draft
from promptassay.workspaces.permissions import Role
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import content, make_blank_prompt, make_prompt


def test_a_fragment_begins_with_version_1(alice: Person) -> None:
    with alice.inside():
        made = services.create_fragment(alice.actor, title="Tone of voice", text="Be kind.")
        found = queries.get_fragment(made.id)
        assert (found.slug, found.current_version) == ("tone-of-voice", 1)
        assert queries.latest_version(found).text == "Be kind."
        again = services.create_fragment(alice.actor, title="Tone of Voice!", text="Be kinder.")
        assert again.slug == "tone-of-voice-2"
        assert [entry.action for entry in Entry.objects.order_by("number")][-2:] == ["fragment.created"] * 2


@pytest.mark.parametrize(
    ("title", "slug", "text", "field"),
    [
        ("", "tone", "x", "title"),
        ("x" * 121, "tone", "x", "title"),
        ("Tone", "Bad_Slug", "x", "slug"),
        ("Tone", "taken", "x", "slug"),
        ("Tone", "tone", "  \n", "text"),
        ("Tone", "tone", "a\x00b", "text"),
        ("Tone", "tone", "\ud800", "text"),
        ("Tone", "tone", "x" * (512 * 1024 + 1), "text"),
        ("Tone", "tone", "me: ${fragment:tone}", "text"),
    ],
)
def test_what_cannot_be_saved_is_said(alice: Person, title: str, slug: str, text: str, field: str) -> None:
    make_fragment(alice, "x", slug="taken")
    with alice.inside(), pytest.raises(ValidationFailed) as refused:
        services.create_fragment(alice.actor, title=title, slug=slug, text=text)
    assert field in refused.value.details


def test_making_a_missing_fragment_cannot_close_a_circle(alice: Person) -> None:
    make_fragment(alice, "${fragment:b}", slug="a")
    with alice.inside(), pytest.raises(ValidationFailed, match="b → a → b"):
        services.create_fragment(alice.actor, title="B", slug="b", text="${fragment:a}")


def test_a_slug_changes_only_while_nobody_refers_to_it(alice: Person) -> None:
    fragment = make_fragment(alice, "one", slug="tone")
    with alice.inside():
        services.update_details(alice.actor, fragment, title="Voice", slug="voice")
        assert queries.get_fragment(fragment.id).slug == "voice"
    make_prompt(alice, "${fragment:voice}")
    with alice.inside():
        services.update_details(alice.actor, fragment, title="Other title", slug="voice")
        with pytest.raises(ValidationFailed) as refused:
            services.update_details(alice.actor, fragment, title="Other title", slug="other")
        assert "slug" in refused.value.details


def test_an_unused_fragment_is_deleted_for_good(alice: Person) -> None:
    fragment = make_fragment(alice, "one", "two ${fragment:tone@1}", slug="tone")
    with alice.inside():
        services.delete_fragment(alice.actor, fragment)
        assert queries.find_fragment("tone") is None
        assert not queries.is_referenced("tone")
        last = Entry.objects.latest("number")
        assert (last.action, last.data["slug"], last.data["versions"]) == ("fragment.deleted", "tone", 2)
        with pytest.raises(NotFound):
            services.delete_fragment(alice.actor, fragment)


def test_a_fragment_in_use_names_its_users(alice: Person) -> None:
    fragment = make_fragment(alice, "one", slug="tone")
    prompt = make_prompt(alice, "${fragment:tone@1}", "without", title="Triage")
    make_fragment(alice, "${fragment:tone}", slug="outer", title="Outer")
    with alice.inside(), pytest.raises(services.FragmentInUse, match=r"“Outer”, “Triage”") as refused:
        services.delete_fragment(alice.actor, fragment)
    lines = {line.title: line for line in refused.value.users}
    # The old version counts: it can be restored.
    assert (lines["Triage"].id, lines["Triage"].number, lines["Triage"].is_current) == (prompt.id, 1, False)


def test_a_draft_holds_a_fragment_until_it_is_gone(alice: Person) -> None:
    fragment = make_fragment(alice, "one", slug="tone")
    prompt = make_blank_prompt(alice)
    with alice.inside():
        save_draft(alice.actor, prompt, content=content("${fragment:tone}"), base_version=0, revision=0)
        with pytest.raises(services.FragmentInUse):
            services.delete_fragment(alice.actor, fragment)
        discard_draft(alice.actor, prompt)
        services.delete_fragment(alice.actor, fragment)


def test_a_member_deletes_only_their_own(alice: Person, bob: Person) -> None:
    guest = bob.join(alice, Role.MEMBER)
    hers, his = make_fragment(alice, "one", slug="hers"), make_fragment(guest, "one", slug="his")
    with alice.inside():
        with pytest.raises(Forbidden):
            services.delete_fragment(guest.actor, hers)
        services.delete_fragment(guest.actor, his)
