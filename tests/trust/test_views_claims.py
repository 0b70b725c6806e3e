"""The trust center: everybody reads it, it shows red when red, and whoever wants proves it now."""

import re
import threading
from pathlib import Path

import orjson
import pytest
from django.utils.html import escape

from promptassay.core import threads
from promptassay.trust import downloads, services
from promptassay.trust.bundle import verify
from promptassay.trust.claims import CLAIMS
from promptassay.trust.probes import PROBES, loopback
from promptassay.trust.probes.loopback import Visitor
from tests.events import events
from tests.house.source import PACKAGE
from tests.people import Person
from tests.trust.conftest import Written
from tests.trust.serving import Server

STREAM = {"Accept": "text/event-stream"}
pytestmark = pytest.mark.usefixtures("committed", "web")


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
    assert 'data-island="trust/verify-page"' in page
    assert f"promptassay trust verify promptassay-evidence.json --key {services.signer().key_id}" in page


def test_a_script_watches_a_proof_run(anonymous: Person) -> None:
    (*lines, (last, html)) = events(anonymous.client.post("/trust/proofs/isolation-sql", {}, headers=STREAM))
    assert {name for name, _ in lines} == {"line"} and last == "done"
    told = [words for _, words in lines]
    assert told[0].startswith("isolation-sql begins, in build ") and told[-1].startswith("held: entry 1, ")
    assert sum(words.startswith("prompts_version: ") for words in told) == 1 and len(told) > 20
    assert html.lstrip().startswith('<div id="now"') and "It held." in html and "<html" not in html
    again = events(anonymous.client.post("/trust/proofs/isolation-sql", {}, headers=STREAM))
    assert [name for name, _ in again] == ["done"] and "This is the last run" in again[0][1]


def test_whoever_watches_while_another_proof_runs_is_told_so(anonymous: Person) -> None:
    with services._one_at_a_time:
        ((name, problem),) = events(anonymous.client.post("/trust/proofs/custody-seal", {}, headers=STREAM))
    assert name == "error" and problem["message"] == "A proof is running at this moment."


def test_a_claim_has_its_page(anonymous: Person) -> None:
    for claim in CLAIMS:
        page = anonymous.get(f"/trust/claims/{claim.id}").content.decode()
        assert escape(claim.title) in page and claim.words_hash in page and "Its past" in page


def test_a_claim_tells_when_it_was_red_and_why(anonymous: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    services.prove("custody-seal")
    with monkeypatch.context() as broken:
        broken.setattr("promptassay.trust.probes.custody.unseal", lambda *_: None)
        services.prove("custody-seal")
    assert "Red since" in anonymous.get("/trust").content.decode()
    services.prove("custody-seal")
    page = anonymous.get("/trust/claims/custody").content.decode()
    assert "Red once in 1 day on record" in page and "a seal gave way to" in page and "did not hold" in page
    (lapse,) = next(each for each in anonymous.get("/trust.json").json()["claims"] if each["id"] == "custody")["lapses"]
    assert (lapse["verdict"], lapse["entry"]) == ("failed", 2) and lapse["ended_at"] > lapse["began_at"]


TEMPLATES = (
    "claim_list", "claim_show", "proof_show", "proof_rows", "lowered", "past", "hallmarks", "state", "control_row",
)  # fmt: skip
# The sentences that these templates bring by themselves: how to read the page, and no promise of the product.
FRAME = (Path(__file__).parent / "frame.txt").read_text("utf-8").splitlines()


def _sentences(template: str) -> list[str]:
    """Three words or more up to a full stop; what the page puts in is "_", and what stands in tags is left out."""
    text = re.sub(r"{#.*?#}|{%.*?%}", " ", template, flags=re.DOTALL)
    text = re.sub(r"{{.*?}}", "_", text)
    text = re.sub(r"</?(?:a|b|code|span|time)\b[^>]*>", "", text)
    pieces = (each for block in re.split(r"<[^>]*>", text) for each in re.split(r"(?<=[.!?:])\s", block))
    plain = (" ".join(each.split()) for each in pieces)
    return [each for each in plain if len(re.findall(r"[A-Za-z]+", each)) >= 3]


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_sentence_stands_on_the_page_without_a_claim(name: str) -> None:
    template = (PACKAGE / "templates" / "trust" / f"{name}.html").read_text("utf-8")
    assert [each for each in _sentences(template) if each not in FRAME] == []
    promise = "<p>We never sell your data.</p>"
    assert [each for each in _sentences(f"{template}{promise}") if each not in FRAME] == ["We never sell your data."]


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


def test_a_proof_that_asks_this_process_needs_none_of_its_threads(
    web: str, served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread is left to serve with: the one that a probe would take, if it had none of its own."""
    monkeypatch.setattr(threads, "_pool", served.pool)
    monkeypatch.setattr(loopback, "_ANSWER_S", 60.0)
    release = threading.Event()
    busy = [served.pool.submit(release.wait, 60) for _ in range(served.threads - 1)]
    try:
        with Visitor() as visitor:
            answer = visitor.ask("POST", "/trust/proofs/roles-http")
    finally:
        release.set()
    assert answer.status == 200 and "It held." in answer.body
    assert all(each.result() for each in busy)
