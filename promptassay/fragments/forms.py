"""What people type about a fragment; every field comes back as it was typed."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django import forms
from django.http import QueryDict

from promptassay.core.http import uuid_or_not_found
from promptassay.fragments.services.fragments import DESCRIPTION_LIMIT, SLUG_LIMIT, TITLE_LIMIT
from promptassay.fragments.text import normalized

RERUNS_LIMIT: Final = 500
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_SLUG_HELP: Final = "How prompts refer to it: lower-case letters and digits, in words joined by single hyphens."
_TITLE = forms.TextInput(attrs={"autocomplete": "off"})


class DetailsForm(forms.Form):
    """What is said about a fragment."""

    title = forms.CharField(max_length=TITLE_LIMIT, widget=_TITLE)
    slug = forms.CharField(
        max_length=SLUG_LIMIT,
        help_text=_SLUG_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
    description = forms.CharField(
        max_length=DESCRIPTION_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class CreateForm(DetailsForm):
    """A new fragment with its first text."""

    slug = forms.CharField(
        max_length=SLUG_LIMIT,
        required=False,
        help_text=f"{_SLUG_HELP} Left empty, it is made of the title.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
    text = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono", "data-island": "prompts/editor"}),
    )

    def clean_text(self) -> str:
        """The text with plain line feeds."""
        return normalized(self.cleaned_data["text"])


@dataclass(frozen=True)
class Typed:
    """The editor's fields as they came. `seen` names the affected prompts that the writer was shown.

    `rerun` are the suites to run again once the text is saved.
    """

    text: str
    base: int
    summary: str
    seen: str
    confirmed: bool
    rerun: frozenset[UUID] = frozenset()


def read_typed(data: QueryDict) -> Typed:
    """Read the editor's fields; a base that is no number counts as 0, which is older than every version."""
    base = data.get("base", "")
    return Typed(
        text=normalized(data.get("text", "")),
        base=int(base) if _NUMBER.fullmatch(base) else 0,
        summary=data.get("summary", ""),
        seen=data.get("seen", "")[:64],
        confirmed=data.get("confirmed") == "1",
        rerun=frozenset(uuid_or_not_found(each) for each in data.getlist("rerun")[:RERUNS_LIMIT]),
    )
