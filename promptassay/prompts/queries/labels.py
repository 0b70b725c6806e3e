"""Reading labels, what happened to them, and the evidence behind the protected ones."""

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from promptassay.accounts.queries import emails_of
from promptassay.core.errors import NotFound
from promptassay.prompts import gates
from promptassay.prompts.models import Label, LabelMove, Prompt, Version

MOVES_ON_PAGE = 50


@dataclass(frozen=True)
class LabelLine:
    """A label as a list shows it: who moved it last, the suite that guards it, and what its version has shown there.

    `gate` is None without a suite, and when the suite is gone; then `evidence` is None too.
    """

    label: Label
    version: Version | None
    by: str
    gate: gates.GateSuite | None
    evidence: gates.Evidence | None

    @property
    def gate_is_gone(self) -> bool:
        """Whether a suite is named that cannot be asked any more: then only an override moves the label."""
        return self.label.suite_id is not None and self.gate is None


@dataclass(frozen=True)
class MoveLine:
    """One entry of a label's history, with the mover's address."""

    move: LabelMove
    by: str


def labels_of(prompt: Prompt) -> QuerySet[Label]:
    """A prompt's labels by name; read when first used."""
    return Label.objects.filter(prompt=prompt).order_by("name")


def get_label(prompt: Prompt, name: str) -> Label:
    """A label by its name; NotFound when the prompt has none of it."""
    label = label_named(prompt, name)
    if label is None:
        raise NotFound()
    return label


def label_named(prompt: Prompt, name: str) -> Label | None:
    """A label by its name, None when the prompt has none of it; any text may be asked for."""
    if "\x00" in name:
        return None
    return Label.objects.filter(prompt=prompt, name=name).first()


def label_lines(prompt: Prompt, labels: list[Label]) -> list[LabelLine]:
    """Labels with everything that a page says about them."""
    emails = emails_of(label.updated_by for label in labels)
    suites = {suite.id: suite for suite in gates.suites_for(prompt.id)} if any(x.suite_id for x in labels) else {}
    numbers = [label.version_number for label in labels]
    light = Version.objects.filter(prompt=prompt, number__in=numbers).only("number", "content_hash", "prompt_id")
    versions = {version.number: version for version in light}
    return [_line(label, versions.get(label.version_number), emails, suites) for label in labels]


def page_of_moves(prompt: Prompt, name: str, *, page: int | str = 1) -> tuple[Page[LabelMove], list[MoveLine]]:
    """One page of a label's history, newest first, 50 each, and the same with addresses."""
    moves = LabelMove.objects.filter(prompt=prompt, name=name).order_by("-id")
    found = Paginator(moves, MOVES_ON_PAGE).get_page(page)
    rows = list(found.object_list)
    emails = emails_of(row.moved_by for row in rows)
    return found, [MoveLine(row, emails.get(row.moved_by, "somebody who left")) for row in rows]


def _line(
    label: Label, version: Version | None, emails: dict[UUID, str], suites: dict[UUID, gates.GateSuite]
) -> LabelLine:
    gate = suites.get(label.suite_id) if label.suite_id else None
    evidence = gates.evidence_for(gate.id, version.content_hash) if gate and version else None
    return LabelLine(label, version, emails.get(label.updated_by, "somebody who left"), gate, evidence)
