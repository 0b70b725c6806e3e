"""Who uses a fragment: prompts and fragments, pinned or not, directly or through others."""

from promptassay.fragments.queries import reached_from, where_used
from promptassay.prompts.services import archive_prompt, move_label
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import make_prompt


def test_users_with_version_pin_label_and_way(alice: Person) -> None:
    make_fragment(alice, "text", slug="tone")
    make_fragment(alice, "${fragment:tone}", slug="policy", title="Policy")
    direct = make_prompt(alice, "${fragment:tone}", "${fragment:tone} more", title="Direct")
    make_prompt(alice, "${fragment:tone@1}", title="Pinned")
    make_prompt(alice, "${fragment:policy}", title="Indirect")
    make_prompt(alice, "${fragment:tone}", "no more", title="Was")
    with alice.inside():
        move_label(alice.actor, direct, name="production", number=1)
        lines = [
            (line.kind.value, line.title, line.number, line.pin, line.is_current, line.labels, line.through)
            for line in where_used("tone")
        ]
    assert lines == [
        ("version", "Direct", 2, 0, True, (), ()),
        ("version", "Pinned", 1, 1, True, (), ()),
        ("fragment", "Policy", 1, 0, True, (), ()),
        ("version", "Direct", 1, 0, False, ("production",), ()),
        ("version", "Was", 1, 0, False, (), ()),
        ("version", "Indirect", 1, 0, True, (), ("policy",)),
    ]


def test_archived_prompts_are_marked(alice: Person) -> None:
    make_fragment(alice, "text", slug="tone")
    prompt = make_prompt(alice, "${fragment:tone}")
    with alice.inside():
        archive_prompt(alice.actor, prompt)
        assert [line.is_archived for line in where_used("tone")] == [True]


def test_an_older_version_reaches_only_those_pinned_to_it(alice: Person) -> None:
    make_fragment(alice, "text", slug="tone")
    make_fragment(alice, "${fragment:tone}", "nothing", slug="outer")
    make_fragment(alice, "${fragment:outer@1}", slug="by-pin")
    make_fragment(alice, "${fragment:outer}", slug="by-name")
    with alice.inside():
        assert reached_from([("tone", 0)]) == {
            ("tone", 0): (),
            ("outer", 1): ("outer@1",),
            ("by-pin", 1): ("by-pin@1", "outer@1"),
            ("by-pin", 0): ("by-pin", "outer@1"),
        }
