"""The assessment results are valid against NIST's own schema, whatever the state of the claims."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator

from promptassay.trust import services
from promptassay.trust.claims import CLAIMS
from tests.people import Person
from tests.trust.conftest import Written

pytestmark = pytest.mark.usefixtures("committed")
# NIST's file, public domain; see the README beside it.
SCHEMA = Path(__file__).parent / "schemas" / "oscal_assessment-results_schema.json"


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    """Its patterns name classes of Unicode, which Python's expressions spell otherwise."""
    text = SCHEMA.read_text("utf-8").replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d")
    assert "1.1.3/oscal-ar-schema.json" in text and r"\\p{" not in text
    return Draft7Validator(orjson.loads(text))


def results(person: Person) -> dict[str, Any]:
    answer = person.get("/trust/evidence.oscal.json")
    assert answer.headers["Content-Type"] == "application/json"
    found: dict[str, Any] = orjson.loads(answer.content)
    return found


def errors(schema: Draft7Validator, value: object) -> list[str]:
    return [f"{error.json_path}: {error.message}"[:200] for error in schema.iter_errors(value)]


@pytest.mark.usefixtures("web")
def test_it_is_valid_before_anything_ran_and_after(
    schema: Draft7Validator, anonymous: Person, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert errors(schema, results(anonymous)) == []
    written(roles_doors="failed")
    services.prove_all()
    monkeypatch.setattr("promptassay.trust.probes.custody.unseal", lambda *_: None)
    services.prove("custody-seal")
    found = results(anonymous)
    assert errors(schema, found) == []
    result = found["assessment-results"]["results"][0]
    status = {each["target"]["target-id"]: each["target"]["status"] for each in result["findings"]}
    assert set(status) == {each.id for each in CLAIMS}
    assert status["isolation"] == {"state": "satisfied", "reason": "pass"}
    assert status["custody"] == status["roles"] == {"state": "not-satisfied", "reason": "fail"}
    assert status["sso"] == {"state": "not-satisfied", "reason": "other"}
    observed = {each["uuid"]: each for each in result["observations"]}
    for finding in result["findings"]:
        for each in finding.get("related-observations", []):
            assert each["observation-uuid"] in observed
    gate = next(each for each in observed.values() if each["title"] == "roles-doors")
    assert "expires" not in gate and gate["remarks"].startswith("1 of 7 tests failed")
    assert all(re.search(r"Entry \d+ .* SHA-256 [0-9a-f]{64}", str(each)) for each in observed.values())


def test_the_schema_does_refuse(schema: Draft7Validator, anonymous: Person) -> None:
    found = results(anonymous)
    found["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "green"
    del found["assessment-results"]["import-ap"]
    assert len(errors(schema, found)) == 2
