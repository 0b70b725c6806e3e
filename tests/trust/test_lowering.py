"""An operator lowers a claim with a reason, signed and shown; nobody raises one."""

from datetime import UTC, datetime

import orjson
import pytest

from promptassay.core.errors import AppError
from promptassay.trust import lowering, services
from promptassay.trust.bundle import verify
from promptassay.trust.claims import CLAIMS
from promptassay.trust.models import Evidence
from tests.people import Person
from tests.trust.legal.conftest import operator

__all__ = ["operator"]

pytestmark = pytest.mark.usefixtures("gates_held", "operator")
REASON = "A court asked a question; we look into it."


def told(person: Person, claim: str = "legal") -> dict[str, object]:
    return next(each for each in person.get("/trust.json").json()["claims"] if each["id"] == claim)


def test_a_lowered_claim_fails_whatever_its_proofs_say(anonymous: Person) -> None:
    services.prove("legal-whole")
    assert told(anonymous)["state"] == "proven"
    run = lowering.lower("legal", reason=f"  {REASON}\n")
    assert (run.verdict, run.found, run.kind) == ("lowered", REASON, "operator")
    services.prove("legal-whole")
    found = told(anonymous)
    assert found["state"] == "failing" and found["lowered"]["reason"] == REASON  # type: ignore[index]
    for path in ("/trust", "/trust/claims/legal"):
        assert f"UTC</time>: {REASON}" in anonymous.get(path).content.decode()


def test_the_evidence_tells_it_and_verification_too(anonymous: Person) -> None:
    services.prove("legal-whole")
    lowering.lower("legal", reason=REASON)
    data = anonymous.get("/trust/evidence.json").content
    report = verify(data)
    assert report.is_whole
    assert next(each for each in report.stale if each.startswith("legal:")).endswith(f"UTC: {REASON}")
    bundle = orjson.loads(data)
    assert bundle["evidence"][-1]["verdict"] == "lowered"
    del bundle["claims"]["legal"]["lowered"]
    assert not verify(orjson.dumps(bundle, option=orjson.OPT_SORT_KEYS)).is_whole


def test_lifting_leaves_it_to_its_proofs_and_both_stay_in_the_chain(anonymous: Person) -> None:
    lowering.lower("legal", reason=REASON)
    lowering.lift("legal", reason="It was about another product.")
    assert told(anonymous)["state"] == "unproven", "lifting proves nothing"
    services.prove("legal-whole")
    assert told(anonymous)["state"] == "proven"
    said = Evidence.objects.filter(claim="legal").exclude(kind="gate").order_by("sequence")
    assert list(said.values_list("verdict", flat=True)) == ["lowered", "held", "held"]
    assert not [
        each for each in verify(anonymous.get("/trust/evidence.json").content).stale if each.startswith("legal:")
    ]
    page = anonymous.get("/trust/claims/legal").content.decode()
    assert REASON in page and "lowered by the operator" in page


@pytest.mark.parametrize(
    ("claim", "reason", "said"),
    [
        ("nothing", REASON, "no claim"),
        ("sso", REASON, "not offered"),
        ("legal", "  ", "no words"),
        ("legal", "x" * 501, "no words"),
        ("legal", "We are ISO 27001 anyway.", "ISO 27001"),
    ],
)
def test_what_cannot_be_lowered(claim: str, reason: str, said: str) -> None:
    with pytest.raises(AppError, match=said):
        lowering.lower(claim, reason=reason)
    assert not Evidence.objects.filter(kind="operator").exists()


def test_nothing_is_lifted_that_was_not_lowered() -> None:
    with pytest.raises(AppError, match="is not lowered"):
        lowering.lift("legal")


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert lowering.main("legal", reason=REASON, lifted=False) == 0
    assert capsys.readouterr().out.startswith("lowered: legal\nEntry ")
    assert lowering.main("legal", reason="", lifted=True, as_json=True) == 0
    assert orjson.loads(capsys.readouterr().out)["command"] == "promptassay trust lower legal --lift"


def test_a_lowered_claim_stands_first(anonymous: Person) -> None:
    lowering.lower(CLAIMS[-1].id, reason=f"Since {datetime.now(UTC).date()}.")
    page = anonymous.get("/trust").content.decode()
    assert page.index(f'id="{CLAIMS[-1].id}"') < page.index(f'id="{CLAIMS[0].id}"')
    assert "1 claim does not hold at this moment." in page and "<title>▼ 1 failing" in page
