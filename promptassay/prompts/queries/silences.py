"""Reading which rules of the lint are silenced, where, why and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from promptassay.accounts.queries import emails_of
from promptassay.prompts.models import LintSilence, Prompt


@dataclass(frozen=True)
class SilenceLine:
    """A silenced rule as pages show it, with the address of whoever silenced it."""

    silence: LintSilence
    by: str

    @property
    def everywhere(self) -> bool:
        """Whether it is silent in the whole workspace."""
        return self.silence.prompt_id is None


def silences_for(prompt: Prompt) -> list[SilenceLine]:
    """What is silenced in a prompt, by rule: there, and in the whole workspace."""
    return _lines(LintSilence.objects.filter(Q(prompt=prompt) | Q(prompt=None)).order_by("rule", "prompt_id"))


def silences_everywhere() -> list[SilenceLine]:
    """What is silenced in the whole workspace, by rule."""
    return _lines(LintSilence.objects.filter(prompt=None).order_by("rule"))


def silences_of_rule(rule: str, *, limit: int) -> list[SilenceLine]:
    """Where a rule is silenced in prompts that are in use, newest first."""
    found = LintSilence.objects.filter(rule=rule, prompt__archived_at=None).exclude(prompt=None)
    return _lines(found.select_related("prompt").order_by("-silenced_at")[:limit])


def prompts_silencing() -> dict[str, int]:
    """In how many prompts in use each rule is silenced; rules that are silenced in none are missing."""
    found = LintSilence.objects.filter(prompt__archived_at=None).exclude(prompt=None)
    return dict(found.values_list("rule").annotate(prompts=Count("prompt")))


def _lines(silences: Iterable[LintSilence]) -> list[SilenceLine]:
    rows = list(silences)
    emails = emails_of(row.silenced_by for row in rows) if rows else {}
    return [SilenceLine(row, emails.get(row.silenced_by, "somebody who left")) for row in rows]
