"""The wall by HTTP: it holds on a whole product, whatever is asked, and each kind of hole turns the proof red."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings as running
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from promptassay.core import http
from promptassay.core.errors import AppError, NotFound
from promptassay.core.tenancy import with_workspace
from promptassay.evals.models import Suite
from promptassay.prompts import queries as prompts
from promptassay.prompts.models import Branch, Prompt
from promptassay.providers.models import ProviderKey
from promptassay.trust import claims, services
from promptassay.trust.models import Evidence
from promptassay.trust.probes import Canaries, Outcome, findings
from promptassay.trust.probes.addresses import addresses
from promptassay.trust.probes.findings import SHARES
from promptassay.workspaces import queries as workspaces
from promptassay.workspaces.models import Workspace
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.queries import Belonging
from tests import environment

pytestmark = pytest.mark.usefixtures("pair", "web")

FEW = ("prompts:dashboard", "prompts:prompt-show", "prompts:prompt-archive", "evals:run-cell")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many addresses as it takes to fall into a hole, all in the first share."""
    chosen = [each for each in addresses() if each.route in FEW]
    spread = [each for address in chosen for each in [address] * SHARES]
    monkeypatch.setattr(findings, "addresses", lambda: tuple(spread))
    monkeypatch.setattr(findings, "next_share", lambda _: 1)


def _prove() -> Evidence:
    return services.prove("isolation-http")


def _dump() -> dict[str, object]:
    """Everything but what is written of the proofs themselves."""
    with psycopg.connect(environment.superuser_url()) as superuser:
        names = superuser.execute("SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'").fetchall()
        hashed = "SELECT count(*), sum(hashtext(t::text)::bigint) FROM {} t"
        kept = [name for (name,) in names if not name.startswith("trust_")]
        return {name: superuser.execute(hashed.format(name)).fetchone() for name in kept}


def test_a_whole_wall_holds_at_every_address_and_nothing_is_left_behind(pair: Canaries) -> None:
    before = _dump()
    runs = [_prove() for _ in range(SHARES)]
    assert [(run.verdict, run.found) for run in runs] == [("held", "")] * SHARES
    assert [run.counts["share"] for run in runs] == [1, 2, 3, 4]
    assert sum(run.counts["addresses in this share"] for run in runs) == runs[0].counts["addresses"] == len(addresses())
    assert sum(run.counts["requests into the other workspace"] for run in runs) == len(addresses())
    assert sum(run.counts["own pages opened"] for run in runs) == sum(each.method == "GET" for each in addresses())
    assert sum(run.counts["requests at home with its ids"] for run in runs) >= 130
    assert _dump() == before


def _everybody_belongs(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    """The door lets everybody in."""

    def belonging(workspace_id: UUID, user_id: UUID) -> Belonging:
        found = Workspace.objects.filter(pk=workspace_id).first()
        if found is None:
            raise NotFound()
        return Belonging(found, Role.OWNER)

    patch.setattr(workspaces, "belonging", belonging)


def _a_view_reads_past_the_wall(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    real = prompts.get_prompt

    def get_prompt(prompt_id: UUID) -> Prompt:
        try:
            return real(prompt_id)
        except NotFound:
            with with_workspace(pair.b):
                return real(prompt_id)

    patch.setattr(prompts, "get_prompt", get_prompt)


def _a_refusal_tells_that_it_exists(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    real = workspaces.belonging

    def belonging(workspace_id: UUID, user_id: UUID) -> Belonging:
        try:
            return real(workspace_id, user_id)
        except NotFound:
            raise NotFound("You are no member.") if workspace_id == pair.b else NotFound() from None

    patch.setattr(workspaces, "belonging", belonging)


def _a_refusal_has_another_header(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    real = http.error_response

    def error_response(request: HttpRequest, error: AppError) -> HttpResponse:
        response = real(request, error)
        response.headers["X-Known"] = str(str(pair.b) in request.path)
        return response

    patch.setattr(http, "error_response", error_response)


def _what_is_refused_is_done(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    real = http.error_response

    def error_response(request: HttpRequest, error: AppError) -> HttpResponse:
        with with_workspace(pair.b):
            Prompt.objects.update(title=f"Canary {request.method}")
        return real(request, error)

    patch.setattr(http, "error_response", error_response)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("sabotage", "said"),
    [
        (_a_view_reads_past_the_wall, "GET prompts:prompt-show answered 200 for another workspace’s"),
        (_a_refusal_tells_that_it_exists, "GET prompts:dashboard tells another workspace’s from what does not exist"),
        (_a_refusal_has_another_header, "POST prompts:prompt-archive tells another workspace’s from"),
        (_what_is_refused_is_done, "rows changed in prompts_prompt although refused"),
        (_everybody_belongs, "GET evals:run-cell answered 200 for another workspace’s"),
    ],
)
def test_a_hole_turns_it_red(
    pair: Canaries,
    sabotage: Callable[[Canaries, pytest.MonkeyPatch], None],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        sabotage(pair, patch)
        run = _prove()
    assert run.verdict == "failed" and said in run.found, run.found
    assert run.counts["came through"] >= 1
    assert _prove().verdict == "held"


@pytest.mark.usefixtures("few")
def test_where_everything_is_refused_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    def belonging(*_: Any) -> Belonging:
        raise NotFound()

    monkeypatch.setattr(workspaces, "belonging", belonging)
    run = _prove()
    assert run.verdict == "error" and "GET prompts:dashboard" in run.found and "did not open" in run.found


def test_a_server_that_cannot_be_reached_is_no_proof(settings: Settings) -> None:
    settings.INTERNAL_URL = "http://127.0.0.1:9"
    run = _prove()
    assert run.verdict == "error" and "nobody listens there" in run.found
    assert "PROMPTASSAY_INTERNAL_URL" in run.found and "127.0.0.1" not in run.found


def test_a_hole_that_swallows_things_does_not_stay_red_for_ever(pair: Canaries) -> None:
    with with_workspace(pair.b):
        ProviderKey.objects.all().delete()
        Suite.objects.update(checks=[], archived_at=datetime.now(UTC))
        Branch.objects.update(closed_at=datetime.now(UTC))
        Prompt.objects.update(archived_at=datetime.now(UTC))
    found = claims.proof("isolation-http")
    assert found
    services.append(found[0], found[1], Outcome("failed"), started=datetime.now(UTC))
    assert _prove().verdict == "held"
    with with_workspace(pair.b):
        assert ProviderKey.objects.count() == 1 and Suite.objects.get().checks
        assert Branch.objects.filter(closed_at=None).count() == 1


@pytest.mark.usefixtures("few")
def test_the_probes_own_refusals_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert "without_probes" in running.LOGGING["loggers"]["django.request"]["filters"]
    _prove()
    assert [each for each in caplog.records if each.name == "django.request"] == []
