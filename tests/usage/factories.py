"""Counted calls for tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from promptassay.usage.models import ModelCall
from tests.people import Person


def make_call(person: Person, *, days_ago: int = 0, **fields: Any) -> ModelCall:
    """One successful call by this person, some days ago."""
    values: dict[str, Any] = {
        "purpose": "playground",
        "provider": "openai",
        "model": "gpt-test",
        "input_tokens": 100,
        "output_tokens": 10,
        "cost_usd": Decimal("0.25"),
        "status": "ok",
        **fields,
    }
    with person.inside():
        return ModelCall.objects.create(
            workspace_id=person.workspace.id,
            user_id=person.user.pk,
            at=datetime.now(UTC) - timedelta(days=days_ago),
            **values,
        )
