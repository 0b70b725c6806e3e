"""The trust center: everybody reads it, it shows red when red, and whoever wants proves it now."""

import orjson
import pytest

from promptassay.trust import downloads, services
from promptassay.trust.bundle import verify
from promptassay.trust.claims import CLAIMS
from promptassay.trust.probes import PROBES
from tests.people import Person
from tests.trust.conftest import Written

pytestmark = pytest.mark.usefixtures("committed")


def test_page_tells_every_claim_and_nothing_is_green_before_it_ran(anonymous: Person, alice: Person) -> None:
    for who in (anonymous, alice):
        page = who.get("/trust").content.decode()
        assert all(each.title in page for each in CLAIMS)
        assert "proven</span>" not in page and "unproven in this build" in page and "not offered" in page


def test_a_round_makes_it_green_and_a_failing_proof_red(
    anonymous: Person, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    written()
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


def test_a_download_is_made_once_for_each_entry(anonymous: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    services.prove("custody-seal")
    for path, make in (("/trust/evidence.json", "make_bundle"), ("/trust/evidence.oscal.json", "assessment_results")):
        first = anonymous.get(path)
        assert first.headers["Cache-Control"] == "public, no-cache"
        with monkeypatch.context() as patch:
            patch.setattr(downloads, make, None)  # whatever is made now falls over
            assert anonymous.get(path).content == first.content
            again = anonymous.get(path, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
        services.prove("custody-seal")
        other = anonymous.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert other.status_code == 200 and other.headers["ETag"] != first.headers["ETag"]


def test_a_gate_shows_its_tests_and_cannot_be_run_here(anonymous: Person, written: Written) -> None:
    page = anonymous.get("/trust/proofs/roles-doors").content.decode()
    assert "This build carries no results of its tests." in page and "Prove now" not in page
    assert "tests/house/test_doors.py::test_every_url_has_a_door" in page
    written()
    services.take_gates()
    assert "tripwires 2" in anonymous.get("/trust/proofs/roles-doors").content.decode()
    assert anonymous.post("/trust/proofs/roles-doors", {}).status_code == 404


def test_whoever_has_a_download_finds_how_to_check_it(anonymous: Person) -> None:
    page = anonymous.get("/trust/verify").content.decode()
    assert f"promptassay trust verify promptassay-evidence.json --key {services.signer().key_id}" in page


def test_a_proof_shows_its_runs(anonymous: Person) -> None:
    assert "It has not run here yet." in anonymous.get("/trust/proofs/custody-seal").content.decode()
    run = services.prove("custody-seal")
    page = anonymous.get("/trust/proofs/custody-seal").content.decode()
    assert run.hash[:12] in page and "tests/trust/probes/test_custody.py" in page


@pytest.mark.parametrize("path", ["/trust/proofs/nothing", "/trust/proofs/"])
def test_what_is_not_there(anonymous: Person, path: str) -> None:
    assert anonymous.get(path).status_code == 404
    assert anonymous.post(path, {}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/trust", "/trust.json", "/trust/evidence.json", "/trust/evidence.oscal.json", "/trust/verify"]
)
def test_other_methods_are_refused(anonymous: Person, path: str) -> None:
    assert anonymous.post(path, {}).status_code == 405
