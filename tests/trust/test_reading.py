"""The code and the documentation that the ledger names can be read, and nothing else of the installation."""

import base64
import hashlib

import pytest

from promptassay.core.errors import NotFound
from promptassay.trust import reading
from promptassay.trust.claims import CLAIMS, Control
from tests.house.source import ROOT
from tests.people import Person

CONTROLS = {f"{each.code} {each.doc}": each for claim in CLAIMS for each in claim.controls}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_what_a_control_names_can_be_read(control: Control, anonymous: Person) -> None:
    answer = anonymous.get(f"/trust/source/{control.code}")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.content == (ROOT / control.code).read_bytes()
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    page = anonymous.get(f"/trust/manual/{control.manual}")
    assert page.status_code == 200
    assert not control.anchor or f'<section id="{control.anchor}">' in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "source/promptassay/config/settings.py",
        "source/promptassay/core/../config/settings.py",
        "source//etc/passwd",
        "source/../../etc/passwd",
        "manual/decisions/0001",
        "manual/../README",
        "manual/isolation.md",
    ],
)
def test_nothing_else_can_be_read(path: str, anonymous: Person) -> None:
    assert anonymous.get(f"/trust/{path}").status_code == 404
    kind, _, rest = path.partition("/")
    with pytest.raises(NotFound):
        (reading.source if kind == "source" else reading.page)(rest)


def test_other_methods_are_refused(anonymous: Person) -> None:
    for path in ("source/promptassay/core/rls.py", "manual/isolation", "claims/isolation"):
        assert anonymous.post(f"/trust/{path}", {}).status_code == 405


def test_links_inside_the_repository_keep_their_words(anonymous: Person) -> None:
    page = anonymous.get("/trust/manual/isolation").content.decode()
    assert "<code>role_statements</code>" in page and "](" not in page and 'href="../' not in page
