"""A fragment made of selected text: what the form shows, the reference it gives, refusals, and the six questions."""

from typing import Any

import pytest

from promptassay.fragments import queries
from promptassay.workspaces.permissions import Role
from tests.evals.questions import closed_to_anonymous, closed_to_others, only
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import text_of

HTMX = {"headers": {"HX-Request": "true"}}


def extract(person: Person, **data: str) -> Any:
    return person.post(person.url("fragments:fragment-extract"), data, **HTMX)


def test_the_form_shows_the_slots_of_the_selection(alice: Person) -> None:
    page = text_of(extract(alice, text="Write for {{audience}} in a {{tone|dry}} tone."))
    assert 'name="slot:audience"' in page and 'placeholder="dry"' in page
    assert "stays a variable of the prompt" in page and "new: the words" not in page
    assert 'name="had" value="audience tone"' in page


def test_a_slot_written_in_place_of_words_is_marked_as_new(alice: Person) -> None:
    page = text_of(extract(alice, text="For {{audience}}.", had="", part="slots", **{"slot:audience": "engineers"}))
    assert "new: the words that stood there" in page and 'value="engineers"' in page
    assert "<form" not in page


def test_the_fragment_is_made_and_its_reference_binds_what_was_given(alice: Person) -> None:
    data = {"slot:audience": 'the "good"\nones', "slot:tone": "", "slot:nobody": "x", "slot:no name": "x"}
    made = extract(alice, make="1", title="House voice", text="For {{audience}}, {{tone}}.\r\nDone.", **data)
    assert made.status_code == 201
    answer = made.json()
    assert answer["reference"] == '${fragment:house-voice audience="the \\"good\\"\\nones"}'
    with alice.inside():
        fragment = queries.get_fragment_by_slug("house-voice")
        assert queries.latest_version(fragment).text == "For {{audience}}, {{tone}}.\nDone."
    assert answer["url"] == alice.url("fragments:fragment-show", fragment.id)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"title": ""}, "A fragment needs a title."),
        ({"title": "a\u202eb"}, "U+202E"),
        ({"slug": "tone"}, "has this slug"),
        ({"slug": "No Good"}, "lower-case letters"),
        ({"text": "  "}, "The text is empty"),
        ({"text": "${fragment:voice}", "slug": "voice"}, "voice → voice"),
    ],
)
def test_refusals_bring_everything_typed_back(alice: Person, data: dict[str, str], said: str) -> None:
    make_fragment(alice, slug="tone")
    form = {"make": "1", "title": "Voice", "text": "<b>{{who}}</b>", "had": "who", "slot:who": "them"} | data
    response = extract(alice, **form)
    assert response.status_code == 422 and said in text_of(response)
    if "text" not in data:
        raw = response.content.decode()
        assert "&lt;b&gt;{{who}}&lt;/b&gt;</textarea>" in raw and 'value="them"' in raw
    with alice.inside():
        assert queries.fragment_count() == 1


def test_malformed_text_is_pointed_out_and_can_be_kept(alice: Person) -> None:
    assert "Line 1, column 4" in text_of(extract(alice, text="Hi {{name"))
    assert extract(alice, make="1", title="Open", text="Hi {{name").status_code == 201


def test_who_may(alice: Person, bob: Person, anonymous: Person) -> None:
    url = alice.url("fragments:fragment-extract")
    only({"post"}, url, alice)
    closed_to_anonymous(url, anonymous, post=True)
    closed_to_others("fragments:fragment-extract", (), alice, bob, post=True)
    member = bob.join(alice, Role.MEMBER)
    assert extract(member, make="1", title="Mine", text="x").status_code == 201
