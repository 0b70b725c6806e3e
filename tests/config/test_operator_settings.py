"""The operator's details from the environment: read, trimmed, or refused with the variable's name."""

from datetime import date

import pytest

from promptassay.config.environment import read

ALL = {
    "PROMPTASSAY_OPERATOR_NAME": "  Northwind   Assay OÜ ",
    "PROMPTASSAY_OPERATOR_EMAIL": "privacy@northwind.test",
    "PROMPTASSAY_LEGAL_EFFECTIVE": "2026-12-01",
    "PROMPTASSAY_SECURITY_CONTACT": "mailto:security@northwind.test",
}


def test_details_are_read() -> None:
    environment, problems = read(ALL)
    assert not problems
    operator = environment.operator
    assert operator.name == "Northwind Assay OÜ" and operator.effective == date(2026, 12, 1)
    assert operator.security_uri == "mailto:security@northwind.test" and operator.law == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROMPTASSAY_OPERATOR_EMAIL", "not an address"),
        ("PROMPTASSAY_OPERATOR_EMAIL", "a@b.test, c@d.test"),
        ("PROMPTASSAY_OPERATOR_NAME", "x" * 301),
        ("PROMPTASSAY_OPERATOR_ADDRESS", "bell\x07"),
        ("PROMPTASSAY_LEGAL_EFFECTIVE", "soon"),
        ("PROMPTASSAY_LEGAL_EFFECTIVE", "2026-02-30"),
        ("PROMPTASSAY_SECURITY_CONTACT", "http://northwind.test"),
        ("PROMPTASSAY_SECURITY_CONTACT", "https://northwind.test/\nExpires: 2099-01-01T00:00:00Z"),
        ("PROMPTASSAY_SECURITY_CONTACT", "javascript:alert(1)"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name(name: str, value: str) -> None:
    _, problems = read({name: value})
    assert [problem.name for problem in problems] == [name]
