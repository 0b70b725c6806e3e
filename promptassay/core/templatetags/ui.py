"""Small tags and filters of the pages: icons, form fields, times, and figures written one way everywhere."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from promptassay.core import unseen

register = template.Library()

# Outlines on a 16 x 16 grid, stroked in the colour of the text.
ICONS = {
    "alert": "M8 2 1.5 13.5h13zM8 6.5v3.2M8 11.6v.2",
    "bell": "M8 2a4 4 0 0 1 4 4c0 3.2 1.5 4.5 1.5 4.5h-11S4 9.2 4 6a4 4 0 0 1 4-4zM6.6 13.2a1.5 1.5 0 0 0 2.8 0M8 2V1",
    "check": "M3 8.5 6.5 12 13 4.5",
    "chevron": "M4 6l4 4 4-4",
    "clock": "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 4.6V8l2.4 1.6",
    "copy": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
    "cross": "M4 4l8 8M12 4l-8 8",
    "download": "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
    "external": "M9 2.5h4.5V7M13.5 2.5 8 8M11.5 9.5v4h-9v-9h4",
    "fragment": "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM11.5 9v5M9 11.5h5",
    "history": "M2.3 8a5.7 5.7 0 1 0 1.9-4.2L2.3 5.5M2.3 2.3v3.2h3.2M8 5v3.2l2.2 1.3",
    "key": "M5.2 6.8a2.9 2.9 0 1 0 0 5.8 2.9 2.9 0 0 0 0-5.8zM7.3 7.7l5.9-5.9M10.6 4.4l2 2",
    "keyboard": "M1.5 4.5h13v7h-13zM4 7h.1M6.6 7h.1M9.3 7h.1M11.9 7h.1M5 9.4h6",
    "menu": "M2.5 4h11M2.5 8h11M2.5 12h11",
    "minus": "M3 8h10",
    "more": "M3.4 8h.2M7.9 8h.2M12.4 8h.2",
    "pencil": "M10.8 2.7l2.5 2.5L5.5 13l-3.2.7.7-3.2z",
    "play": "M4.5 2.8v10.4L13 8z",
    "plus": "M8 3v10M3 8h10",
    "prompt": "M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3M5.8 8h4.4M5.8 10.8h3",
    "restore": "M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6",
    "run": "M1.8 13.8h12.4M3.8 11V8M6.6 11V4.5M9.4 11V6.5M12.2 11V2.2",
    "search": "M7 2.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6zM10.5 10.5l3.3 3.3",
    "settings": "M2 4.5h6M11 4.5h3M2 11.5h3M8 11.5h6M8 2.9v3.2M11 2.9v3.2H8V2.9zM5 9.9h3v3.2H5z",
    "sign-out": "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
    "stop": "M4 4h8v8H4z",
    "suite": "M2 3.8l1.2 1.2 2-2.2M2 8.4l1.2 1.2 2-2.2M2 13l1.2 1.2 2-2.2M7.8 4h6.2M7.8 8.6H14M7.8 13.2H14",
    "theme": "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 1.8v12.4M8 5l5.2-.1M8 8h6M8 11h5.2",
    "trash": "M2.5 4h11M6 4V2.2h4V4M4 4l.7 9.8h6.6L12 4M6.6 6.8v4.2M9.4 6.8v4.2",
    "upload": "M8 10.5v-8M4.5 6 8 2.5 11.5 6M2.5 13.5h11",
    "usage": "M2 13.5h12M2 10.5 6 6l3 2.5L14 3",
    "user": "M8 2a2.9 2.9 0 1 1 0 5.8A2.9 2.9 0 0 1 8 2zM2.5 14c.5-3 2.7-4.3 5.5-4.3s5 1.3 5.5 4.3",
    "workspace": "M2 13.8h12M3.2 13.8V5.2L8 2.2l4.8 3v8.6M6.4 13.8v-3.6h3.2v3.6",
}

SHAPES = {"good": "●", "bad": "▼", "warn": "◆", "copper": "▲"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """The named icon as inline SVG, hidden from screen readers: the text beside it says the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>',
        ICONS[name],
    )


@register.filter
def shape(tone: str) -> str:
    """The shape that goes with a tone, so that no state is told by its colour alone."""
    return SHAPES.get(tone, "·")


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: str = "", autofocus: bool = False) -> dict[str, Any]:
    """One form field with its label, hint and errors, wired together for screen readers."""
    attributes: dict[str, Any] = {"autofocus": True} if autofocus else {}
    kind = getattr(bound.field.widget, "input_type", "")
    return {
        "field": bound,
        "label": label or bound.label,
        "widget": bound.as_widget(attrs=attributes),
        "kind": "group" if bound.field.widget.use_fieldset else kind,
    }


