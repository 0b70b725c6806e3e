"""Rules have pages, are silenced and heard again through the pages, and fixes end in a version that says so."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from promptassay.evals.models import Case
from promptassay.language.lint import RULES, apply
from promptassay.language.lint import prompt as sample
from promptassay.prompts import queries, services
from promptassay.prompts.models import LintSilence, Prompt
from promptassay.workspaces.permissions import Role
from tests.evals.factories import add_case, make_suite
from tests.people import Person
from tests.prompts.factories import draft_of, latest, make_prompt, same_page, text_of, typed, unknown_id

HTMX = {"HTTP_HX_REQUEST": "true"}
FETCH = {"HTTP_X_REQUESTED_WITH": "fetch", "HTTP_ACCEPT": "application/json"}
RULE = "vague-wording"
BAD = "Try to name hammers, saws, etc. for {{customer}}."
REASON = {"reason": "The tone is meant to be loose."}


def _inspect(person: Person, prompt: Prompt, *texts: str) -> str:
    return text_of(person.post(person.url("prompts:draft-inspect", prompt.id), typed(*texts), **HTMX))


def _marks(page: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.split("data-diagnostics>")[1].split("</div>")[0])
    return found


def _silences(person: Person) -> list[tuple[UUID | None, str, str]]:
    with person.inside():
        return list(LintSilence.objects.order_by("pk").values_list("prompt_id", "rule", "reason"))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_page(alice: Person, rule: str) -> None:
    page = text_of(alice.get(alice.url("prompts:rule-show", rule)))
    kind = RULES[rule]
    for sentence in (kind.rule.summary, kind.guide.keys[0][0] if kind.guide.keys else kind.guide.no_key):
        assert sentence in page
    assert page.count("<mark>") == sum(bool(bad.quote) for bad in kind.bad)
    assert "Silence it in the whole workspace" in page


def test_the_list_links_every_rule_and_says_which_are_silent(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        services.silence_rule(alice.actor, rule=RULE, reason="Loose <b>on</b> purpose.")
        services.silence_rule(alice.actor, rule="empty-message", reason="Filled later.", prompt=prompt)
    response = alice.get(alice.url("prompts:rule-list"))
    page = text_of(response)
    assert all(alice.url("prompts:rule-show", rule) in page for rule in RULES)
    assert "Loose &lt;b&gt;on&lt;/b&gt; purpose." in response.content.decode()
    assert "alice@example.com" in page and "Silent in 1 prompt." in page
    assert alice.url("prompts:rule-list") in text_of(alice.get(alice.url("workspaces:settings-show")))


def test_findings_are_listed_with_fixes_and_the_way_to_their_rule(alice: Person) -> None:
    prompt = make_prompt(alice, BAD)
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert "2 findings" in page and "§1, line 1" in page
    assert f'{alice.url("prompts:rule-show", RULE)}?prompt={prompt.id}"' in page
    assert ">Take it out</button>" in page
    assert [each["rule"] for each in _marks(page)] == [RULE, RULE]
    assert "Nothing to mend" in _inspect(alice, prompt, "Be kind to {{customer}}.")


def test_a_silent_rule_is_neither_marked_nor_counted(alice: Person) -> None:
    prompt = make_prompt(alice, BAD)
    response = alice.post(alice.url("prompts:prompt-silence", prompt.id, RULE), REASON, **FETCH)
    assert response.json() == {"text": "The rule is silent in this prompt."}
    page = _inspect(alice, prompt, BAD)
    assert _marks(page) == [] and "Nothing to mend" in page and "2 silenced, show" in page
    assert REASON["reason"] in page and "alice@example.com" in page
    heard = alice.post(alice.url("prompts:prompt-hear", prompt.id, RULE), **FETCH)
    assert heard.json() == {"text": "The rule speaks again in this prompt."}
    assert len(_marks(_inspect(alice, prompt, BAD))) == 2


def test_what_cannot_run_stays_marked_although_its_rule_is_silent(alice: Person) -> None:
    prompt = make_prompt(alice)
    alice.post(alice.url("prompts:rule-silence", "malformed-placeholder"), REASON, **FETCH)
    page = _inspect(alice, prompt, "Hello {{first name}}")
    assert [each["severity"] for each in _marks(page)] == ["error"] and "1 to mend" in page


def test_without_scripts_the_rules_page_silences_and_says_so(alice: Person) -> None:
    prompt = make_prompt(alice, title="Loose one")
    url = f"{alice.url('prompts:rule-show', RULE)}?prompt={prompt.id}"
    page = text_of(alice.get(url))
    assert "In “Loose one”" in page and alice.url("prompts:prompt-silence", prompt.id, RULE) in page
    response = alice.post(alice.url("prompts:prompt-silence", prompt.id, RULE), REASON)
    assert (response.status_code, response.headers["Location"]) == (302, url)
    assert "Silent in this prompt" in text_of(alice.get(url))
    everywhere = alice.post(alice.url("prompts:rule-silence", RULE), REASON)
    assert everywhere.headers["Location"] == alice.url("prompts:rule-show", RULE)
    assert _silences(alice) == [(prompt.id, RULE, REASON["reason"]), (None, RULE, REASON["reason"])]
    alice.post(alice.url("prompts:rule-hear", RULE))
    alice.post(alice.url("prompts:prompt-hear", prompt.id, RULE))
    assert _silences(alice) == []


@pytest.mark.parametrize("reason", ["", "x" * 301])
def test_a_reason_is_asked_for(alice: Person, reason: str) -> None:
    prompt = make_prompt(alice)
    for url in (alice.url("prompts:prompt-silence", prompt.id, RULE), alice.url("prompts:rule-silence", RULE)):
        page = alice.post(url, {"reason": reason})
        assert page.status_code == 422 and 'aria-invalid="true"' in text_of(page)
        assert not reason or reason in text_of(page)
        script = alice.post(url, {"reason": reason}, **FETCH)
        assert script.status_code == 422 and script.json()["error"]["details"]["reason"]
    assert _silences(alice) == []


def test_a_variable_goes_out_of_the_cases(alice: Person) -> None:
    prompt = make_prompt(alice, "Sort {{ticket}}.")
    with alice.inside():
        suite = make_suite(alice.actor, prompt)
        add_case(alice.actor, suite, {"mood": "kind", "ticket": "x"}, position=9)
    page = _inspect(alice, prompt, "Sort {{ticket}}.")
    assert "“mood” is fed by test cases" in page and 'name="name" value="mood"' in page
    url = alice.url("prompts:variable-drop", prompt.id)
    for name in ("", "nothing"):
        assert alice.post(url, {"name": name}).status_code == 404
    assert alice.post(url, {"name": "mood"}, **FETCH).json() == {"text": "The variable is out of 1 case."}
    with alice.inside():
        assert not Case.objects.filter(variables__has_key="mood").exists()
        add_case(alice.actor, suite, {"mood": "kind"}, position=10)
    response = alice.post(url, {"name": "mood"})
    assert response.headers["Location"] == alice.url("prompts:prompt-show", prompt.id) + "#pane-lint"


def _step_and_text(text: str) -> tuple[list[Any], str]:
    """The step that a page notes for the first fix, and the text after it."""
    context = sample(("system", text))
    found = next(each for each in RULES[RULE].find(context) if each.fixes)
    return [RULE, *found.span, found.fixes[0].title], apply(context.messages, found.fixes[0])[0].content


def test_a_version_after_nothing_but_fixes_says_so(alice: Person) -> None:
    prompt = make_prompt(alice, BAD)
    step, fixed = _step_and_text(BAD)
    form = typed(fixed, fixes=json.dumps([step]))
    alice.post(alice.url("prompts:draft-save", prompt.id), form, **FETCH)
    assert draft_of(alice, prompt).fixes == [step]  # type: ignore[union-attr]
    page = alice.get(alice.url("prompts:prompt-show", prompt.id)).content.decode()
    assert json.dumps(step, ensure_ascii=False, separators=(",", ":")).replace('"', "&quot;") in page
    saved = alice.post(alice.url("prompts:version-save", prompt.id), form, **HTMX)
    assert 'name="fixes" value="[]"' in saved.content.decode()
    assert latest(alice, prompt.id).change_source == "lint_fix"
    assert "Lint fix" in text_of(alice.get(alice.url("prompts:version-list", prompt.id)))


@pytest.mark.parametrize("fixes", ["", "[]", "nonsense", '[["vague-wording",0,0,6,"Write a lie"]]'])
def test_a_page_that_claims_fixes_is_not_believed(alice: Person, fixes: str) -> None:
    prompt = make_prompt(alice, BAD)
    _, fixed = _step_and_text(BAD)
    alice.post(alice.url("prompts:version-save", prompt.id), typed(fixed, fixes=fixes))
    assert latest(alice, prompt.id).change_source == "manual"


def test_a_fix_and_a_word_of_ones_own_is_saved_by_hand(alice: Person) -> None:
    prompt = make_prompt(alice, BAD)
    step, fixed = _step_and_text(BAD)
    alice.post(alice.url("prompts:version-save", prompt.id), typed(f"{fixed} Please.", fixes=json.dumps([step])))
    assert latest(alice, prompt.id).change_source == "manual"


def test_a_moved_message_keeps_the_noted_fixes(alice: Person) -> None:
    prompt = make_prompt(alice, BAD)
    step, fixed = _step_and_text(BAD)
    form = {**typed(fixed, "x", fixes=json.dumps([step])), "op": "remove-1"}
    page = text_of(alice.post(alice.url("prompts:draft-messages", prompt.id), form, **HTMX))
    assert f'name="fixes" value="{json.dumps([step], ensure_ascii=False, separators=(",", ":"))}"' in page


def test_inspecting_takes_a_fixed_number_of_statements(alice: Person) -> None:
    prompt = make_prompt(alice)
    _inspect(alice, prompt, "a")
    counts = []
    for texts in (("a",), ("a {{b}}", "c", "d " * 500)):
        with CaptureQueriesContext(connection) as statements:
            _inspect(alice, prompt, *texts)
        counts.append(len(statements))
    assert counts[0] == counts[1] < 12


def test_who_may_not(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    here = ("prompts:prompt-silence", prompt.id, RULE)
    for name, *ids in (here, ("prompts:prompt-hear", prompt.id, RULE), ("prompts:variable-drop", prompt.id)):
        mine = bob.post(bob.url(name, *ids), {**REASON, "name": "mood"})
        assert mine.status_code == 404
        assert same_page(mine, bob.post(bob.url(name, unknown_id(), *ids[1:]), {**REASON, "name": "mood"}))
        assert bob.post(alice.url(name, *ids), REASON).status_code == 404
        assert anonymous.post(alice.url(name, *ids), REASON).status_code == 302
        assert alice.get(alice.url(name, *ids)).status_code == 405
    for name in ("prompts:rule-silence", "prompts:rule-hear"):
        assert bob.post(alice.url(name, RULE), REASON).status_code == 404
        assert alice.get(alice.url(name, RULE)).status_code == 405
        assert alice.post(alice.url(name, "no-such-rule"), REASON).status_code == 404
    assert alice.get(alice.url("prompts:rule-show", "no-such-rule")).status_code == 404
    assert alice.post(alice.url("prompts:rule-list")).status_code == 405
    assert _silences(alice) == []


def test_a_member_sees_why_and_cannot_silence_for_all(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, BAD)
    with alice.inside():
        services.silence_rule(alice.actor, rule=RULE, reason="House rule.")
    member = bob.join(alice, Role.MEMBER)
    page = _inspect(member, prompt, BAD)
    assert "House rule." in page and alice.url("prompts:rule-hear", RULE) not in page
    assert "data-everywhere" not in _inspect(member, prompt, "Be kind.\u200b {{x y}}")
    assert "an owner or admin silences it" in text_of(member.get(member.url("prompts:rule-list")))
    assert member.post(member.url("prompts:rule-silence", RULE), REASON).status_code == 403
    assert member.post(member.url("prompts:prompt-silence", prompt.id, RULE), REASON).status_code == 302


def test_another_workspaces_prompt_in_the_query_is_no_prompt(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, title="Alices")
    url = bob.url("prompts:rule-show", RULE)
    pages = [bob.get(f"{url}{query}") for query in ("", f"?prompt={prompt.id}", f"?prompt={unknown_id()}", "?prompt=x")]
    assert all(same_page(pages[0], each) for each in pages[1:])
    with alice.inside():
        assert queries.get_prompt(prompt.id)
