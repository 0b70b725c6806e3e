"""Every account page stands in the table of doors, and behaves as it says there."""

from typing import Any

import pytest
from django.urls import reverse

from promptassay.accounts.doors import DOORS
from promptassay.accounts.urls import urlpatterns
from promptassay.core.doors import door_of
from tests.people import Person

ARGUMENTS: dict[str, list[Any]] = {
    "account_confirm_email": ["unknown"],
    "account_reset_password_from_key": ["1", "unknown"],
    "usersessions_end": [1],
}


def test_table_and_urls_name_the_same_pages() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(DOORS)
    for pattern in urlpatterns:
        door = door_of(pattern.callback)
        if door is not None:
            assert door.kind == DOORS[str(pattern.name)][0]
    assert all(kind in ("public", "account") and reason.endswith(".") for kind, reason in DOORS.values())


@pytest.mark.parametrize("name", sorted(DOORS))
def test_strangers_get_in_where_the_table_says_so(alice: Person, anonymous: Person, name: str) -> None:
    path = reverse(name, args=ARGUMENTS.get(name, []))
    for response in (anonymous.get(path), anonymous.post(path)):
        sent_away = response.status_code == 302 and response.headers["Location"].startswith("/accounts/login/?next=")
        assert sent_away or response.status_code == 405 or DOORS[name][0] == "public"
        assert response.status_code < 500
