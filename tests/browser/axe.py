"""What axe-core finds wrong with an open page: WCAG 2.2 A and AA and its best practices, as a list of complaints."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "vendor" / "axe.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can differ between the light and the dark page; everything else is asked once.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
# What can differ between a narrow page and a wide one, beside colours.
OF_WIDTHS = ["target-size", "scrollable-region-focusable", "region", "aria-hidden-focus", "button-name", "link-name"]
IMPACTS = ("moderate", "serious", "critical")
_RUN = """async ([within, options]) => {
  const { violations } = await axe.run(within || document, options);
  const where = ({ target, failureSummary, html }) => `${target.join(" ")} ${html.slice(0, 160)} ${failureSummary}`;
  return violations.map(({ id, impact, nodes }) => ({ id, impact, places: nodes.map(where) }));
}"""


def complaints(page: Page, *, rules: Collection[str] = (), within: str = "") -> list[str]:
    """What is wrong with the page as it is shown now, one line a place.

    `rules` names the only rules to ask, `within` is the selector of the only part to look at.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT)
    only = {"type": "rule", "values": [*rules]} if rules else {"type": "tag", "values": TAGS}
    found: list[dict[str, Any]] = page.evaluate(_RUN, [within, {"runOnly": only, "resultTypes": ["violations"]}])
    return [
        f"{each['impact']} {each['id']}: {place}"
        for each in found
        if each["impact"] in IMPACTS
        for place in each["places"]
    ]
