"""What a change would do, prompt by prompt, before it is done."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from promptassay.fragments.impact import PROMPTS_SHOWN, Affected, impact_of
from promptassay.language.words import Segment
from promptassay.prompts.services import move_label
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import make_prompt


def _words(each: Affected, kind: str) -> list[str]:
    assert each.comparison is not None
    segments: list[Segment] = [
        part for message in each.comparison.messages for row in message.rows for part in row.segments
    ]
    return [part.text for part in segments if part.kind == kind]


def test_every_prompt_that_resolves_to_another_text(alice: Person) -> None:
    tone = make_fragment(alice, "Be brief to {{who}}.", slug="tone")
    make_fragment(alice, "Policy. ${fragment:tone}", slug="policy")
    both = make_prompt(alice, "A: ${fragment:tone}", 'B: ${fragment:tone who="all"}', title="Direct")
    make_prompt(alice, "${fragment:policy}", title="Nested")
    make_prompt(alice, "${fragment:tone@1}", title="Pinned")
    make_prompt(alice, "${fragment:tone}", "without", title="Was")
    with alice.inside():
        move_label(alice.actor, both, name="production", number=1)
        found = impact_of(tone, "Be warm to {{who}}.")
    assert [(each.holder.prompt.title, each.holder.number, each.holder.labels) for each in found.affected] == [
        ("Direct", 2, ("latest",)),
        ("Direct", 1, ("production",)),
        ("Nested", 1, ("latest",)),
    ]
    assert found.affected[2].holder.through == ("policy",)
    for each in found.affected:
        assert (_words(each, "delete"), _words(each, "insert")) == (["brief"], ["warm"])
    assert [(each.prompt.title, each.pin) for each in found.left_alone] == [("Pinned", 1)]
    assert found.total == 3 and found.hidden == 0


def test_what_breaks_is_said(alice: Person) -> None:
    tone = make_fragment(alice, "Be brief.", slug="tone")
    make_prompt(alice, "${fragment:tone}")
    with alice.inside():
        assert (
            "no fragment “gone”. The references go tone → gone."
            in impact_of(tone, "${fragment:gone}").affected[0].trouble
        )
        assert "column 1 in tone" in impact_of(tone, "{{ bad").affected[0].trouble


def test_the_digest_follows_text_and_users(alice: Person) -> None:
    tone = make_fragment(alice, "Be brief.", slug="tone")
    make_prompt(alice, "${fragment:tone}")
    with alice.inside():
        digests = {impact_of(tone, text).digest for text in ("one", "one", "two")}
    make_prompt(alice, "${fragment:tone}", title="Another")
    with alice.inside():
        assert len(digests | {impact_of(tone, "one").digest}) == 3


def test_fifty_are_shown_and_all_are_counted_in_few_statements(alice: Person) -> None:
    tone = make_fragment(alice, "Be brief.", slug="tone")
    for number in range(PROMPTS_SHOWN + 3):
        make_prompt(alice, f"{number} ${{fragment:tone}}", title=f"Prompt {number}")
    with alice.inside(), CaptureQueriesContext(connection) as seen:
        found = impact_of(tone, "Be warm.")
    assert (len(found.affected), found.total, found.hidden) == (PROMPTS_SHOWN, PROMPTS_SHOWN + 3, 3)
    assert len(seen) < 20
