"""Rules are silenced with a reason, in a prompt or in the workspace, and heard again; each leaves its record."""

import pytest
from django.db import IntegrityError, transaction

from promptassay.audit.models import Entry
from promptassay.core.errors import Conflict, Forbidden, NotFound, ValidationFailed
from promptassay.prompts import queries, services
from promptassay.prompts.models import LintSilence
from promptassay.prompts.services.silences import REASON_LIMIT
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_prompt

RULE = "vague-wording"


def _entries(*actions: str) -> list[tuple[str, str, str]]:
    found = Entry.objects.filter(action__in=actions).order_by("number")
    return [(each.action, each.data["rule"], each.data.get("reason", "")) for each in found]


def test_a_rule_is_silenced_in_a_prompt_and_heard_again(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        made = services.silence_rule(alice.actor, rule=RULE, reason="  Meant\nto be loose. ", prompt=prompt)
        assert (made.prompt_id, made.reason, made.silenced_by) == (prompt.id, "Meant to be loose.", alice.user.pk)
        services.hear_rule(alice.actor, rule=RULE, prompt=prompt)
        services.hear_rule(alice.actor, rule=RULE, prompt=prompt)
        assert not LintSilence.objects.exists()
        assert _entries("rule.silenced", "rule.heard") == [
            ("rule.silenced", RULE, "Meant to be loose."),
            ("rule.heard", RULE, ""),
        ]


def test_another_reason_takes_the_place_of_the_first(alice: Person) -> None:
    with alice.inside():
        for reason in ("One.", "Two.", "Two."):
            services.silence_rule(alice.actor, rule=RULE, reason=reason)
        assert [each.silence.reason for each in queries.silences_everywhere()] == ["Two."]
        assert [reason for _, _, reason in _entries("rule.silenced_everywhere")] == ["One.", "Two."]


def test_the_workspace_and_a_prompt_are_apart(alice: Person) -> None:
    prompt, other = make_prompt(alice, title="A"), make_prompt(alice, title="B")
    with alice.inside():
        services.silence_rule(alice.actor, rule=RULE, reason="Here.", prompt=prompt)
        services.silence_rule(alice.actor, rule="empty-message", reason="Everywhere.")
        services.hear_rule(alice.actor, rule=RULE)
        assert [(each.silence.rule, each.everywhere) for each in queries.silences_for(prompt)] == [
            ("empty-message", True),
            (RULE, False),
        ]
        assert [each.silence.rule for each in queries.silences_for(other)] == ["empty-message"]


@pytest.mark.parametrize("reason", ["", " \n", "\x00", "x" * (REASON_LIMIT + 1)])
def test_without_a_reason_nothing_is_silenced(alice: Person, reason: str) -> None:
    with alice.inside():
        with pytest.raises(ValidationFailed) as refused:
            services.silence_rule(alice.actor, rule=RULE, reason=reason)
        assert refused.value.details["reason"]
        assert not LintSilence.objects.exists()


def test_what_is_no_rule_is_not_found(alice: Person) -> None:
    with alice.inside(), pytest.raises(NotFound):
        services.silence_rule(alice.actor, rule="no-such-rule", reason="Because.")


def test_an_archived_prompt_stays_as_it_is(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
        with pytest.raises(Conflict):
            services.silence_rule(alice.actor, rule=RULE, reason="Because.", prompt=prompt)


def test_a_member_silences_in_a_prompt_and_not_in_the_workspace(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice)
    member = bob.join(alice, Role.MEMBER)
    with member.inside():
        services.silence_rule(member.actor, rule=RULE, reason="Because.", prompt=prompt)
        with pytest.raises(Forbidden, match="settings"):
            services.silence_rule(member.actor, rule=RULE, reason="Because.")
        with pytest.raises(Forbidden, match="settings"):
            services.hear_rule(member.actor, rule=RULE)


def test_the_database_keeps_one_silence_for_each_place(alice: Person) -> None:
    with alice.inside():
        first = services.silence_rule(alice.actor, rule=RULE, reason="Because.")
        with pytest.raises(IntegrityError), transaction.atomic():
            LintSilence.objects.create(
                workspace_id=first.workspace_id,
                rule=RULE,
                reason="Again.",
                silenced_by=first.silenced_by,
                silenced_at=first.silenced_at,
            )
