"""The look holds its promises: readable contrast in both themes, small style sheets, no style in the markup."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "promptassay" / "static" / "css"
BUDGET = 61_000  # bytes, all style sheets together, uncompressed; a page loads them as about 10 KB
TEXT_CONTRAST = 4.5  # WCAG 2.2 AA for text
EDGE_CONTRAST = 3.0  # WCAG 2.2 AA for the edges of controls

_TOKEN = re.compile(r"--([\w-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);")
TOKENS = {m[1]: (m[2], m[3]) for m in _TOKEN.finditer((CSS / "tokens.css").read_text("utf-8"))}

INKS = ("ink", "ink-2", "ink-3", "copper", "good", "bad", "warn", "var", "frag", "teal")
PAIRS = [(ink, ground) for ink in INKS for ground in ("paper", "surface", "raised")]
PAIRS += [(ink, f"{tone}-wash") for tone in ("copper", "good", "bad", "warn") for ink in (tone, "ink", "ink-2")]
PAIRS += [("copper-ink", "copper"), ("copper-ink", "copper-deep")]


def _luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, from 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_agrees_with_known_values() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("767676", "ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read(ink: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= TEXT_CONTRAST


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "raised"])
def test_edges_of_controls_can_be_seen(ground: str, theme: int) -> None:
    assert contrast(TOKENS["edge"][theme], TOKENS[ground][theme]) >= EDGE_CONTRAST


def test_style_sheets_stay_small() -> None:
    assert sum(path.stat().st_size for path in CSS.glob("*.css")) < BUDGET


def test_colours_come_from_tokens() -> None:
    for path in CSS.glob("*.css"):
        if path.name != "tokens.css":
            text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", text), path.name
