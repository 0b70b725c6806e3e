"""The workbench page: the draft or the latest version, whole without scripts."""

from promptassay.prompts import services
from tests.people import Person
from tests.prompts.factories import content, make_blank_prompt, make_prompt, same_page, text_of, typed, unknown_id


def test_it_shows_text_settings_variables_and_history(alice: Person) -> None:
    prompt = make_prompt(alice)
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert "Sort the ticket {{ticket}}" in page
    assert 'name="var:ticket"' in page and 'name="var:product"' in page
    assert "The demo provider is not a language model" in page
    assert 'name="base" value="1"' in page
    assert f'hx-get="{alice.url("evals:suite-panel", prompt.id)}"' in page
    assert f'action="{alice.url("prompts:version-save", prompt.id)}"' in page


def test_a_leading_line_break_survives_the_textarea(alice: Person) -> None:
    prompt = make_prompt(alice, "\nsecond line")
    assert ">\n\nsecond line</textarea>" in text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))


def test_it_shows_the_draft_with_half_written_settings(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        services.save_draft(
            alice.actor, prompt, content=content("my draft {{"), base_version=1, revision=0,
            unfinished={"tools": "[{"},
        )  # fmt: skip
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert "my draft {{" in page and "[{</textarea>" in page
    assert "No JSON: line 1" in page and 'aria-invalid="true"' in page
    assert "1 place that cannot be resolved" in page
    assert "Discard draft" in page


def test_it_says_when_somebody_saved_since(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("mine"), base_version=1, revision=0, tab="a")
        services.save_version(alice.actor, prompt, content=content("theirs"), base_version=1)
    assert "v2 was saved since you began" in text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))


def test_a_new_prompt_starts_with_one_message(alice: Person) -> None:
    prompt = make_blank_prompt(alice)
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert 'name="content-0"' in page and "no version yet" in page


def test_who_may_not_see_it(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    foreign = bob.get(bob.url("prompts:prompt-show", prompt.id))
    assert foreign.status_code == 404
    assert same_page(foreign, bob.get(bob.url("prompts:prompt-show", unknown_id())))
    assert bob.get(alice.url("prompts:prompt-show", prompt.id)).status_code == 404
    assert anonymous.get(alice.url("prompts:prompt-show", prompt.id)).status_code == 302
    assert alice.post(alice.url("prompts:prompt-show", prompt.id)).status_code == 405


def test_two_megabytes_of_variables_are_counted_and_get_no_more_fields_than_fit(alice: Person) -> None:
    prompt = make_prompt(alice)
    text = "".join(f"{{{{v{number:x}}}}}" for number in range(210_000))
    assert 2_000_000 < len(text) < 2 * 1024 * 1024
    answer = alice.post(alice.url("prompts:draft-inspect", prompt.id), typed(text), headers={"HX-Request": "true"})
    page = text_of(answer)
    assert page.count('name="var:') == 200
    assert "209,800 more variables without a field" in page and "210000 variables" in page
    assert len(answer.content) < 100_000
    alice.post(alice.url("prompts:draft-save", prompt.id), typed(text))
    page = text_of(alice.get(alice.url("prompts:playground-show", prompt.id)))
    assert page.count('name="var:') == 200 and "209,800 more variables without a field" in page
    refused = alice.post(alice.url("prompts:draft-inspect", prompt.id), typed(text * 5), headers={"HX-Request": "true"})
    assert "2.0 MB fit" in text_of(refused) and len(refused.content) < 10_000
