"""Keys that scripts listen to are in the sheet of shortcuts, or are what such an element always does."""

import re

from tests.house.source import PACKAGE, named

SCRIPTS = sorted((PACKAGE / "static" / "app").rglob("*.js"))
# What the pattern of the element asks for, so that nobody has to look it up.
PATTERNS = {
    "promptassay/static/app/dock.js": "arrows move a separator",
    "promptassay/static/app/menu.js": "Escape closes a menu",
    "promptassay/static/app/palette.js": "arrows and Enter of a combobox; its foot says so",
    "promptassay/static/app/shortcuts.js": "the keys of [data-key], which the sheet lists",
    "promptassay/static/app/tabs.js": "arrows move between tabs",
    "promptassay/static/app/prompts/playground.js": "Escape, which its button lists",
    "promptassay/static/app/prompts/notes.js": "sends and leaves a note, which mentions.js lists",
    "promptassay/static/app/assist/panel.js": "Escape, which its button lists",
    "promptassay/static/app/prompts/editor-lint.js": "listed by the page's [data-lint-key]",
}
LISTENS = re.compile(r"\"key(?:down|up|press)\"|keymap\.of\(")


def test_whoever_listens_to_keys_lists_them() -> None:
    for path in SCRIPTS:
        text = path.read_text()
        if LISTENS.search(text) and named(path) not in PATTERNS:
            assert "listKeys(" in text, f"{named(path)} listens to keys that no sheet lists"


def test_the_exemptions_still_listen() -> None:
    for name in PATTERNS:
        assert LISTENS.search((PACKAGE.parent / name).read_text()), name
