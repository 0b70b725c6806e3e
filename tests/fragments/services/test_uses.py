"""References are noted with every version and draft, also those that copy others, and forgotten with drafts."""

from promptassay.fragments.models import FragmentUse
from promptassay.prompts import services
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import content, make_prompt


def _noted(person: Person) -> list[tuple[str, int, str, int]]:
    with person.inside():
        return sorted(FragmentUse.objects.values_list("slug", "pin", "user_kind", "number"))


def test_versions_drafts_and_fragments_are_noted(alice: Person) -> None:
    make_fragment(alice, "${fragment:deep@2} ${fragment:deep@2}", slug="tone")
    prompt = make_prompt(alice, '${fragment:tone} \\${fragment:literal} ${fragment:nobody a=""}', "plain")
    assert _noted(alice) == [
        ("deep", 2, "fragment", 1),
        ("nobody", 0, "version", 1),
        ("tone", 0, "version", 1),
    ]
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("${fragment:a@1}"), base_version=2, revision=0)
        services.save_draft(alice.actor, prompt, content=content("${fragment:b}"), base_version=2, revision=1)
    assert [row for row in _noted(alice) if row[2] == "draft"] == [("b", 0, "draft", 0)]
    with alice.inside():
        services.save_version(alice.actor, prompt, content=content("new"), base_version=2, tab="", revision=0)
        services.restore_version(alice.actor, prompt, number=1)
        services.discard_draft(alice.actor, prompt)
    assert [row for row in _noted(alice) if row[0] == "tone"] == [("tone", 0, "version", 1), ("tone", 0, "version", 4)]
    assert not [row for row in _noted(alice) if row[2] == "draft"]


def test_a_duplicate_is_noted(alice: Person) -> None:
    prompt = make_prompt(alice, "${fragment:tone}")
    with alice.inside():
        copy = services.duplicate_prompt(alice.actor, prompt)
        assert FragmentUse.objects.filter(slug="tone", user_id=copy.id).count() == 1
