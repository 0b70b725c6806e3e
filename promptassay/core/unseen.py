"""Characters that cannot be seen, or that turn the text around them, as marks that can: for comparisons and answers.

A zero-width space, a direction override or a tag character changes what a model reads and not what a person sees. Each
run of them becomes a mark with its code, which still holds the characters (copying gives what was there) and keeps
their effect inside. What writing systems need stays as it is: joiners between letters that are not ASCII, emoji
sequences, the flags that are spelt with tags, and variation selectors of emoji.
"""

import re
import unicodedata
from itertools import groupby
from typing import Final

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

# One text gets no more marks than a page can bear; what follows is left as it is.
MAX_MARKS: Final = 2_000
_FLAG: Final = "\U0001f3f4[\U000e0030-\U000e007a]+\U000e007f"
_UNSEEN: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_JOINER: Final = "(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
_FIND: Final = re.compile(f"({_FLAG})|((?:[{_UNSEEN}]|{_JOINER})+)")


def marked(text: str) -> str | SafeString:
    """The text with marks where something cannot be seen: HTML, or the same text if there is nothing."""
    if text.isascii() and text.isprintable():
        return text
    parts, done, marks = [], 0, 0
    for found in _FIND.finditer(text):
        if found[1]:
            continue
        if marks == MAX_MARKS:
            break
        marks += 1
        parts += [conditional_escape(text[done : found.start()]), _mark(found[0])]
        done = found.end()
    if not marks:
        return text
    parts.append(conditional_escape(text[done:]))
    return SafeString("".join(parts))


def _mark(run: str) -> SafeString:
    kinds = [(char, len(list(same))) for char, same in groupby(run)]
    codes = " ".join(f"U+{ord(char):04X}{f'×{times:,}' if times > 1 else ''}" for char, times in kinds[:8])
    more = " …" if len(kinds) > 8 else ""
    names = ", ".join(unicodedata.name(char, "a control character").lower() for char, _ in kinds[:8])
    return format_html('<i class="unseen" data-code="{}" title="{}">{}</i>', codes + more, names + more, run)
