"""Which share of all addresses a run takes, and that none is skipped for want of a value."""

import pytest

from promptassay.trust.models import Evidence
from promptassay.trust.probes import addresses, findings
from promptassay.trust.probes.findings import SHARES, next_share
from tests.house.test_walls import CALLS


@pytest.mark.parametrize(
    ("verdict", "share", "build", "expected"),
    [
        ("held", 1, "this", 2),
        ("held", SHARES, "this", 1),
        ("failed", 3, "this", 3),
        ("error", 3, "this", 3),
        ("held", 3, "another", 1),
        ("failed", SHARES + 2, "this", SHARES),
    ],
)
def test_a_share_that_did_not_hold_is_tried_again_until_it_does(
    verdict: str, share: int, build: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "build", lambda: "this")
    assert next_share(Evidence(build=build, counts={"share": share}, verdict=verdict)) == expected


def test_the_first_run_takes_the_first_share() -> None:
    assert next_share(None) == 1


def test_no_address_is_left_out() -> None:
    """Held against another walk over the URL table."""
    assert {(each.route, each.method) for each in addresses.addresses()} == {
        (route.name, method) for route, method in CALLS
    }
    assert addresses.without_values(addresses.addresses()) == []


def test_a_name_without_a_value_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    short = {name: find for name, find in addresses._VALUES.items() if name != "comment_id"}
    monkeypatch.setattr(addresses, "_VALUES", short)
    assert addresses.without_values(addresses.addresses()) == ["comment_id"]
