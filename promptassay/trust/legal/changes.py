"""What differs between two versions of a document, section by section, by the product's own comparison."""

from typing import cast

from promptassay.language.folding import Comparison, compare_messages
from promptassay.language.messages import Message, Role
from promptassay.trust.legal import markup
from promptassay.trust.legal.publishing import Published


def compare(older: Published, newer: Published) -> Comparison:
    """The sections of both as the comparison of prompts shows messages: each under its title."""
    return Comparison(compare_messages(_parts(older), _parts(newer)), [])


def _parts(published: Published) -> list[Message]:
    document = published.document
    parts = [(document.title, document.lead), *((each.title, each.blocks) for each in document.sections)]
    return [Message(cast("Role", title), markup.plain(blocks)) for title, blocks in parts]
