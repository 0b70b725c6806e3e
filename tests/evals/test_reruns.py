"""A changed fragment: the suites of the prompts that change are offered with calls and cost, and run on demand."""

import re
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from promptassay.evals.models import Run, Suite
from promptassay.evals.queries.runs import fragments_used
from promptassay.fragments.models import Fragment
from promptassay.fragments.queries import get_fragment, latest_version
from promptassay.workspaces.permissions import Role
from tests.evals.factories import add_case, finish_run, make_run, make_suite
from tests.evals.questions import text_of
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import make_prompt
from tests.providers.factories import make_key


@pytest.fixture
def fragment(alice: Person) -> Fragment:
    return make_fragment(alice, "Be brief.")


def suite_for(person: Person, text: str, name: str, **fields: Any) -> Suite:
    """A suite with two cases of a prompt with this text."""
    prompt = make_prompt(person, text, title=f"Prompt of {name}")
    with person.inside():
        return make_suite(person.actor, prompt, name=name, **fields)


def look(person: Person, fragment: Fragment, text: str, **more: Any) -> Any:
    url = person.url("fragments:version-save", fragment.id)
    return person.post(url, {"text": text, "base": "1", **more})


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_only_suites_of_prompts_that_change_are_offered_with_what_they_cost(alice: Person, fragment: Fragment) -> None:
    key = make_key(alice)
    paid = suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Paid", model_refs=[f"{key.id}/gpt-4o"])
    suite_for(alice, "Sort {{ticket}}.", "Untouched")
    suite_for(alice, "${fragment:tone@1} Sort {{ticket}}.", "Pinned")
    suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Empty", cases=0)
    answer = look(alice, fragment, "Be warm. " * 200)
    offered = answer.context["reruns"]
    assert [(each.suite_name, each.number, each.calls, each.problem) for each in offered] == [("Paid", 1, 2, "")]
    assert offered[0].suite_id == paid.id and offered[0].models == ("gpt-4o",)
    assert not offered[0].cost_is_whole, "answers of gpt-4o are not known yet"
    short = look(alice, fragment, "Be warm.").context["reruns"][0]
    assert offered[0].cost > short.cost > 0, "the text counts as it will be"
    page = text_of(answer)
    assert f'value="{paid.id}"' in page and "2 calls, at least $" in page and "on <span" in page


def test_what_cannot_run_says_why(alice: Person, fragment: Fragment) -> None:
    suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Golden")
    suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "No model", model_refs=[])
    answer = look(alice, fragment, "Write for {{audience}}.")
    problems = {each.suite_name: each.problem for each in answer.context["reruns"]}
    assert "no value for a variable" in problems["Golden"] and "No model was chosen" in problems["No model"]
    assert 'name="rerun"' not in text_of(answer)


def test_what_is_ticked_runs_with_the_new_text_and_says_what_for(alice: Person, fragment: Fragment) -> None:
    wanted = suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Wanted")
    suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Unwanted")
    other = suite_for(alice, "Sort {{ticket}}.", "Untouched")
    page = text_of(look(alice, fragment, "Be warm."))
    answer = look(alice, fragment, "Be warm.", confirmed="1", seen=seen(page), rerun=[str(wanted.id), str(other.id)])
    assert answer.status_code == 302 and answer.headers["Location"] == alice.url("evals:run-list")
    with alice.inside():
        run = Run.objects.get()
        assert (run.suite_id, run.total) == (wanted.id, 2)
        assert run.config["reason"] == {"fragment": "tone", "number": 2}
        used = fragments_used(run, run.config["versions"][0]["id"])
        assert [(each["slug"], each["number"]) for each in used] == [("tone", 2)]
        assert latest_version(get_fragment(fragment.id)).text == "Be warm."
        assert ProcrastinateJob.objects.get().args["run_id"] == str(run.id)
        finish_run(run, {})
    assert "1 run started" in text_of(alice.get(alice.url("evals:run-list")))
    assert "tone v2</a>" in text_of(alice.get(alice.url("evals:run-show", run.id)))


def test_nothing_runs_before_it_is_confirmed_or_without_a_tick(alice: Person, fragment: Fragment) -> None:
    suite = suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Golden")
    page = text_of(look(alice, fragment, "Be warm.", rerun=[str(suite.id)]))
    assert re.search(rf'value="{suite.id}"[^>]* checked', page), "the tick is kept"
    with alice.inside():
        assert not Run.objects.exists()
    look(alice, fragment, "Be warm.", confirmed="1", seen=seen(page))
    with alice.inside():
        assert not Run.objects.exists()


def test_restoring_can_run_again_too(alice: Person) -> None:
    fragment = make_fragment(alice, "Be brief.", "Be warm.")
    suite = suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Golden")
    url = alice.url("fragments:version-restore", fragment.id, 1)
    page = text_of(alice.post(url, {"base": "2"}))
    assert f'value="{suite.id}"' in page
    alice.post(url, {"base": "2", "confirmed": "1", "seen": seen(page), "rerun": [str(suite.id)]})
    with alice.inside():
        assert Run.objects.get().config["reason"] == {"fragment": "tone", "number": 3}


def test_the_newest_version_that_changes_is_the_one_that_runs(alice: Person, fragment: Fragment) -> None:
    suite = suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Golden")
    with alice.inside():
        add_case(alice.actor, suite, {"ticket": "x"}, position=5)
        finish_run(make_run(alice.actor, suite), {})
    offered = look(alice, fragment, "Be warm.").context["reruns"]
    assert (offered[0].number, offered[0].cases, offered[0].cost_is_whole) == (1, 3, True)


def test_strangers_and_nonsense(alice: Person, bob: Person, fragment: Fragment) -> None:
    suite = suite_for(alice, "${fragment:tone} Sort {{ticket}}.", "Golden")
    theirs = suite_for(bob, "Sort {{ticket}}.", "Theirs")
    page = text_of(look(alice, fragment, "Be warm."))
    assert look(alice, fragment, "Be warm.", rerun="nonsense").status_code == 404
    look(alice, fragment, "Be warm.", confirmed="1", seen=seen(page), rerun=[str(theirs.id)])
    for person in (alice, bob):
        with person.inside():
            assert not Run.objects.exists()
    member = bob.join(alice, Role.MEMBER)
    again = text_of(member.post(member.url("fragments:version-save", fragment.id), {"text": "Be kind.", "base": "2"}))
    assert f'value="{suite.id}"' in again, "a member may use the workspace's keys"
