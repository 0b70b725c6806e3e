"""The table of rights by HTTP: it holds on a whole product, and a missing check, name or door turns it red."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from promptassay.core import errors
from promptassay.core.tenancy import with_workspace
from promptassay.prompts.models import Prompt
from promptassay.trust import services
from promptassay.trust.models import Evidence
from promptassay.trust.probes import Canaries, findings
from promptassay.trust.probes.addresses import addresses
from promptassay.trust.probes.findings import SHARES
from promptassay.workspaces import access, actor
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability, Role, allows

pytestmark = pytest.mark.usefixtures("pair", "web")

WITHHELD = [each for each in addresses() if not allows(Role.MEMBER, each.ability)]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a member may not do, and little else, in the first share."""
    chosen = [each for each in addresses() if each.route in ("prompts:dashboard", "prompts:prompt-archive")]
    spread = [each for address in chosen for each in [address] * SHARES]
    monkeypatch.setattr(findings, "addresses", lambda: (*spread, *WITHHELD))
    monkeypatch.setattr(findings, "next_share", lambda _: 1)


def _prove() -> Evidence:
    return services.prove("roles-http")


def test_the_table_holds_at_every_address() -> None:
    runs = [_prove() for _ in range(SHARES)]
    assert [(run.verdict, run.found) for run in runs] == [("held", "")] * SHARES
    assert {run.counts["requests beyond the role"] for run in runs} == {len(WITHHELD)} and len(WITHHELD) >= 16
    assert sum(run.counts["requests of nobody"] for run in runs) == len(addresses())
    assert all(run.counts["pages within the role"] >= 5 for run in runs)


def _one_check_is_missing(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    real = Actor.can
    patch.setattr(Actor, "can", lambda self, ability: ability == Ability.AUDIT_READ or real(self, ability))


def _a_refusal_names_nothing(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    class Silent(errors.Forbidden):
        def __init__(self, ability: str) -> None:
            super().__init__("something")

    patch.setattr(actor, "Forbidden", Silent)


def _what_is_refused_is_done(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    real = access.enter

    def enter(*given: Any) -> Actor:
        found = real(*given)
        if found.role == Role.MEMBER:
            _write_elsewhere(pair)
        return found

    patch.setattr(access, "enter", enter)


def _write_elsewhere(pair: Canaries) -> None:
    """In a transaction that the refusal does not undo."""
    import threading

    from django.db import connection

    def write() -> None:
        with with_workspace(pair.b):
            Prompt.objects.update(description=Prompt.objects.values_list("description", flat=True)[0] + "!")
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


def _nobody_comes_in(pair: Canaries, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(access, "sign_in_first", lambda _: HttpResponse("Welcome."))


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("sabotage", "said"),
    [
        (_one_check_is_missing, "GET workspaces:audit-show answered 200 to a member without audit.read"),
        (_a_refusal_names_nothing, "answered 403 to a member without workspace.settings"),
        (_what_is_refused_is_done, "rows changed in prompts_prompt although refused"),
        (_nobody_comes_in, "GET prompts:dashboard answered 200 to somebody who is not signed in"),
    ],
)
def test_a_missing_check_turns_it_red(
    pair: Canaries,
    sabotage: Callable[[Canaries, pytest.MonkeyPatch], None],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        sabotage(pair, patch)
        run = _prove()
    assert run.verdict == "failed" and said in run.found, run.found


@pytest.mark.usefixtures("few")
def test_where_everything_is_refused_nothing_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Actor, "can", lambda *_: False)
    run = _prove()
    assert run.verdict == "error" and "did not open" in run.found and "GET workspaces:audit-show" in run.found
