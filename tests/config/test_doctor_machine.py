"""What doctor says of the legal documents and the security contact, from the settings alone."""

from promptassay.config import doctor_machine
from promptassay.config.environment import read
from promptassay.config.findings import Finding
from tests.browser.product import OPERATOR

CONTACT = {"PROMPTASSAY_SECURITY_CONTACT": "security@northwind-assay.test"}


def _look(variables: dict[str, str]) -> dict[str, Finding]:
    environment, problems = read(variables)
    assert not problems
    return {found.id: found for found in doctor_machine._legal(environment)}


def test_nobody_said_anything() -> None:
    found = _look({})
    assert found["legal"].state == "info" and "PROMPTASSAY_OPERATOR_NAME" in found["legal"].mend
    assert found["security_contact"].state == "info" and "security.txt" in found["security_contact"].summary


def test_a_gap_is_a_warning_that_names_document_and_setting() -> None:
    found = _look({**OPERATOR, **CONTACT, "PROMPTASSAY_OPERATOR_LAW": "TODO"})["legal"]
    assert found.state == "warning" and found.summary.endswith("details: terms.")
    assert found.mend == "Set PROMPTASSAY_OPERATOR_LAW"


def test_all_said_is_well() -> None:
    assert {found.state for found in _look({**OPERATOR, **CONTACT}).values()} == {"ok"}
