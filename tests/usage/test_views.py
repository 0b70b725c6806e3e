"""The usage page: sums, the chart, and who sees whose calls."""

from uuid import uuid4

from promptassay.usage.views import CHART_HEIGHT, bars
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.usage.factories import make_call


def test_page_sums_calls_tokens_and_cost(alice: Person) -> None:
    make_call(alice)
    make_call(alice, days_ago=3, purpose="run", model="gpt-large", status="rate_limited", cost_usd=None)
    make_call(alice, days_ago=31, input_tokens=5_000_000)
    response = alice.get(alice.url("usage:usage-show"))
    page = response.content.decode()
    whole = response.context["whole"]
    assert (whole.calls, whole.input_tokens, whole.output_tokens) == (2, 200, 20)
    assert "$0.25" in page
    assert response.context["failed"] == 1
    for name in ("gpt-test", "gpt-large", "Playground", "Suite runs", "alice@example.com"):
        assert name in page
    assert "5,000,000" not in page
    assert page.count("<rect") == 30
    assert "style=" not in page


def test_page_without_calls_teaches(alice: Person) -> None:
    page = alice.get(alice.url("usage:usage-show")).content.decode()
    assert "No calls in the last 30 days" in page
    assert alice.url("prompts:prompt-list") in page


def test_member_sees_their_own_calls_only(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    make_call(alice, model="gpt-secret-plan")
    make_call(member, model="gpt-mine")
    own = member.get(member.url("usage:usage-show"))
    page = own.content.decode()
    assert own.context["whole"].calls == 1
    assert "gpt-mine" in page
    assert "gpt-secret-plan" not in page
    assert "alice@example.com" not in page
    assert alice.get(alice.url("usage:usage-show")).context["whole"].calls == 2


def test_bars_fit_and_a_day_with_calls_is_never_invisible() -> None:
    drawn = bars([("2026-01-01", 0), ("2026-01-02", 1), ("2026-01-03", 1000)])
    assert [bar.height for bar in drawn] == [0, 2, CHART_HEIGHT]
    assert [bar.y + bar.height for bar in drawn] == [CHART_HEIGHT] * 3
    assert bars([("2026-01-01", 0)])[0].height == 0


def test_other_workspaces_look_like_none(alice: Person, bob: Person) -> None:
    make_call(alice)
    foreign = bob.get(alice.url("usage:usage-show"))
    unknown = bob.get(bob.url("usage:usage-show", workspace_id=uuid4()))
    assert foreign.status_code == unknown.status_code == 404
    assert bob.get(bob.url("usage:usage-show")).context["whole"].calls == 0


def test_page_is_only_read_and_needs_an_account(alice: Person, anonymous: Person) -> None:
    assert alice.post(alice.url("usage:usage-show")).status_code == 405
    assert anonymous.get(alice.url("usage:usage-show")).headers["Location"].startswith("/accounts/login/")
