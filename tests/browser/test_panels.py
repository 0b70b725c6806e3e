"""The panels in a browser: main paths in all wire formats, what goes wrong, and that answers are only text."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from promptassay.providers.fake import FakeProvider
from tests.browser import axe, keys, panels, workbench
from tests.browser.payloads import PAYLOADS
from tests.browser.people import Account
from tests.browser.product import Product
from tests.browser.waiting import eventually

pytestmark = pytest.mark.browser

KINDS = ("openai", "anthropic", "google")
_STRANGE = (Path(__file__).parent / "auditing.js").read_text()


@pytest.fixture(scope="module")
def with_keys(profile: BrowserContext, account: Account) -> None:
    """A key of each wire format, tested, so that its models are known."""
    page = profile.new_page()
    for kind in KINDS:
        keys.add_key(page, account, kind, f"fake {kind}")
        keys.try_key(page)
    page.close()


@pytest.fixture
def fake(instance: Product, with_keys: None) -> Iterator[FakeProvider]:
    """The fake provider, which says what it is told."""
    plain: dict[str, Any] = {
        "text": None,
        "token_interval": 0.0,
        "latency": 0.0,
        "queue": [],
        "rules": [],
        "schedule": [],
        "fault": "",
    }
    instance.fake.control(plain)
    yield instance.fake
    instance.fake.control(plain)


@pytest.fixture
def page(warm_page: Page) -> Page:
    """All tests of this file share a browser profile."""
    return warm_page


@pytest.fixture
def bench(page: Page, account: Account, fake: FakeProvider) -> Callable[..., Page]:
    """Makes a prompt and opens its workbench, with a key chosen for the panels."""

    def make(title: str, text: str = panels.TEXT, key: str = "fake openai", panel: str = "critique") -> Page:
        panels.make_prompt(page, account, title, text)
        panels.choose_model(panels.show(page, panel), key)
        return page

    return make


def test_consent_is_asked_once_for_each_key_and_the_request_is_shown_before(
    page: Page, account: Account, fake: FakeProvider
) -> None:
    panels.make_prompt(page, account, "Consent")
    critique = panels.show(page, "critique")
    critique.locator("[data-part=model-box] summary").click()
    critique.locator("select[name=model]").select_option(label="demo-small")
    expect(critique).to_contain_text("Nothing is sent anywhere")
    option = critique.locator("select[name=model] optgroup[label^='fake openai'] option").first
    critique.locator("select[name=model]").select_option(value=option.get_attribute("value"))
    said = critique.get_by_text("This text goes to 127.0.0.1")
    expect(said).to_contain_text("with key fake openai")
    expect(critique.locator("[data-part=start]")).to_be_disabled()
    before = len(fake.received)
    critique.get_by_role("button", name="What exactly is sent?").click()
    dialog = page.get_by_role("dialog", name="What exactly is sent?")
    expect(dialog).to_contain_text("(critique-v1)")
    expect(dialog).to_contain_text("Sort the ticket {{ticket}} for the team.")
    assert len(fake.received) == before
    assert not axe.complaints(page)
    page.keyboard.press("Escape")
    critique.get_by_role("button", name="Agree").click()
    expect(critique.locator("[data-part=start]")).to_be_enabled()
    # The other panels use the same model and need not ask again; another key does.
    improve = panels.show(page, "improve")
    expect(improve.locator("[data-consent]")).to_have_count(0)
    improve.locator("[data-part=model-box] summary").click()
    option = improve.locator("select[name=model] optgroup[label^='fake google'] option").first
    improve.locator("select[name=model]").select_option(value=option.get_attribute("value"))
    expect(improve.locator("[data-consent]")).to_contain_text("with key fake google")
    critique = panels.show(page, "critique")
    expect(critique.locator("[data-consent]")).to_contain_text("with key fake google")
    critique.get_by_role("button", name="Make it the workspace’s default").click()
    expect(critique.locator("[data-consent]")).to_contain_text("with key fake google")


@pytest.mark.parametrize("kind", KINDS)
def test_from_critique_over_improve_to_a_version(bench: Callable[..., Page], fake: FakeProvider, kind: str) -> None:
    page = bench(f"Improve {kind}", key=f"fake {kind}")
    critique = panels.show(page, "critique")
    fake.control({"queue": [
        panels.critique(
            panels.finding("must", "Name the teams", "for the team"),
            panels.finding("should", "Say how short", "keep the reason  short"),
            panels.finding("may", "Mention holidays", "on public holidays"),
            panels.finding("may", "Think of tone", ""),
        ),
        panels.improve(
            ("for the team", "for billing, outage or sales"),
            ("Try to keep the reason short.", "Give 20 words."),
            ("nowhere at all", "x"),
        ),
    ]})  # fmt: skip
    panels.run(critique)
    expect(critique.locator("[data-part=mean]")).to_have_text("6.5")
    expect(critique.locator("[data-aspect=output] [data-part=figure]")).to_have_text("8")
    expect(critique.locator("[data-part=facts]")).to_contain_text(f"key “fake {kind}”")
    lines = critique.locator("[data-part=findings] > li")
    expect(lines).to_have_count(4)
    expect(lines.nth(0).locator("[data-part=at]")).to_have_text("§1, line 1")
    expect(lines.nth(2)).to_contain_text("not in the text of §1")
    expect(lines.nth(3)).to_contain_text("on the whole")
    marks = page.locator("#messages .cm-finding")
    expect(marks).to_have_text(["for the team", "keep the reason short"])
    # Marks follow typing, and the answer says that it is about an older text.
    workbench.editor(page).click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Please. ")
    expect(marks).to_have_text(["for the team", "keep the reason short"])
    expect(critique.get_by_text("The text has changed since this answer.")).to_be_visible()
    lines.nth(1).locator("[data-part=go]").click()
    assert page.evaluate("getSelection().toString()") == "keep the reason short"
    improve = page.locator(".panel[data-panel=improve]")
    critique.get_by_role("button", name="Improve with 2 findings").click()
    panels.finished(improve)
    expect(improve).to_contain_text("With 2 findings of the critique")
    assert "Name the teams" in json.dumps(fake.received[-1].json) and "Mention holidays" not in json.dumps(
        fake.received[-1].json
    )
    edits = panels.edit_lines(improve)
    expect(edits).to_have_count(3)
    expect(edits.nth(2)).to_contain_text("Its words are not in the text.")
    expect(page.locator("#messages .cm-proposed")).to_have_text(["for billing, outage or sales", "Give 20 words."])
    # The first edit has the focus: accept it, refuse the second.
    expect(edits.nth(0)).to_be_focused()
    page.keyboard.press("a")
    expect(edits.nth(0)).to_contain_text("accepted")
    page.keyboard.press("r")
    expect(edits.nth(1)).to_contain_text("refused")
    expect(improve.locator("[data-part=tally]")).to_have_text("1 accepted, 1 refused")
    improve.get_by_role("button", name="Save as version").click()
    expect(page.locator("#flash")).to_contain_text("Version 2 is saved.")
    first, rest = "Please. Sort the ticket {{ticket}} for billing, outage or sales.", panels.TEXT.split("\n", 1)[1]
    assert workbench.text_of(page) == f"{first}\n{rest}"
    page.goto(f"{workbench.path_of(page)}versions/2/")
    expect(page.locator("main")).to_contain_text("1 of 3 accepted")
    expect(page.locator("main")).to_contain_text("improve-v1")


def test_edits_are_decided_by_mouse_and_taken_back_and_come_back_after_a_reload(
    bench: Callable[..., Page], fake: FakeProvider
) -> None:
    page = bench("Hunks", panel="improve")
    improve = panels.show(page, "improve")
    improve.get_by_label("What should be better").fill("Shorter, please")
    fake.control({"queue": [panels.improve(("for the team", ""), ("", "One more rule."), ("Never", "Do not"))]})
    panels.run(improve)
    edits = panels.edit_lines(improve)
    for at in range(3):
        edits.nth(at).get_by_role("button", name="Accept").click()
    whole = "Sort the ticket {{ticket}} .\nTry to keep the reason short.\nDo not guess.\nOne more rule."
    expect(page.locator("#messages textarea")).to_have_value(whole)
    edits.nth(2).get_by_role("button", name="Take back").click()
    edits.nth(1).get_by_role("button", name="Take back").click()
    edits.nth(1).get_by_role("button", name="Refuse").click()
    expect(page.locator("#messages textarea")).to_have_value(
        "Sort the ticket {{ticket}} .\nTry to keep the reason short.\nNever guess."
    )
    workbench.wait_for_draft(page)
    page.reload()
    improve = panels.show(page, "improve")
    edits = panels.edit_lines(improve)
    expect(edits).to_have_count(3)
    expect(edits.nth(1)).to_contain_text("refused")
    expect(improve.get_by_label("What should be better")).to_have_value("Shorter, please")
    edits.nth(2).get_by_role("button", name="Accept").click()
    expect(page.locator("#messages textarea")).to_have_value(re.compile("Do not guess"))
    # What somebody wrote over is not taken back.
    workbench.write(page, "All new.")
    edits.nth(2).get_by_role("button", name="Take back").click()
    expect(page.locator("#toasts")).to_contain_text("You have written there since")
    expect(page.locator("#messages textarea")).to_have_value("All new.")
    workbench.wait_for_draft(page)


def test_a_rewrite_grows_is_compared_and_becomes_a_version_with_more_messages(
    bench: Callable[..., Page], fake: FakeProvider
) -> None:
    page = bench("Rewrite", panel="rewrite", key="fake anthropic")
    rewrite = panels.show(page, "rewrite")
    rewrite.locator("[data-part=start]").click()
    expect(page.locator("#toasts")).to_contain_text("the goal is still empty")
    rewrite.get_by_label("Goal").fill("Strict sorting")
    fake.control(
        {
            "queue": [panels.rewrite(("system", "Sort tickets strictly."), ("user", "<ticket>{{text}}</ticket>"))],
            "token_interval": 0.2,
        }
    )
    rewrite.locator("[data-part=start]").click()
    expect(rewrite.locator("[data-part=growing] .panel-words").first).to_contain_text("Sort tickets")
    expect(rewrite.locator("[data-part=stop]")).to_be_visible()
    panels.finished(rewrite)
    expect(rewrite.locator("[data-part=diff] .diff")).to_have_count(2)
    expect(rewrite).to_contain_text("Lost in the rewrite: {{ticket}}. New in it: {{text}}.")
    expect(rewrite).to_contain_text("It is shorter.")
    rewrite.get_by_role("button", name="Put into the editor").click()
    expect(page.locator("#messages .cm-content")).to_have_count(2)
    rewrite.get_by_role("button", name="Put the old text back").click()
    expect(page.locator("#messages .cm-content")).to_have_count(1)
    assert workbench.text_of(page) == panels.TEXT
    rewrite.get_by_role("button", name="Save as version").click()
    expect(page.locator("#flash")).to_contain_text("Version 2 is saved.")
    assert [workbench.text_of(page, at) for at in range(2)] == ["Sort tickets strictly.", "<ticket>{{text}}</ticket>"]
    page.goto(f"{workbench.path_of(page)}versions/2/")
    expect(page.locator("main")).to_contain_text("Strict sorting")


def test_a_conversation_is_kept_stopped_retried_inserted_exported_and_cleared(
    bench: Callable[..., Page], fake: FakeProvider, tmp_path: Path
) -> None:
    page = bench("Brainstorm", panel="brainstorm", key="fake google")
    chat = panels.show(page, "brainstorm")
    fake.control({"text": "First this.\n\n```\nA block to keep.\n```\n\nThen that.", "token_interval": 0.02})
    chat.get_by_label("Your message").fill("What is missing?")
    page.keyboard.press("Control+Enter")
    panels.finished(chat)
    expect(chat.get_by_label("Your message")).to_have_value("")
    expect(chat.locator(".chat-block")).to_have_count(3)
    # At the caret of the editor.
    workbench.editor(page).click()
    page.keyboard.press("Control+Home")
    chat.get_by_role("button", name="Insert block 2 into the draft").click()
    expect(page.locator("#messages textarea")).to_have_value(f"A block to keep.{panels.TEXT}")
    workbench.wait_for_draft(page)
    fake.control({"text": "word " * 500, "token_interval": 0.05})
    chat.get_by_label("Your message").fill("And then?")
    chat.get_by_role("button", name=re.compile("^Send")).click()
    expect(chat.locator(".answered").last).to_contain_text("word word")
    chat.get_by_role("button", name="Stop").click()
    panels.finished(chat, "Stopped")
    assert eventually(lambda: fake.active == 0) < 1
    fake.control({"text": "Another answer.", "token_interval": 0.0})
    chat.get_by_role("button", name="Ask again").click()
    panels.finished(chat)
    expect(chat.locator(".answered")).to_have_count(2)
    expect(chat.locator(".answered").last).to_contain_text("Another answer.")
    sent = json.dumps(fake.received[-1].json)
    assert "What is missing?" in sent and "Then that." in sent and "word word" not in sent
    page.reload()
    chat = panels.show(page, "brainstorm")
    expect(chat.locator(".said")).to_have_text([re.compile("What is missing"), re.compile("And then")])
    with page.expect_download() as waiting:
        chat.get_by_role("button", name="Export").click()
    waiting.value.save_as(tmp_path / "chat.json")
    assert [each["role"] for each in json.loads((tmp_path / "chat.json").read_text())["own"]["turns"]] == [
        "user",
        "assistant",
    ] * 2
    chat.get_by_role("button", name="Clear").click()
    expect(chat.locator(".chat > li")).to_have_count(0)
    page.reload()
    chat = panels.show(page, "brainstorm")
    expect(chat.locator("[data-part=empty]")).to_be_visible()
    expect(chat.locator(".chat > li")).to_have_count(0)


def test_a_version_and_the_draft_are_compared(bench: Callable[..., Page], fake: FakeProvider) -> None:
    page = bench("Compare", panel="compare")
    workbench.write(page, "Sort {{ticket}} for billing.")
    compare = panels.show(page, "compare")
    fake.control({"queue": [panels.compare("The team has a name.", "No rule against guessing.")]})
    panels.run(compare)
    expect(compare).to_contain_text("v1 · latest → what is on screen")
    expect(compare.locator("[data-part=changes] li")).to_have_count(2)
    expect(compare.locator("[data-part=prefer] .chip")).to_have_text("what is on screen")
    compare.get_by_label("to", exact=True).select_option(label="v1 · latest")
    compare.locator("[data-part=start]").click()
    expect(page.locator("#toasts")).to_contain_text("Choose two that differ.")


def test_proposed_cases_are_kept_when_ticked(bench: Callable[..., Page], fake: FakeProvider) -> None:
    page = bench("Cases", panel="cases")
    cases = panels.show(page, "cases")
    fake.control({"queue": [panels.cases("Angry", "Empty", "Long")]})
    panels.run(cases)
    cases.get_by_role("checkbox", name="Keep “Empty”").uncheck()
    cases.get_by_label("Name of the new suite").fill("Proposed")
    cases.get_by_role("button", name="Keep 2 cases").click()
    expect(cases.locator("[data-kept]")).to_contain_text("2 cases kept.")
    cases.get_by_role("link", name="Proposed").click()
    expect(page.locator("main")).to_contain_text("Angry")
    expect(page.locator("main")).not_to_contain_text("Empty")


def test_a_finding_of_the_lint_is_explained_under_it(bench: Callable[..., Page], fake: FakeProvider) -> None:
    page = bench("Explain")
    fake.control({"text": "“Try to” leaves it open."})
    panels.show(page, "explain")
    line = page.locator("#pane-lint [data-finding]", has_text="vague-wording").first
    line.get_by_role("button", name="Explain", exact=True).click()
    expect(line.locator("[data-part=answer]")).to_have_text("“Try to” leaves it open.")
    workbench.add_text(page, " And so on.")
    workbench.wait_for_draft(page)
    line = page.locator("#pane-lint [data-finding]", has_text="Try to").first
    expect(line.locator("[data-part=answer]")).to_have_text("“Try to” leaves it open.")


def test_a_malformed_answer_is_repaired_once_then_shown_raw(bench: Callable[..., Page], fake: FakeProvider) -> None:
    page = bench("Malformed")
    critique = panels.show(page, "critique")
    fake.control(
        {
            "queue": [
                '{"scores": [{"aspect": "clarity", "reason": "x", "score": 99}]}',
                panels.critique(panels.finding("must", "Mend it", "Never")),
            ]
        }
    )
    panels.run(critique)
    expect(critique).to_contain_text("The answer could not be used and is asked for once more.")
    expect(critique.locator("[data-part=findings] > li")).to_have_count(1)
    fake.control({"queue": ["No JSON here <b>.", "Still none."]})
    panels.run(critique)
    expect(critique).to_contain_text("The second answer could not be used either.")
    expect(critique.locator("[data-part=raw]")).to_have_text("Still none.")
    page.reload()
    expect(panels.show(page, "critique").locator("[data-part=raw]")).to_have_text("Still none.")


def test_an_error_says_why_and_nothing_that_was_written_is_lost(bench: Callable[..., Page], fake: FakeProvider) -> None:
    page = bench("Errors", panel="improve")
    improve = panels.show(page, "improve")
    improve.get_by_label("What should be better").fill("Keep this wish")
    fake.control({"schedule": ["401"]})
    improve.locator("[data-part=start]").click()
    panels.finished(improve, "Failed")
    expect(improve.get_by_role("alert")).to_contain_text("refused")
    expect(improve.get_by_label("What should be better")).to_have_value("Keep this wish")
    fake.control({"schedule": ["429-after-2"], "text": panels.improve(("Never", "Do not"))})
    improve.locator("[data-part=start]").click()
    expect(improve.locator("[data-part=status]")).to_contain_text("asked to wait")
    panels.finished(improve)
    chat = panels.show(page, "brainstorm")
    fake.control({"schedule": ["401"]})
    chat.get_by_label("Your message").fill("Are you there?")
    chat.locator("[data-part=start]").click()
    panels.finished(chat, "Failed")
    expect(chat.locator(".said")).to_have_text(re.compile("Are you there"))


def test_stopping_closes_the_call_and_keeps_what_came(bench: Callable[..., Page], fake: FakeProvider) -> None:
    page = bench("Stopped")
    critique = panels.show(page, "critique")
    fake.control(
        {
            "text": panels.critique(*[panels.finding("may", f"Number {at}", "Never") for at in range(60)]),
            "token_interval": 0.03,
        }
    )
    critique.locator("[data-part=start]").click()
    expect(critique.locator("[data-part=findings] > li").nth(1)).to_be_visible()
    page.keyboard.press("Escape")
    panels.finished(critique, "Stopped")
    assert eventually(lambda: fake.active == 0) < 1
    assert critique.locator("[data-part=findings] > li").count() >= 2
    expect(critique.locator("[data-part=start]")).to_be_focused()


def test_hostile_answers_are_text(bench: Callable[..., Page], fake: FakeProvider) -> None:
    page = bench("Hostile", text="Sort {{ticket}}.\n" + "\n".join(PAYLOADS[:40]))
    every = " ".join(PAYLOADS)
    critique = panels.show(page, "critique")
    fake.control(
        {
            "queue": [
                panels.critique(
                    *[panels.finding("must", each, each, detail=each) for each in PAYLOADS[:40]],
                    reason=every,
                    summary=every,
                )
            ]
        }
    )
    panels.run(critique)
    fake.control({"text": every})
    chat = panels.show(page, "brainstorm")
    chat.get_by_label("Your message").fill(every[:5000])
    panels.run(chat)
    fake.control({"text": panels.rewrite(("system", every), changes=PAYLOADS[:20])})
    rewrite = panels.show(page, "rewrite")
    rewrite.get_by_label("Goal").fill("x")
    panels.run(rewrite)
    fake.control({"text": panels.improve(("Sort", every), summary=every)})
    improve = panels.show(page, "improve")
    panels.run(improve)
    fake.control({"text": every})
    panels.show(page, "critique").locator("[data-part=start]").click()
    expect(critique.locator("[data-part=raw]")).to_be_visible()
    strange = page.evaluate(f"{_STRANGE}; strange(document)")
    assert not strange, strange


def test_the_demo_provider_answers_every_panel(page: Page, account: Account, fake: FakeProvider) -> None:
    panels.make_prompt(page, account, "Demo")
    critique = panels.show(page, "critique")
    critique.locator("[data-part=model-box] summary").click()
    critique.locator("select[name=model]").select_option(label="demo-small")
    expect(critique).to_contain_text("Nothing is sent anywhere")
    for name in ("critique", "improve", "rewrite", "compare", "brainstorm", "cases"):
        panel = panels.show(page, name)
        if name == "rewrite":
            panel.get_by_label("Goal").fill("Sorts more strictly")
        elif name == "brainstorm":
            panel.get_by_label("Your message").fill("What could be better?")
        elif name == "compare":
            workbench.add_text(page, " Answer in English.")
        panels.run(panel)
        expect(panel.get_by_role("alert")).to_have_count(0)
        bad = [each for width in (1440, 360) for each in _complaints(page, width)]
        assert not bad, f"{name}: {bad}"


def _complaints(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    found = axe.complaints(page, within=".dock")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found + ([f"{width}: the page is wider than the screen"] if wide else [])


def test_the_keys_of_the_edits_are_in_the_sheet_and_do_something(
    bench: Callable[..., Page], fake: FakeProvider
) -> None:
    page = bench("Keys", panel="improve")
    improve = panels.show(page, "improve")
    fake.control({"queue": [panels.improve(("Sort", "Order"), ("Never", "Do not"))]})
    improve.get_by_label("What should be better").click()
    page.keyboard.press("Control+Enter")
    panels.finished(improve)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    part = sheet.locator("section", has=page.get_by_role("heading", name="In the edits of Improve"))
    listed = set(part.locator("[data-keys]").evaluate_all("all => all.map((each) => each.dataset.keys)"))
    assert listed == {"j", "arrowdown", "k", "arrowup", "a", "r", "u", "enter"}
    page.keyboard.press("Escape")
    edits = panels.edit_lines(improve)
    edits.first.focus()
    for down, up in (("j", "k"), ("ArrowDown", "ArrowUp")):
        page.keyboard.press(down)
        expect(edits.nth(1)).to_be_focused()
        page.keyboard.press(up)
        expect(edits.nth(0)).to_be_focused()
    page.keyboard.press("a")
    expect(edits.nth(0)).to_have_attribute("data-state", "accepted")
    expect(edits.nth(1)).to_be_focused()
    page.keyboard.press("r")
    expect(edits.nth(1)).to_have_attribute("data-state", "refused")
    page.keyboard.press("u")
    expect(edits.nth(1)).to_have_attribute("data-state", "open")
    page.keyboard.press("Enter")
    expect(workbench.editor(page)).to_be_focused()
