"""Prompts whose model stops answering: named on the home page, with the run that tries the replacement."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from promptassay.evals.dashboard import retiring_card
from promptassay.evals.models import Suite
from promptassay.evals.retiring import Threatened, threatened
from promptassay.prompts.models import Prompt
from promptassay.providers import retirements
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import record_list
from tests.evals.factories import make_prompt, make_suite
from tests.people import Person
from tests.providers.factories import infos, make_key

# gpt-5 retires on 11 December 2026.
DAY = date(2026, 12, 11)


class Frozen(retirements.datetime):  # type: ignore[name-defined, misc]
    """A clock that stands still seventeen days before that day."""

    @classmethod
    def now(cls, tz: object = None) -> "Frozen":
        return cls(2026, 11, 24)


@pytest.fixture(autouse=True)
def before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retirements, "datetime", Frozen)


@pytest.fixture
def key(alice: Person) -> ProviderKey:
    key = make_key(alice)
    with alice.inside():
        record_list(alice.actor, key.id, result="ok", models=infos("gpt-5", "gpt-6.1-sol", "gpt-5.2"))
    return key


def aimed(person: Person, key: ProviderKey, title: str = "Sort tickets", model: str = "gpt-5") -> Prompt:
    prompt = make_prompt(person.actor, title=title, texts=("One {{ticket}}.", "Two {{ticket}}."))
    Prompt.objects.filter(pk=prompt.id).update(target_model=f"{key.id}/{model}")
    return prompt


def query(line: Threatened, at: int = 0) -> dict[str, list[str]]:
    return parse_qs(line.trials[at].query)


def test_a_prompt_is_named_with_the_run_of_its_newest_version_on_both_models(alice: Person, key: ProviderKey) -> None:
    with alice.inside():
        prompt = aimed(alice, key)
        suite = make_suite(alice.actor, prompt, name="Golden")
        make_suite(alice.actor, prompt, name="Empty", cases=0)
        aimed(alice, key, "Safe", "gpt-5.2")
        lines = threatened()
        assert [line.prompt.title for line in lines] == ["Sort tickets"]
        assert lines[0].is_target and lines[0].retirement.on == DAY
        assert [trial.suite.id for trial in lines[0].trials] == [suite.id]
        newest = prompt.versions.get(number=2)
        models = [f"{key.id}/gpt-5", f"{key.id}/gpt-6.1-sol"]
        assert query(lines[0]) == {"versions": [str(newest.id)], "models": models}


def test_a_suite_s_own_model_and_judge_count_too(alice: Person, key: ProviderKey) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, title="By suite"), model_refs=[f"{key.id}/gpt-5"])
        judged = make_suite(alice.actor, make_prompt(alice.actor, title="By judge"))
        Suite.objects.filter(pk=judged.id).update(judge=f"{key.id}/gpt-5")
        archived = make_suite(alice.actor, make_prompt(alice.actor), model_refs=[f"{key.id}/gpt-5"])
        Suite.objects.filter(pk=archived.id).update(archived_at=suite.created_at)
        lines = threatened()
        assert [(line.prompt.title, line.is_target, line.suites) for line in lines] == [
            ("By judge", False, [judged]),
            ("By suite", False, [suite]),
        ]


def test_a_retired_model_is_not_run_any_more(alice: Person, key: ProviderKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Frozen, "now", classmethod(lambda cls, tz=None: cls(2026, 12, 11)))
    with alice.inside():
        make_suite(alice.actor, aimed(alice, key))
        (line,) = threatened()
        assert line.retirement.state == "retired"
        assert query(line)["models"] == [f"{key.id}/gpt-6.1-sol"]


def test_nothing_is_said_where_nothing_happens(alice: Person, bob: Person, key: ProviderKey) -> None:
    with alice.inside():
        aimed(alice, key, model="gpt-5.2")
        make_suite(alice.actor)
        assert threatened() == [] and retiring_card(alice.actor) is None
        assert DAY - timedelta(days=17) == date(2026, 11, 24)
    with bob.inside():
        assert threatened() == []


def test_the_home_page_leads_to_the_form_with_everything_chosen(alice: Person, key: ProviderKey) -> None:
    with alice.inside():
        prompt = aimed(alice, key)
        suite = make_suite(alice.actor, prompt, name="Golden")
    page = alice.get(alice.url("prompts:dashboard")).content.decode()
    assert "Models that retire" in page and "retires on 11 December 2026" in page and "gpt-6.1-sol" in page
    link = page.partition(f"{alice.url('evals:run-create', suite.id)}?")[2].partition('"')[0].replace("&amp;", "&")
    form = alice.get(f"{alice.url('evals:run-create', suite.id)}?{link}").content.decode()
    for reference in (f"{key.id}/gpt-5", f"{key.id}/gpt-6.1-sol"):
        assert f'value="{reference}"' in form
        assert "checked" in form.partition(f'value="{reference}"')[2].partition(">")[0]
    assert "tokens in" in form and "at least $" in form, "what it costs stands there before it runs"
    assert urlsplit(link).path


def test_the_workbench_says_so_near_the_model(alice: Person, key: ProviderKey) -> None:
    with alice.inside():
        prompt = aimed(alice, key)
        suite = make_suite(alice.actor, prompt)
    replacement = alice.url("evals:replacement-show", prompt.id)
    for name in ("prompts:prompt-show", "prompts:playground-show"):
        page = alice.get(alice.url(name, prompt.id)).content.decode()
        assert "retires on 11 December 2026" in page and replacement in page
    note = alice.url("prompts:model-note")
    said = alice.get(f"{note}?model={key.id}/gpt-5&prompt={prompt.id}").content.decode()
    assert "retires on" in said and replacement in said
    assert "retires on" not in alice.get(f"{note}?model={key.id}/gpt-5.2&prompt={prompt.id}").content.decode()
    assert alice.get(f"{note}?model={key.id}/gpt-5&prompt=nonsense").status_code == 404
    answer = alice.get(f"{replacement}?model={key.id}/gpt-5")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{alice.url('evals:run-create', suite.id)}?versions=")


def test_with_several_suites_people_choose(alice: Person, bob: Person, anonymous: Person, key: ProviderKey) -> None:
    with alice.inside():
        prompt = aimed(alice, key)
        make_suite(alice.actor, prompt, name="First")
        make_suite(alice.actor, prompt, name="Second")
        bare = aimed(alice, key, "Bare")
        safe = aimed(alice, key, "Safe", "gpt-5.2")
    page = alice.get(alice.url("evals:replacement-show", prompt.id)).content.decode()
    assert "First" in page and "Second" in page and "gpt-6.1-sol" in page
    assert "no suite with cases yet" in alice.get(alice.url("evals:replacement-show", bare.id)).content.decode()
    assert "Nothing retires here" in alice.get(alice.url("evals:replacement-show", safe.id)).content.decode()
    assert alice.post(alice.url("evals:replacement-show", prompt.id)).status_code == 405
    assert bob.get(alice.url("evals:replacement-show", prompt.id)).status_code == 404
    assert bob.get(bob.url("evals:replacement-show", prompt.id)).status_code == 404
    assert anonymous.get(alice.url("evals:replacement-show", prompt.id)).status_code == 302
