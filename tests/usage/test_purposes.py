"""Purposes have words on the pages of both ledgers."""

from promptassay.assist.panels import PANELS
from promptassay.providers.services import open_key
from promptassay.usage.purposes import title_of
from tests.people import Person
from tests.prompts.factories import make_key
from tests.usage.factories import make_call


def test_every_panel_has_its_words() -> None:
    assert title_of("critique") == "Critique panel" and title_of("cases") == "Propose cases"
    assert all(title_of(name) != name for name in (*PANELS, "playground", "run", "judge", "test", "models"))
    assert title_of("something older") == "something older"


def test_both_pages_say_what_calls_were_for(alice: Person) -> None:
    make_call(alice, purpose="rewrite")
    assert "Rewrite panel" in alice.get(alice.url("usage:usage-show")).content.decode()
    key = make_key(alice, provider="openai")
    with alice.inside():
        open_key(alice.actor, key.id, purpose="brainstorm")
    for page in (alice.url("providers:ledger-show"), alice.url("providers:key-show", key.id)):
        assert "Brainstorm panel" in alice.get(page).content.decode()
