"""The one import map of a page: every module, ours and vendored, by its bare name at its hashed URL."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

STATIC_DIR = Path(__file__).resolve().parents[2] / "static"
# What every page runs, so that the browser need not discover it import by import.
PRELOADED = (
    "app/main",
    "app/islands",
    "app/lib/csrf",
    "app/lib/session",
    "app/lib/time",
    "app/lib/toast",
    "vendor/htmx",
)


def module_names() -> list[str]:
    """The bare names of all modules: their paths under static/ without the ending, sorted."""
    files = [*STATIC_DIR.glob("app/**/*.js"), *STATIC_DIR.glob("vendor/*.js")]
    return sorted(path.relative_to(STATIC_DIR).with_suffix("").as_posix() for path in files)


def _imports() -> dict[str, str]:
    return {name: static(f"{name}.js") for name in module_names()}


# The files of a release do not change while its process lives.
_cached_imports = cache(_imports)


@register.simple_tag(takes_context=True)
def importmap(context: template.Context) -> SafeString:
    """The map with the page's nonce, preloads, and the module that starts the page.

    Empty without a request: such a page (the database is away) has no nonce and does without scripts.
    """
    request: Any = context.get("request")
    if request is None:
        return SafeString()
    imports = _imports() if settings.DEBUG else _cached_imports()
    # "<" is escaped so that no file name could end the element; JSON reads it back.
    text = json.dumps({"imports": imports}, separators=(",", ":")).replace("<", "\\u003c")
    nonce = str(getattr(request, "csp_nonce", ""))
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>\n{}\n<script type="module" src="{}"></script>',
        nonce,
        mark_safe(text),  # noqa: S308 (made above, from file names of ours)
        format_html_join("\n", '<link rel="modulepreload" href="{}">', ((imports[name],) for name in PRELOADED)),
        imports["app/main"],
    )
