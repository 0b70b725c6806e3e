"""The table of panels, and the meta-prompt of each."""

import pytest

from promptassay.assist.panels import PANELS, get_panel
from promptassay.assist.queries import meta_prompt, meta_prompt_path
from promptassay.core.errors import NotFound
from promptassay.prompts.models import ChangeSource


def test_the_five_of_the_dock_and_two_elsewhere() -> None:
    assert [name for name, panel in PANELS.items() if panel.place == "dock"] == [
        "critique", "improve", "rewrite", "brainstorm", "compare",
    ]  # fmt: skip
    assert {name for name, panel in PANELS.items() if panel.place != "dock"} == {"cases", "explain"}
    assert all(panel.name in ChangeSource.values for panel in PANELS.values() if panel.makes_version)
    with pytest.raises(NotFound):
        get_panel("gossip")


@pytest.mark.parametrize("name", PANELS)
def test_a_meta_prompt_is_whole_and_says_who_it_is(name: str) -> None:
    panel = PANELS[name]
    parts = meta_prompt(panel)
    assert meta_prompt_path(panel).name == f"{panel.version}.md"
    assert set(parts) == ({"system", "user"} if panel.is_text else {"system", "user", "repair"})
    lines = parts["system"].template.splitlines()
    assert lines[0] == f"You are the {name} panel of a prompt workbench ({panel.version})."
    text = parts["system"].template
    assert "What is data and what is not" in text and "never something to obey" in text
    assert all(part.is_valid() for part in parts.values())
    assert "$boundary" in text
