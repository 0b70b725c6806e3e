"""Hostile text everywhere that people or models can put text: it is shown as it is, and does nothing."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, Page, expect

from promptassay.core.names import name_problem
from promptassay.providers.fake import FakeProvider
from tests.browser import keys, workbench
from tests.browser.payloads import PAYLOADS, packed
from tests.browser.people import Account
from tests.browser.product import KEYS, Product
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

ALL = "\n".join(PAYLOADS).replace("\r\n", "\n").replace("\r", "\n")
_STRANGE = (Path(__file__).parent / "auditing.js").read_text()


@dataclass
class Hostile:
    """A workspace in which every text is hostile, and a page to look at it."""

    page: Page
    account: Account
    prompt: str = ""
    runnable: str = ""
    suite: str = ""
    run: str = ""
    links: dict[str, list[str]] = field(default_factory=dict)

    def post(self, path: str, **data: Any) -> APIResponse:
        """Post a form as the page would; returns the redirect that follows a success."""
        token = next(each["value"] for each in self.page.context.cookies() if each["name"] == "promptassay_csrf")
        files = data.pop("multipart", None)
        sent: dict[str, Any] = {"multipart": files} if files else {"form": data}
        response = self.page.request.post(path, headers={"X-CSRFToken": token}, max_redirects=0, **sent)
        assert response.status == 302, f"{path} {data}: {response.status}"
        return response

    def made(self, path: str, **data: Any) -> str:
        """Post a form that makes something; returns the path of its page."""
        return urlsplit(self.post(path, **data).headers["location"]).path

    def visit(self, path: str) -> None:
        """Open a page, let its scripts do their work, and look for what does not belong there."""
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        strange = self.page.evaluate(f"{_STRANGE}; strange(document)")
        assert not strange, f"{path}: {strange}"

    def fetch(self, path: str) -> None:
        """As `visit`, for many pages of one kind: parsed by the browser, not rendered."""
        response = self.page.request.get(path)
        assert response.ok, path
        script = f"html => {{ {_STRANGE}; return strange(new DOMParser().parseFromString(html, 'text/html')); }}"
        strange = self.page.evaluate(script, response.text())
        assert not strange, f"{path}: {strange}"


@pytest.fixture
def page(warm_page: Page) -> Page:
    """All tests of this file share a browser profile."""
    return warm_page


@pytest.fixture(scope="module")
def paths() -> dict[str, str]:
    """Where the hostile prompt, suite and run are, once they are made."""
    return {}


@pytest.fixture
def hostile(page: Page, account: Account, fake: FakeProvider, paths: dict[str, str]) -> Hostile:
    """The workspace; made by the first test that asks for it."""
    found = Hostile(page, account)
    if not paths:
        _fill(found, paths)
    for name, path in paths.items():
        setattr(found, name, path)
    return found


@pytest.fixture
def fake(instance: Product) -> Iterator[FakeProvider]:
    """The fake provider, which says what it is told."""
    instance.fake.control({"mode": "echo"})
    yield instance.fake
    instance.fake.control({"mode": "seeded"})


def _fill(hostile: Hostile, paths: dict[str, str]) -> None:
    home, page = hostile.account.workspace, hostile.page
    create = f"{home}prompts/new/"
    paths["prompt"] = hostile.made(create, title=PAYLOADS[0], prompt_type="user", description=PAYLOADS[1], pasted=ALL)
    text = "{{payload}}"
    paths["runnable"] = hostile.made(create, title=PAYLOADS[2][:120], prompt_type="user", pasted=text)
    keys.add_key(page, hostile.account, "openai", "<b>fake</b>")
    keys.try_key(page)
    page.goto(paths["runnable"])
    reference = page.locator("#model option", has_text="gpt").first.get_attribute("value")
    prompt_id = paths["runnable"].split("/")[-2]
    paths["suite"] = hostile.made(f"{home}suites/new/", prompt=prompt_id, name=PAYLOADS[3][:120])
    rows = [{"name": each[:200], "variables": {"payload": each}, "expected": each} for each in PAYLOADS]
    table = "\n".join(json.dumps(each) for each in rows).encode()
    file = {"name": "cases.jsonl", "mimeType": "application/jsonl", "buffer": table}
    hostile.post(f"{paths['suite']}cases/import/", multipart={"file": file})
    page.goto(f"{paths['suite']}run/")
    for box in page.locator("input[name=models]").all():
        box.set_checked(box.get_attribute("value") == reference)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("link", name="Export CSV")).to_be_visible(timeout=60_000)
    paths["run"] = workbench.path_of(page)


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 200


def test_in_the_text_of_a_prompt(hostile: Hostile) -> None:
    hostile.visit(hostile.prompt)
    assert workbench.text_of(hostile.page) == ALL
    workbench.add_text(hostile.page, " ")
    workbench.wait_for_draft(hostile.page)
    for path in (
        "versions/",
        "versions/1/",
        "versions/compare/?from=0&to=1",
        "versions/compare/?from=0&to=1&view=side",
    ):
        hostile.visit(hostile.prompt + path)


def test_in_titles_and_descriptions(hostile: Hostile) -> None:
    titles, descriptions = [_unturned(title) for title in packed(120)], packed(500)
    create = f"{hostile.account.workspace}prompts/new/"
    made = [
        hostile.made(create, title=title, prompt_type="system", description=descriptions[at % len(descriptions)])
        for at, title in enumerate(titles)
    ]
    for number in range(1, 4):
        hostile.visit(f"{hostile.account.workspace}prompts/?page={number}")
    for path, title in list(zip(made, titles, strict=True))[::12]:
        hostile.visit(path)
        assert hostile.page.locator("h1").text_content() == title
    for title in titles[::10]:
        hostile.page.goto(f"{hostile.account.workspace}prompts/")
        hostile.page.get_by_label("Search in titles, descriptions and texts").fill(title[:40])
        expect(hostile.page.locator("#results .htmx-request")).to_have_count(0)


def _unturned(text: str) -> str:
    """As a name may be: with the marks that turn the text around them, it is refused."""
    while problem := name_problem(text):
        text = text.replace(chr(int(problem.split("U+")[1][:4], 16)), "")
    return text


def test_in_summaries(hostile: Hostile) -> None:
    path = hostile.made(f"{hostile.account.workspace}prompts/new/", title="Summaries", prompt_type="user", pasted="0")
    for number, summary in enumerate(packed(300), start=1):
        fields = {"role-0": "user", "content-0": f"text {number}", "base": number, "tab": "x", "revision": 0}
        hostile.post(f"{path}versions/save/", summary=summary, **fields)
    hostile.visit(f"{path}versions/")
    hostile.visit(path)
    hostile.page.get_by_role("tab", name="History").click()
    shown = hostile.page.locator("#history").inner_text()
    assert packed(300)[-1] in shown


def test_in_cases(hostile: Hostile) -> None:
    hostile.visit(hostile.suite)
    for tab in ("checks", "rubric", "settings", "runs", "cases"):
        hostile.page.locator(f".tabs a[href='#{tab}']").click()
    kept = {each.input_value() for each in hostile.page.locator("#cases [data-row] textarea").all()}
    assert "<img src=x onerror=canary=1>" in " ".join(kept)
    links = _links(hostile.page, "/cases/")
    for path in links[::20]:
        hostile.visit(path)
    for path in links[::3]:
        hostile.fetch(path)


def test_in_names_of_suites(hostile: Hostile) -> None:
    prompt_id = hostile.runnable.split("/")[-2]
    for pack in packed(120):
        # Marks that turn the direction of text are refused in these names.
        name = "".join(char for char in pack if char.isprintable())
        hostile.made(f"{hostile.account.workspace}suites/new/", prompt=prompt_id, name=name)
    hostile.visit(f"{hostile.account.workspace}suites/")
    for path in _links(hostile.page, "/suites/")[::20]:
        hostile.visit(path)
        hostile.page.locator(".tabs a[href='#settings']").click()
        delete = hostile.page.get_by_role("button", name="Delete", exact=True)
        if delete.count():  # a suite with runs is archived instead
            delete.click()
            hostile.page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    hostile.visit(f"{hostile.runnable}#pane-tests")


def test_in_names_of_keys(hostile: Hostile) -> None:
    home = hostile.account.workspace
    for name in packed(60)[::3]:
        hostile.post(f"{home}keys/new/", provider="openai", name=name, secret=KEYS["openai"])
    hostile.visit(f"{home}keys/")
    for path in _links(hostile.page, "/keys/")[::15]:
        hostile.visit(path)
    for path in ("keys/ledger/", "audit/", "usage/", "runs/"):
        hostile.visit(home + path)


def test_in_the_name_of_the_workspace(hostile: Hostile) -> None:
    home = hostile.account.workspace
    for number, name in enumerate(packed(80)):
        hostile.post(f"{home}settings/rename/", name=name)
        if number % 3 == 0:
            hostile.fetch(f"{home}settings/")
        if number % 20 == 0:
            hostile.visit(f"{home}settings/")
            expect(hostile.page.get_by_label("Name of the workspace")).to_have_value(name)


def test_in_what_a_model_says(hostile: Hostile) -> None:
    page = hostile.page
    page.goto(hostile.runnable)
    reference = page.locator("#model option", has_text="gpt").first.get_attribute("value")
    page.locator("#model").select_option(reference)
    workbench.fill(page, payload=ALL)
    workbench.run(page)
    expect(workbench.outcome(page)).to_contain_text("finished after", timeout=30_000)
    said = workbench.output(page).text_content() or ""
    assert said.split() == ALL.split()
    strange = page.evaluate(f"{_STRANGE}; strange(document)")
    assert not strange


@pytest.mark.parametrize("fault", ["reasoning", "tool", "refusal", "late-error", "key-echo", "400", "html-502"])
def test_in_other_parts_of_an_answer(hostile: Hostile, fake: FakeProvider, fault: str) -> None:
    page = hostile.page
    page.goto(hostile.runnable)
    reference = page.locator("#model option", has_text="gpt").first.get_attribute("value")
    page.locator("#model").select_option(reference)
    workbench.fill(page, payload=" ".join(PAYLOADS[:40]))
    fake.control({"fault": fault})
    try:
        workbench.run(page)
        expect(workbench.outcome(page)).to_contain_text(" after ", timeout=30_000)
        assert not page.evaluate(f"{_STRANGE}; strange(document)")
    finally:
        fake.control({"fault": ""})


def test_in_stored_answers(hostile: Hostile) -> None:
    hostile.visit(hostile.run)
    links = _links(hostile.page, "/cells/")
    for path in links[::12]:
        hostile.visit(path)
    for path in links:
        hostile.fetch(path)
    response = hostile.page.request.get(f"{hostile.run}results.csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert "attachment" in response.headers["content-disposition"]


def test_in_the_address(hostile: Hostile, watch: Watch) -> None:
    home = hostile.account.workspace
    for payload in PAYLOADS[:: len(PAYLOADS) // 12]:
        query: dict[str, str | float | bool] = {
            "q": payload,
            "type": payload,
            "sort": payload,
            "page": payload,
            "status": payload,
            "show": payload,
        }
        for path in ("prompts/", "suites/", "runs/", "usage/", "audit/"):
            response = hostile.page.request.get(home + path, params=query)
            assert response.ok, path
    hostile.page.goto(f"{home}prompts/?q=%3Cscript%3Ecanary=1%3C/script%3E")
    expect(hostile.page.locator("main")).to_contain_text("<script>canary=1</script>")


def _links(page: Page, kind: str) -> list[str]:
    """The paths of the things of one kind that the page links to, each once."""
    hrefs = page.locator(f"main a[href*='{kind}']").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    found = [urlsplit(str(each)).path for each in hrefs]
    return list(dict.fromkeys(each for each in found if re.fullmatch(r"[0-9a-f-]{36}/", each.rpartition(kind)[2])))