@register.simple_tag
def ago(moment: datetime | None, missing: str = "never") -> SafeString | str:
    """A `<time>` that says how long ago; the page keeps it fresh and shows the full time as its title."""
    if moment is None:
        return missing
    words = _ago(int((timezone.now() - moment).total_seconds()))
    # Digits and words of ours: nothing in it needs escaping, and lists say it for each row.
    text = f'<time datetime="{moment.isoformat()}" title="{moment:%-d %b %Y, %H:%M} UTC" data-relative>{words}</time>'
    return SafeString(text)


def _ago(seconds: int) -> str:
    """Seconds as words, as app/lib/time.js says them; negative seconds lie ahead."""
    units = (("year", 31_536_000), ("month", 2_592_000), ("week", 604_800), ("day", 86_400), ("hour", 3600))
    for unit, size in (*units, ("minute", 60)):
        if number := abs(seconds) // size:
            words = f"{number} {unit}{'' if number == 1 else 's'}"
            if unit == "day" and number == 1:
                return "yesterday" if seconds > 0 else "tomorrow"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"


@register.filter
def ticked(text: str) -> SafeString:
    """A sentence of ours with what stands between back-ticks as code; all of it is escaped."""
    pieces = str(text).split("`")
    if len(pieces) % 2 == 0:  # one tick is alone: it is part of the text
        pieces[-2:] = ["`".join(pieces[-2:])]
    parts = (format_html("<code>{}</code>", piece) if at % 2 else piece for at, piece in enumerate(pieces))
    return format_html_join("", "{}", ((part,) for part in parts))


@register.filter
def unticked(text: str) -> str:
    """The same sentence for a tooltip or a screen reader, without the back-ticks."""
    return str(text).replace("`", "")


@register.filter
def marked(text: object) -> str | SafeString:
    """A text of people or models with marks where something cannot be seen (`core/unseen.py`); escaped as any other."""
    return unseen.marked(str(text))


@register.filter
def words(value: Any) -> str:
    """A JSON value as people write it: lists with commas and “and”, yes and no, a dash for nothing."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {words(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        said = [words(each) for each in value]
        return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return str(value)


@register.filter
def percent(share: float | Decimal | None, digits: int = 0) -> str:
    """A share from 0 to 1 as per cent, for example "91 %"; a dash for none."""
    return "–" if share is None else f"{float(share) * 100:.{digits}f} %"


@register.filter
def count(number: int | None) -> str:
    """A whole number with thousands separated, for example "1,288"; a dash for none."""
    return "–" if number is None else f"{number:,}"


@register.filter
def get(mapping: Mapping[str, Any] | None, name: str) -> Any:
    """The value under a name that a template cannot write as an attribute, None when there is none."""
    return (mapping or {}).get(name)


@register.filter
def money(dollars: float | Decimal | None) -> str:
    """US dollars, to the cent, or to two significant figures below a dime; a dash for none."""
    if dollars is None:
        return "–"
    value = float(dollars)
    if value == 0 or abs(value) >= 0.1:
        return f"${value:,.2f}"
    return "< $0.000001" if abs(value) < 1e-6 else f"${Decimal(f'{value:.1e}'):f}"


@register.filter
def millis(milliseconds: float | None) -> str:
    """A duration given in milliseconds, for example "640 ms", "1.9 s", "2 min 5 s"; a dash for none."""
    if milliseconds is None:
        return "–"
    if round(milliseconds) < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


@register.inclusion_tag("components/rate.html")
def rate(
    value: float, low: float | None = None, high: float | None = None, threshold: float | None = None
) -> dict[str, Any]:
    """A pass rate as a bar, with its interval and the threshold as a mark; all shares from 0 to 1."""
    drawing: dict[str, Any] = {"value": value, "low": low, "high": high, "width": _per_mille(value)}
    if low is not None and high is not None:
        drawing |= {"band_at": _per_mille(low), "band_width": _per_mille(high - low)}
    if threshold is not None:
        drawing["threshold_at"] = _per_mille(threshold)
    return drawing


def _per_mille(share: float) -> int:
    return round(min(max(share, 0), 1) * 1000)
