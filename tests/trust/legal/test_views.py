"""The legal pages for everybody: published or said not to be, in every form, with links that lead somewhere."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from pytest_django import Settings

from promptassay.trust.legal import documents
from promptassay.trust.legal.documents import KINDS, Kind
from promptassay.trust.legal.operator import Operator
from tests.people import Person
from tests.trust.legal.conftest import OPERATOR

IDS = [kind.id for kind in KINDS]
PAGES = ["/legal", "/legal.json", "/trust/contacts", "/trust/contacts.json"]


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_a_document_is_a_page_a_text_json_and_a_file(operator: Operator, anonymous: Person, kind: Kind) -> None:
    address = f"/legal/{kind.id}"
    page = anonymous.get(address)
    assert page.status_code == 200
    shown, text = page.content.decode(), anonymous.get(f"{address}.txt")
    digest = hashlib.sha256(text.content).hexdigest()
    told = anonymous.get(f"{address}.json").json()
    assert digest in shown and told["sha256"] == digest and text.headers["Content-Type"].startswith("text/plain")
    assert "◆ template" in shown and "counsel must review" in shown
    for section in told["sections"]:
        assert (
            f'id="{section["anchor"]}"' in shown and f"{section['number']}. {section['title']}" in text.content.decode()
        )
    file = anonymous.get(f"{address}.pdf")
    assert file.headers["Content-Type"] == "application/pdf" and file.content.startswith(b"%PDF-1.7")
    assert f'filename="{kind.id}-2026-11-24.pdf"' in file.headers["Content-Disposition"]
    again = anonymous.get(f"{address}/2026-11-24")
    assert again.status_code == 200 and digest in again.content.decode()
    assert hashlib.sha256(anonymous.get(f"{address}/2026-11-24.txt").content).hexdigest() == digest


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_with_a_placeholder_nothing_of_it_is_published(nobody: None, anonymous: Person, kind: Kind) -> None:
    address = f"/legal/{kind.id}"
    page = anonymous.get(address)
    assert page.status_code == 503
    shown = page.content.decode()
    assert "not published yet" in shown and "PROMPTASSAY_LEGAL_EFFECTIVE" in shown
    title = documents.source(kind, documents.versions(kind)[0]).sections[0].title
    assert title not in shown
    for end in (".json", ".txt", ".pdf", "/2026-11-24", "/2026-11-24.txt"):
        assert anonymous.get(address + end).status_code == 503
    refused = anonymous.get(f"{address}.json", HTTP_ACCEPT="application/json").json()
    assert refused["error"]["code"] == "NOT_PUBLISHED" and "PROMPTASSAY_LEGAL_EFFECTIVE" in str(refused)


def test_one_missing_detail_is_named_alone(settings: Settings, anonymous: Person) -> None:
    from dataclasses import replace

    settings.OPERATOR = replace(OPERATOR, law="[country]")
    page = anonymous.get("/legal/terms").content.decode()
    assert re.findall(r"<code>(PROMPTASSAY_\w+)</code>", page) == ["PROMPTASSAY_OPERATOR_LAW"]
    assert "not published yet" in anonymous.get("/legal").content.decode()
    listed = {each["id"]: each for each in anonymous.get("/legal.json").json()["documents"]}
    assert listed["terms"]["missing"] == ["PROMPTASSAY_OPERATOR_LAW"] and "sha256" not in listed["terms"]
    assert listed["privacy"]["published"] and len(listed["privacy"]["sha256"]) == 64


def test_addresses_that_lead_nowhere(operator: Operator, anonymous: Person) -> None:
    for path in ("nothing", "privacy/2020-01-01", "privacy/latest", "privacy/changes", "privacy/changes?to=x"):
        assert anonymous.get(f"/legal/{path}").status_code == 404, path
    assert anonymous.get("/legal/nothing.pdf").status_code == 404


def test_other_methods_are_refused(operator: Operator, anonymous: Person) -> None:
    ends = ("", ".json", ".txt", ".pdf", "/changes", "/2026-11-24", "/2026-11-24.txt")
    for path in (*PAGES, *(f"/legal/privacy{end}" for end in ends)):
        assert anonymous.post(path).status_code == 405, path


def test_who_asks_makes_no_difference(operator: Operator, anonymous: Person, alice: Person) -> None:
    for path in ("/legal", "/legal/privacy"):
        shown = [re.sub(r"<head>.*?</head>|<header.*?</header>", "", who.get(path).content.decode(), flags=re.DOTALL)
                 for who in (anonymous, alice)]  # fmt: skip
        assert shown[0] == shown[1]


def test_no_link_is_broken(operator: Operator, anonymous: Person) -> None:
    """Every link of every legal page, and the anchor in it."""
    pages = {}
    for start in [*(f"/legal/{kind.id}" for kind in KINDS), "/legal", "/trust/contacts", "/legal/dpa/2026-11-24"]:
        for link in _links(anonymous.get(start).content.decode(), start):
            path, _, anchor = link.partition("#")
            if path not in pages:
                answer = anonymous.client.get(path, follow=True)
                assert answer.status_code == 200, f"{start} leads to {path}"
                pages[path] = answer.content.decode("utf-8", "replace")
            assert not anchor or f'id="{anchor}"' in pages[path], f"{start} leads to {link}"
    assert len(pages) > 20


def _links(page: str, start: str) -> Iterator[str]:
    for href in re.findall(r'<a [^>]*href="([^"]+)"', page):
        if not re.match(r"[a-z]+:", href):
            yield urljoin(start, href)


def test_versions_are_compared_section_by_section(
    operator: Operator, anonymous: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(documents, "TEXTS", tmp_path)
    (tmp_path / "terms").mkdir()
    older = "# Terms\n\nBy {name}.\n\n## Price {#price}\n\nIt costs nothing.\n\n## End {#end}\n\nStop at any time."
    newer = older.replace("nothing", "**nine** euros").replace("## End", "## Care {#care}\n\nWe care.\n\n## End")
    (tmp_path / "terms" / "2026-01-01.md").write_text(older, "utf-8")
    (tmp_path / "terms" / "2026-02-01.md").write_text(newer, "utf-8")
    shown = anonymous.get("/legal/terms").content.decode()
    assert "what changed" in shown and "the first version" in shown and "nine" in shown
    page = anonymous.get("/legal/terms/changes").content.decode()
    assert "<del>nothing.</del>" in page or "<del>nothing</del>" in page
    assert "<ins>nine" in page and "We care." in page and "● added" in page and "Care" in page
    assert "Northwind Assay OÜ" in page or "unchanged" in page
    assert (
        anonymous.get("/legal/terms/changes?from=2026-02-01&to=2026-02-01").content.decode().count("Nothing differs.")
        == 1
    )
    earlier = anonymous.get("/legal/terms/2026-01-01").content.decode()
    assert "This is an earlier version." in earlier and "It costs nothing." in earlier
    assert anonymous.get("/legal/terms/changes?to=2026-01-01").status_code == 404


def test_sign_up_names_the_terms_only_when_there_are_any(settings: Settings, anonymous: Person, alice: Person) -> None:
    settings.OPERATOR = Operator()
    assert "you agree to the" not in anonymous.get("/accounts/signup/").content.decode()
    settings.OPERATOR = OPERATOR
    page = anonymous.get("/accounts/signup/").content.decode()
    assert 'href="/legal/terms"' in page and 'href="/legal/privacy"' in page


def test_every_public_page_leads_there(operator: Operator, anonymous: Person, alice: Person) -> None:
    for path in ("/accounts/login/", "/trust/data", "/legal", "/trust/contacts"):
        page = anonymous.get(path).content.decode()
        assert 'href="/legal"' in page and 'href="/trust/contacts"' in page, path


def test_programs_get_entries_and_not_only_words(operator: Operator, anonymous: Person) -> None:
    receivers = anonymous.get("/legal/subprocessors.json").json()["receivers"]
    assert {each["kind"] for each in receivers} >= {"hosting", "provider"}
    assert receivers[0]["title"] == OPERATOR.hosting
    kept = {each["name"]: each for each in anonymous.get("/legal/cookies.json").json()["kept"]}
    assert kept["promptassay_session"]["sent"] and not kept["draft:*"]["sent"]
