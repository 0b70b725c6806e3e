"""THE table of panels: what each is called, what it takes and gives, and which meta-prompt asks for it."""

from dataclasses import dataclass
from typing import Final, Literal

from promptassay.core.errors import NotFound

Place = Literal["dock", "tests", "lint"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `name` stands in its addresses and is the purpose in both ledgers; `version` names its meta-prompt.

    `place` is where the workbench shows it. `is_text` says that it answers in plain text rather than in one JSON
    object. `makes_version` says that what it gives can be accepted as a version.
    """

    name: str
    title: str
    says: str
    version: str
    action: str
    place: Place = "dock"
    is_text: bool = False
    makes_version: bool = False


PANELS: Final[dict[str, Panel]] = {
    panel.name: panel
    for panel in (
        Panel(
            "critique",
            "Critique",
            "Six scores from 0 to 10, and findings that quote the words they are about.",
            "critique-v1",
            "Critique the text",
        ),
        Panel(
            "improve",
            "Improve",
            "Edits of the text, each accepted or refused by itself.",
            "improve-v1",
            "Propose edits",
            makes_version=True,
        ),
        Panel(
            "rewrite",
            "Rewrite",
            "The whole text written anew for a goal.",
            "rewrite-v1",
            "Rewrite the text",
            makes_version=True,
        ),
        Panel(
            "brainstorm",
            "Brainstorm",
            "A conversation about the prompt; any block of it can go into the draft.",
            "brainstorm-v1",
            "Send",
            is_text=True,
        ),
        Panel(
            "compare",
            "Compare",
            "What two versions mean differently, what that may change, and which to prefer for what.",
            "compare-v1",
            "Compare the two",
        ),
        Panel(
            "cases",
            "Propose cases",
            "Test cases for the prompt; they are stored only when you accept them.",
            "cases-v1",
            "Propose cases",
            place="tests",
        ),
        Panel(
            "explain",
            "Explain a finding",
            "Why a finding of the lint matters in this text, and how to mend it.",
            "explain-v1",
            "Explain it",
            place="lint",
            is_text=True,
        ),
    )
}


def get_panel(name: str) -> Panel:
    """The panel of this name; NotFound when there is none."""
    panel = PANELS.get(name)
    if panel is None:
        raise NotFound()
    return panel
