"""The command: what it refuses, what it prints, and its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from promptassay.config.commands import main as promptassay
from promptassay.trust.attack import command
from promptassay.trust.attack.command import Wanted
from promptassay.trust.attack.wire import CannotRun
from promptassay.workspaces.permissions import Scope
from tests.people import Person
from tests.trust.attack.target import DjangoTransport, a_wire, make_target
from tests.workspaces.apikeys.factories import make_api_key

pytestmark = pytest.mark.django_db
URL = "http://testserver"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The product in this process, without its limit, at every address."""
    monkeypatch.setattr(command, "HttpTransport", lambda url: DjangoTransport())
    monkeypatch.setattr(command, "Wire", lambda transport, rate, most: a_wire(transport, most=most))
    with override_settings(API_REQUESTS_PER_MINUTE=1_000_000):
        yield


def refused(wanted: Wanted) -> str:
    """Why the kit does not begin."""
    with pytest.raises(CannotRun) as refusal:
        command.main(wanted)
    return str(refusal.value)


def test_what_is_no_attack_is_refused(alice: Person, bob: Person, tmp_path: Path) -> None:
    _, key = make_api_key(alice)
    _, same = make_api_key(alice, name="same workspace")
    _, empty = make_api_key(bob)
    assert "--key-a gives no API key" in refused(Wanted(URL, "", key))
    assert "--key-b gives no API key" in refused(Wanted(URL, key, "env:NO_SUCH_VARIABLE"))
    assert "cannot be read" in refused(Wanted(URL, key, f"file:{tmp_path / 'nothing'}"))
    assert "Both keys are the same" in refused(Wanted(URL, key, key))
    assert "at most 5" in refused(Wanted(URL, key, empty, rate=6))
    assert "is not valid" in refused(Wanted(URL, key, "pa_live_" + "0" * 64))
    assert "is empty" in refused(Wanted(URL, key, empty))
    make_target(alice, bob)
    assert "the same workspace" in refused(Wanted(URL, key, same))
    _, narrow = make_api_key(bob, Scope.EVALS_RUN, name="narrow")
    assert "may not read anything" in refused(Wanted(URL, key, narrow))
    assert "may not write" in refused(
        Wanted(URL, key, make_api_key(bob, Scope.PROMPTS_READ, name="reader")[1], write=True)
    )


def test_a_report_in_words_and_as_json(
    alice: Person, bob: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = make_target(alice, bob)
    monkeypatch.setenv("KEY_A", target.key_a)
    (tmp_path / "b").write_text(f"{target.key_b}\n")
    words = ["trust", "attack", "--url", URL, "--key-a", "env:KEY_A", "--key-b", f"file:{tmp_path / 'b'}"]
    assert promptassay([*words, "--report", str(tmp_path / "report.json")]) == 0
    printed = capsys.readouterr().out
    assert "● Nothing came through." in printed and "B's ids in paths" in printed
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["verdict"], report["findings"]) == ("nothing came through", [])
    assert len(report["attacks"]) == 10
    for key in (target.key_a, target.key_b):
        assert key[8:16] not in printed + json.dumps(report)
    assert promptassay([*words, "--most", "60", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["stopped"].startswith("The 60 requests")


def test_a_dry_run_sends_one_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(Wanted(URL, dry_run=True)) == 0
    printed = capsys.readouterr().out
    assert "GET    /api/v1/prompts/{prompt_id}" in printed and "left out without --write" in printed
    assert command.main(Wanted(URL, dry_run=True, write=True)) == 0
    assert "writes into B" in capsys.readouterr().out


def test_what_comes_through_is_told_with_exit_code_1(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = make_target(alice, bob)
    monkeypatch.setattr(command, "ATTACKS", (("x", "an attack", lambda kit, tally: kit.found("GET /x", "seen")),))
    assert command.main(Wanted(URL, target.key_a, target.key_b)) == 1
    printed = capsys.readouterr().out
    assert "▼ 1 came through:" in printed and "GET /x" in printed and "security.txt" in printed


def test_the_other_acts_need_to_know_of_what(capsys: pytest.CaptureFixture[str]) -> None:
    assert promptassay(["trust", "verify"]) == 2
    assert "of what" in capsys.readouterr().err
