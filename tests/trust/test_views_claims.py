"""The trust center: everybody reads it, it shows red when red, and whoever wants proves it now."""

import orjson
import pytest

from promptassay.trust import services
from promptassay.trust.bundle import verify
from promptassay.trust.claims import CLAIMS
from promptassay.trust.probes import PROBES
from tests.people import Person

pytestmark = pytest.mark.usefixtures("committed")


def test_page_tells_every_claim_and_nothing_is_green_before_it_ran(anonymous: Person, alice: Person) -> None:
    for who in (anonymous, alice):
        page = who.get("/trust").content.decode()
        assert all(each.title in page for each in CLAIMS)
        assert "proven</span>" not in page and "unproven in this build" in page and "not offered" in page


def test_a_round_makes_it_green_and_a_failing_proof_red(anonymous: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    services.prove_all()
    before = _states(anonymous)
    assert {before[name] for name in ("isolation", "custody")} == {"proven"}
    monkeypatch.setattr("promptassay.trust.probes.custody.unseal", lambda *_: None)
    services.prove("custody-seal")
    page = anonymous.get("/trust").content.decode()
    assert page.count('class="claim failing"') == 1 and "a seal gave way to" in page
    assert _states(anonymous) == {**before, "custody": "failing"} and before["sso"] == "not offered"


def _states(person: Person) -> dict[str, str]:
    return {each["id"]: each["state"] for each in person.get("/trust.json").json()["claims"]}


def test_anybody_proves_it_now_downloads_the_evidence_and_checks_it(anonymous: Person) -> None:
    for proof_id in PROBES:
        page = anonymous.post(f"/trust/proofs/{proof_id}", {}).content.decode()
        assert "It held." in page or "There is nothing to try yet." in page
        assert "This is the last run" in anonymous.post(f"/trust/proofs/{proof_id}", {}).content.decode()
    answer = anonymous.get("/trust/evidence.json")
    assert "promptassay-evidence.json" in answer.headers["Content-Disposition"]
    report = verify(answer.content, key_id=anonymous.get("/trust.json").json()["key"])
    assert report.is_whole and report.entries == len(PROBES)
    changed = orjson.loads(answer.content)
    changed["evidence"][0]["counts"]["tables"] = 1
    assert not verify(orjson.dumps(changed)).is_whole


def test_a_proof_shows_its_runs(anonymous: Person) -> None:
    assert "It has not run here yet." in anonymous.get("/trust/proofs/custody-seal").content.decode()
    run = services.prove("custody-seal")
    page = anonymous.get("/trust/proofs/custody-seal").content.decode()
    assert run.hash[:12] in page and "tests/trust/probes/test_custody.py" in page


@pytest.mark.parametrize("path", ["/trust/proofs/nothing", "/trust/proofs/"])
def test_what_is_not_there(anonymous: Person, path: str) -> None:
    assert anonymous.get(path).status_code == 404
    assert anonymous.post(path, {}).status_code == 404


@pytest.mark.parametrize("path", ["/trust", "/trust.json", "/trust/evidence.json"])
def test_other_methods_are_refused(anonymous: Person, path: str) -> None:
    assert anonymous.post(path, {}).status_code == 405
