"""Annotations follow the text: each version that is saved takes the anchors of its line along."""

from promptassay.language.anchor import Texts
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import Annotation, Branch, Prompt
from promptassay.prompts.models.annotations import ANCHOR_FIELDS


def follow(prompt: Prompt, branch: Branch | None, content: PromptContent) -> None:
    """Move the anchors of a prompt along to the text that was just saved on a line.

    The main line takes along whatever it holds, a branch only what was anchored on it. What cannot be found keeps the
    place it had last: the text may come back.
    """
    on_line = Annotation.objects.filter(prompt=prompt, **({"branch": branch} if branch else {}))
    found = list(on_line)
    if not found:
        return
    here = Texts([message["content"] for message in content.messages])
    moved = []
    for each in found:
        place = each.place_in(here)
        if place is None:
            continue
        anchor = here.anchor(place.message, place.start, place.end)
        if anchor != each.anchor or each.branch_id != (branch.pk if branch else None):
            each.anchor, each.branch = anchor, branch
            moved.append(each)
    Annotation.objects.bulk_update(moved, [*ANCHOR_FIELDS, "branch"])
