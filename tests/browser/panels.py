"""Hands on the panels in the dock, and answers as models give them."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser import workbench
from tests.browser.people import Account

TEXT = "Sort the ticket {{ticket}} for the team.\nTry to keep the reason short.\nNever guess."
ASPECTS = ("clarity", "specificity", "structure", "context", "output", "robustness")
PANES = {"cases": "tests", "explain": "lint"}


def critique(*findings: Mapping[str, Any], reason: str = "It reads well.", summary: str = "Sound.") -> str:
    """A whole answer of Critique."""
    scores = [{"aspect": each, "reason": f"{each}: {reason}", "score": 4 + at} for at, each in enumerate(ASPECTS)]
    return json.dumps({"scores": scores, "findings": findings, "summary": summary})


def finding(severity: str, title: str, quote: str, *, message: int = 1, detail: str = "Say it.") -> dict[str, Any]:
    """One finding of Critique."""
    return {"severity": severity, "title": title, "detail": detail, "message": message, "quote": quote}


def improve(*edits: tuple[str, str], summary: str = "Edits.") -> str:
    """A whole answer of Improve, from pairs of what is found and what replaces it."""
    made = [
        {"message": 1, "find": find, "replace": put, "why": f"Because of {at}."} for at, (find, put) in enumerate(edits)
    ]
    return json.dumps({"edits": made, "summary": summary})


def rewrite(*messages: tuple[str, str], changes: Sequence[str] = ("It is shorter.",)) -> str:
    """A whole answer of Rewrite, from roles and texts."""
    made = [{"role": role, "content": content} for role, content in messages]
    return json.dumps({"messages": made, "changes": changes})


def compare(*whats: str) -> str:
    """A whole answer of Compare."""
    changes = [{"what": each, "effect": "Shorter answers.", "risk": "Less detail."} for each in whats]
    prefer = [{"for": "Routing", "choice": "right", "why": "It names the team."}]
    return json.dumps({"changes": changes, "prefer": prefer, "summary": "The right one is stricter."})


def cases(*names: str) -> str:
    """A whole answer of Propose cases."""
    made = [
        {"name": each, "why": "It is usual.", "values": {"ticket": f"About {each}"}, "expected": ""} for each in names
    ]
    return json.dumps({"cases": made})


def make_prompt(page: Page, account: Account, title: str, text: str = TEXT) -> str:
    """A prompt with one version; returns the workbench's path."""
    return workbench.create_prompt(page, account.workspace, title, text)


def show(page: Page, panel: str) -> Locator:
    """Open a panel's tab; returns the panel once it has come to life."""
    pane = PANES.get(panel, panel)
    page.locator(f'.dock .tabs a[href="#pane-{pane}"]').click()
    found = page.locator(f'.panel[data-panel="{panel}"]')
    if panel != "explain":
        expect(found.locator("[data-part=start]:enabled, [data-consent]").first).to_be_visible()
    return found


def choose_model(panel: Locator, key: str) -> str:
    """Choose the first model of a key for all panels, and agree to where the text goes; returns the model's name."""
    details = panel.locator("[data-part=model-box] details")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    option = panel.locator(f"select[name=model] optgroup[label^='{key}'] option").first
    name = option.inner_text()
    if panel.locator("select[name=model]").input_value() != option.get_attribute("value"):
        panel.locator("select[name=model]").select_option(value=option.get_attribute("value"))
    expect(panel.locator("summary .mono").first).to_have_text(name)
    expect(panel.locator("[id$=-consent]")).to_contain_text(f"with key {key}")
    agree(panel)
    details.locator("summary").click()
    return name


def agree(panel: Locator) -> None:
    """Press the one button of the consent, where it is asked for."""
    if panel.locator("[data-consent] button").count():
        panel.locator("[data-consent] button").click()
    expect(panel.locator("[data-consent]")).to_have_count(0)
    expect(panel.locator("[data-part=start]")).to_be_enabled()


def run(panel: Locator) -> None:
    """Start it and wait for its end."""
    panel.locator("[data-part=start]").click()
    finished(panel)


def finished(panel: Locator, word: str = "Finished") -> None:
    """Until the panel has said how it ended."""
    expect(panel.locator("[data-part=said]")).to_have_text(re.compile(f"^{word}"))
    expect(panel).not_to_have_attribute("aria-busy", "true")


def edit_lines(panel: Locator) -> Locator:
    """The proposed edits."""
    return panel.locator("[data-part=edits] > li")
