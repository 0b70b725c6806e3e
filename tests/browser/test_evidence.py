"""The page's own script checks a downloaded bundle without any network, and says what the command says."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Page, expect

from promptassay.trust.bundle import verify
from tests.browser.watching import Watch
from tests.trust.vectors import FILE

pytestmark = pytest.mark.browser

_VERIFY = """
async ([vectors]) => {
  const { verify } = await import("app/trust/verify");
  const found = [];
  for (const { data, now_ms: now, key_id: keyId } of vectors) {
    found.push(await verify(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)), { now, keyId }));
  }
  return found;
}
"""
# about:blank has no such thing.
_OLDER = """
if (globalThis.SubtleCrypto) {
  SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException("no", "NotSupportedError"));
}
"""


@pytest.fixture
def page(watch: Watch) -> Page:
    """Somebody who is not signed in, at the page that checks."""
    opened = watch.context().new_page()
    opened.goto("/trust/verify")
    return opened


def choose(page: Page, name: str, data: bytes) -> None:
    page.locator("#evidence").set_input_files({"name": name, "mimeType": "application/json", "buffer": data})


def test_a_download_is_checked_offline_and_one_changed_byte_is_named(page: Page) -> None:
    with page.expect_download() as coming:
        page.get_by_role("link", name="Evidence", exact=True).click()
    data = Path(coming.value.path()).read_bytes()
    report = verify(data)
    assert report.is_whole

    page.context.set_offline(True)
    choose(page, "mine.json", data)
    verdict = page.locator("#verdict")
    expect(verdict).to_have_text("Genuine, and not all of it proven." if report.stale else "Whole, and fresh.")
    expect(page.locator("[data-verify=facts]")).to_contain_text(report.key_id)
    expect(page.locator("[data-verify=entries]")).to_have_text(str(report.entries))

    changed = data.replace(b'"instance":"http', b'"instance":"httq')
    choose(page, "changed.json", changed)
    expect(verdict).to_have_text("Not as it was signed.")
    expect(page.locator("[data-verify=found] li").first).to_have_text(verify(changed).problems[0])

    # Another key than the one that is expected, typed after the file was chosen.
    choose(page, "mine.json", data)
    expect(verdict).not_to_have_text("Not as it was signed.")
    page.get_by_label("The key that must have signed it").fill("0" * 16)
    page.get_by_label("The key that must have signed it").press("Tab")
    expect(page.locator("[data-verify=found]")).to_contain_text(f"{'0' * 16} was expected.")


def test_it_says_what_the_command_says_of_every_file(page: Page) -> None:
    vectors: list[dict[str, Any]] = orjson.loads(FILE.read_bytes())
    found = page.evaluate(_VERIFY, [vectors])
    for vector, report in zip(vectors, found, strict=True):
        said = [
            wanted if wanted.endswith(": ") and each.startswith(wanted) else each
            for each, wanted in zip(report["problems"], vector["problems"], strict=True)
        ]
        assert said == vector["problems"], vector["name"]
        assert (report["stale"], report["entries"]) == (vector["stale"], vector["entries"]), vector["name"]


def test_a_browser_without_the_algorithm_says_so(watch: Watch) -> None:
    context = watch.context()
    context.add_init_script(_OLDER)
    page = context.new_page()
    page.goto("/trust/verify")
    expect(page.locator("[data-verify=status]")).to_contain_text("does not know Ed25519 yet")
    expect(page.locator("#evidence")).to_be_disabled()


def test_without_scripts_the_command_is_told(watch: Watch) -> None:
    page = watch.context(java_script_enabled=False).new_page()
    page.goto("/trust/verify")
    expect(page.get_by_text("which has not started")).to_be_visible()
    expect(page.get_by_text("promptassay trust verify promptassay-evidence.json --key")).to_be_visible()
    expect(page.locator("[data-island='trust/verify-page']")).to_be_hidden()
