"""The checks of legal texts and of security.txt: whole texts hold, a gap and a made-up address turn red."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from promptassay.trust import services
from promptassay.trust.legal import contacts, documents, publishing
from promptassay.trust.legal.operator import Operator
from promptassay.trust.legal.publishing import Published
from tests.people import Person
from tests.trust.legal.conftest import OPERATOR

pytestmark = pytest.mark.usefixtures("committed", "gates_held")


@pytest.fixture(autouse=True)
def published(settings: Settings) -> None:
    """The operator has said everything."""
    settings.OPERATOR = OPERATOR


def state_of(person: Person, claim: str) -> str:
    states: dict[str, str] = {each["id"]: each["state"] for each in person.get("/trust.json").json()["claims"]}
    return states[claim]


def test_whole_documents_hold(anonymous: Person) -> None:
    run = services.prove("legal-whole")
    assert (run.verdict, run.found) == ("held", "")
    assert run.counts["published"] == len(documents.KINDS) and run.counts["held back"] == 0
    assert state_of(anonymous, "legal") == "proven"


@pytest.mark.parametrize("gap", ["{name}", "[Company]", "<your name>", "TODO", "lorem ipsum"])
def test_a_placeholder_in_the_privacy_policy_turns_red(
    monkeypatch: pytest.MonkeyPatch, anonymous: Person, gap: str
) -> None:
    publish = publishing.publish

    def careless(kind: documents.Kind) -> Published:
        found = publish(kind)
        return replace(found, text=f"{found.text}\nWrite to {gap}.") if kind.id == "privacy" else found

    monkeypatch.setattr(publishing, "publish", careless)
    run = services.prove("legal-whole")
    assert (run.verdict, run.found) == ("failed", f"Privacy has the placeholder {gap}")
    assert state_of(anonymous, "legal") == "failing"


def test_a_text_that_was_edited_turns_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "files", lambda: iter(sorted(documents.TEXTS.glob("terms/*.md"))))
    run = services.prove("legal-whole")
    assert run.verdict == "failed" and "dpa/2026-11-24.md is not the text that was recorded" in run.found


def test_documents_that_nobody_filled_in_prove_nothing(settings: Settings, anonymous: Person) -> None:
    settings.OPERATOR = Operator()
    assert services.prove("legal-whole").verdict == "unset"
    assert state_of(anonymous, "legal") == "unproven"
    settings.OPERATOR = replace(OPERATOR, law="")
    run = services.prove("legal-whole")
    assert run.verdict == "held" and run.counts["held back"] == 1


def test_an_address_that_is_set_holds(anonymous: Person) -> None:
    run = services.prove("security-contact")
    assert (run.verdict, run.found, run.counts["addresses"]) == ("held", "", 1)
    assert state_of(anonymous, "reports") == "proven"


def test_no_address_is_not_green(settings: Settings, anonymous: Person) -> None:
    settings.OPERATOR = Operator()
    assert services.prove("security-contact").verdict == "unset"
    assert state_of(anonymous, "reports") == "unproven"
    page = anonymous.get("/trust").content.decode()
    assert "not configured" in page and "PROMPTASSAY_SECURITY_CONTACT" in page


@pytest.mark.parametrize("days", [29, 366, -1])
def test_a_file_that_ran_out_turns_red(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    written = contacts.security_txt

    def old(now: datetime) -> str:
        return written(now - contacts.VALID_FOR + timedelta(days=days))

    monkeypatch.setattr(contacts, "security_txt", old)
    run = services.prove("security-contact")
    assert run.verdict == "failed" and "security.txt runs out in" in run.found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no readable day"),
        ("Contact: mailto:x@y.test\nExpires: 2027-02-01T00:00:00Z\n", "another contact"),
        ("Contact: mailto:security@northwind-assay.test\nExpires: soon\n", "no readable day"),
        ("Contact: mailto:security@northwind-assay.test\nhello\n", "no field"),
    ],
)
def test_a_broken_file_turns_red(monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    monkeypatch.setattr(contacts, "security_txt", lambda now: text)
    run = services.prove("security-contact")
    assert run.verdict == "failed" and said in run.found


def test_an_address_that_nobody_set_turns_red(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OPERATOR = Operator()
    monkeypatch.setattr(contacts, "security_txt", lambda now: "Contact: mailto:security@somewhere.test\n")
    run = services.prove("security-contact")
    assert (run.verdict, run.found) == ("failed", "an address is shown that nobody has set")
