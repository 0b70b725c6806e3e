"""Which rules are silenced, where, and by whom."""

from promptassay.prompts import queries, services
from tests.people import Person
from tests.prompts.factories import make_prompt


def test_prompts_that_silence_a_rule_are_counted_while_they_are_in_use(alice: Person) -> None:
    one, two, gone = (make_prompt(alice, title=title) for title in ("One", "Two", "Gone"))
    with alice.inside():
        for prompt in (one, two, gone):
            services.silence_rule(alice.actor, rule="vague-wording", reason=f"In {prompt.title}.", prompt=prompt)
        services.silence_rule(alice.actor, rule="empty-message", reason="Everywhere.")
        services.archive_prompt(alice.actor, gone)
        assert queries.prompts_silencing() == {"vague-wording": 2}
        lines = queries.silences_of_rule("vague-wording", limit=10)
        assert [(each.silence.prompt.title, each.silence.reason, each.by) for each in lines if each.silence.prompt] == [
            ("Two", "In Two.", "alice@example.com"),
            ("One", "In One.", "alice@example.com"),
        ]
        assert queries.silences_of_rule("empty-message", limit=10) == []


def test_another_workspace_hears_everything(alice: Person, bob: Person) -> None:
    with alice.inside():
        services.silence_rule(alice.actor, rule="vague-wording", reason="Because.")
    prompt = make_prompt(bob)
    with bob.inside():
        assert queries.silences_for(prompt) == queries.silences_everywhere() == []
