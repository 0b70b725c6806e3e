"""The register of the dashboard's cards."""

import pytest

from promptassay.prompts import dashboard
from tests.people import Person


def test_cards_come_in_order_and_silence_is_no_card(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "_sources", {})
    dashboard.contribute("late", lambda actor: dashboard.Card("late", "x.html"), order=2)
    dashboard.contribute("none", lambda actor: None, order=1)
    dashboard.contribute("early", lambda actor: dashboard.Card("early", "x.html"), order=1)
    assert [card.title for card in dashboard.cards(alice.actor)] == ["early", "late"]
