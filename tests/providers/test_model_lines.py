"""The page of models: what each key can call, with what is known of it, and who uses it."""

from datetime import date
from decimal import Decimal

import pytest

from promptassay.evals.models import Suite
from promptassay.prompts.models import Prompt
from promptassay.providers.model_lines import SORTS, ModelLine, found, list_models, ordered
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import record_list, set_own_models
from promptassay.providers.wire import ModelInfo
from promptassay.workspaces.permissions import Role
from tests.evals.factories import make_prompt, make_suite
from tests.people import Person
from tests.providers.factories import infos, make_key

TODAY = date(2026, 11, 24)


@pytest.fixture
def key(alice: Person) -> ProviderKey:
    """A key whose list changed once: gpt-4 went, gpt-6.1-sol came."""
    key = make_key(alice)
    with alice.inside():
        record_list(alice.actor, key.id, result="ok", models=infos("gpt-4", "gpt-5"))
        later = [ModelInfo("gpt-5", "Five", 272_000, 64_000), *infos("gpt-6.1-sol")]
        record_list(alice.actor, key.id, result="ok", models=later)
        set_own_models(alice.actor, key.id, names=["mine"])
    return key


def lines(person: Person, today: date = TODAY) -> dict[str, ModelLine]:
    with person.inside():
        return {line.choice.model: line for line in list_models(today)}


def test_a_line_says_what_is_known_and_where_from(alice: Person, key: ProviderKey) -> None:
    all_lines = lines(alice)
    assert set(all_lines) == {"gpt-4", "gpt-5", "gpt-6.1-sol", "mine", "demo-small", "demo-large"}
    five = all_lines["gpt-5"]
    assert (five.facts.context_tokens, five.facts.max_output_tokens) == (272_000, 64_000), "the list beats ours"
    assert five.facts.from_provider == {"context_tokens", "max_output_tokens"}
    assert five.facts.input_usd_per_mtok == Decimal("1.25") and five.listed.title == "Five"
    assert "tools" in five.abilities and "temperature" in five.refused
    assert five.retirement is not None and five.retirement.replacement is not None
    assert five.retirement.replacement.model == "gpt-6.1-sol"
    assert all_lines["gpt-4"].listed.gone is not None and all_lines["mine"].is_own
    assert all_lines["demo-small"].facts.input_usd_per_mtok == 0


def test_a_model_is_new_for_two_weeks(alice: Person, key: ProviderKey) -> None:
    with alice.inside():
        stored = ProviderKey.objects.get(pk=key.id)
        stored.listed["gpt-6.1-sol"]["since"] = "2026-11-20"
        stored.save(update_fields=["listed"])
    assert lines(alice)["gpt-6.1-sol"].is_new
    assert not lines(alice, date(2026, 12, 4))["gpt-6.1-sol"].is_new


def test_prompts_and_suites_stand_with_the_models_they_use(alice: Person, key: ProviderKey) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor, title="Sort tickets")
        Prompt.objects.filter(pk=prompt.id).update(target_model=f"{key.id}/gpt-5")
        suite = make_suite(alice.actor, prompt, name="Golden", model_refs=[f"{key.id}/gpt-4"])
        Suite.objects.filter(pk=suite.id).update(judge=f"{key.id}/unlisted")
        archived = make_prompt(alice.actor, title="Old")
        Prompt.objects.filter(pk=archived.id).update(target_model=f"{key.id}/gpt-5", archived_at=prompt.updated_at)
    all_lines = lines(alice)
    assert [user.title for user in all_lines["gpt-5"].users] == ["Sort tickets"]
    assert [user.title for user in all_lines["gpt-4"].users] == ["Golden"]
    assert [user.title for user in all_lines["unlisted"].users] == ["Golden"], "used without being in any list"


def test_search_filters_and_order(alice: Person, key: ProviderKey) -> None:
    every = list(lines(alice).values())
    assert [line.choice.model for line in found(every, q="GPT five")] == ["gpt-5"]
    assert [line.choice.model for line in found(every, show="gone")] == ["gpt-4"]
    assert {line.choice.model for line in found(every, show="retiring")} == {"gpt-4", "gpt-5"}
    assert {line.choice.model for line in found(every, key_name="team", show="all")} == {"gpt-5", "gpt-6.1-sol", "mine"}
    for name in SORTS:
        up, down = ordered(every, name), ordered(every, f"-{name}")
        known = [line for line in up if SORTS[name](line) is not None]
        assert [SORTS[name](line) for line in known] == sorted(SORTS[name](line) for line in known)
        assert {line.choice.model for line in up} == {line.choice.model for line in down} == set(lines(alice))
        assert all(SORTS[name](line) is None for line in down[len(known) :]), "what is not known comes last"


def test_the_page(alice: Person, bob: Person, key: ProviderKey) -> None:
    url = alice.url("providers:model-list")
    page = alice.get(url).content.decode()
    for part in ("gpt-5", "from the provider", "272,000", "11 Dec 2026", "gpt-6.1-sol", "named by hand", "$1.25"):
        assert part in page
    assert "gpt-4<" not in page, "what is gone stands by itself"
    gone = alice.get(f"{url}?show=gone").content.decode()
    assert "gpt-4<" in gone
    results = alice.get(f"{url}?q=sol&sort=-context", headers={"HX-Request": "true"}).content.decode()
    assert "gpt-6.1-sol" in results and "<html" not in results and "gpt-5<" not in results
    assert alice.get(f"{url}?sort=nonsense&show=nonsense&key=nonsense&page=x").status_code == 200
    assert "No model here" in alice.get(f"{url}?q=zzz").content.decode()
    member = bob.join(alice, Role.MEMBER)
    theirs = member.get(member.url("providers:model-list")).content.decode()
    assert "gpt-5" in theirs and "api.openai.com" not in theirs


def test_the_page_without_a_key_teaches_how_to_begin(alice: Person) -> None:
    page = alice.get(alice.url("providers:model-list")).content.decode()
    assert "No provider key yet" in page and "demo-small" in page
