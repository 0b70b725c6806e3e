"""Token counts: exact where OpenAI publishes the model's vocabulary, a marked estimate for every other model.

Counting is done by `toktok`, which holds the two vocabularies inside its wheel, so nothing is asked over the
network. It is imported at the first count: a vocabulary takes 40 to 66 MB and about 0.4 s of one processor, which
an idle server need not spend. `warm()` does that ahead of time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from promptassay.language.messages import Message
from promptassay.language.token_estimates import Frame, estimate, family_of, frame_of

O200K: Final = "o200k_base"
CL100K: Final = "cl100k_base"

# OpenAI's own table of model names, from tiktoken 0.14: the first prefix that fits decides. A name that the table
# does not know is never called exact. gpt-oss differs from o200k_base in special tokens only, which text never is.
_PREFIXES: Final = (
    ("gpt-5", O200K),
    ("gpt-4o", O200K),
    ("gpt-4.1", O200K),
    ("gpt-4.5-", O200K),
    ("chatgpt-4o-", O200K),
    ("gpt-oss-", O200K),
    ("o1-", O200K),
    ("o3-", O200K),
    ("o4-mini-", O200K),
    ("gpt-4-", CL100K),
    ("gpt-3.5-turbo-", CL100K),
    ("gpt-35-turbo-", CL100K),
    ("text-embedding-3-", CL100K),
)
_NAMES: Final = {
    "o1": O200K,
    "o3": O200K,
    "o4-mini": O200K,
    "gpt-4": CL100K,
    "gpt-3.5": CL100K,
    "gpt-3.5-turbo": CL100K,
    "gpt-35-turbo": CL100K,
    "text-embedding-ada-002": CL100K,
    "davinci-002": CL100K,
    "babbage-002": CL100K,
}

_MAKER: Final = re.compile(r"^(?:.*/)?(?:[a-z]+\.)*")

_loading = Lock()
_loaded: set[str] = set()


@dataclass(frozen=True, slots=True)
class TokenCount:
    """How many tokens; `exact` when the text was counted with the vocabulary that the model's maker publishes.

    `encoding` names that vocabulary, or the family whose ratio was used for an estimate. `margin` is the share by
    which an estimate may be off (0.1 is ten per cent either way; 0 when exact). `frame` is how many of the tokens
    are the provider's wrapping around messages, 0 for a bare text.
    """

    tokens: int
    exact: bool
    encoding: str
    margin: float = 0.0
    frame: int = 0


def count(text: str, model: str = "") -> TokenCount:
    """Count the tokens of a text for a model, by the model's own name (`gpt-5.2`, `anthropic/claude-opus-5`).

    Strings such as `<|endoftext|>` are ordinary text, as providers treat them. An empty or unknown name gives an
    estimate. Takes time linear in the length: about 5 µs a kilobyte once the vocabulary is loaded.
    """
    encoding = encoding_of(model)
    if encoding is not None:
        return TokenCount(_count(text, encoding), exact=True, encoding=encoding)
    family = family_of(_bare(model))
    tokens = _count(text, O200K)
    found = estimate(text, family)
    return TokenCount(round(tokens * found.ratio), exact=False, encoding=family.name, margin=found.margin)


def count_messages(messages: Iterable[Message], model: str = "") -> TokenCount:
    """Count the input tokens of a conversation: every message's text and the provider's wrapping around it.

    `exact` speaks of the texts. The wrapping is documented by OpenAI for GPT-3.5 to GPT-4o, else as measured by
    others, and off by a few tokens at most; tools and schemas are not counted. Nothing at all costs nothing.
    """
    texts = [message.content for message in messages]
    frame = _frame_tokens(frame_of(_bare(model)), len(texts))
    # One by one: joined, the end of a message could share a token with the start of the next.
    counts = [count(text, model) for text in texts] or [count("", model)]
    tokens = sum(each.tokens for each in counts)
    margin = round(sum(each.tokens * each.margin for each in counts) / tokens, 2) if tokens else counts[0].margin
    return TokenCount(tokens + frame, counts[0].exact, counts[0].encoding, margin, frame)


def encoding_of(model: str) -> str | None:
    """The published encoding of an OpenAI model, `o200k_base` or `cl100k_base`; None for any other model."""
    name = _bare(model)
    if name.startswith("ft:"):
        name = name.split(":")[1]
    if name in _NAMES:
        return _NAMES[name]
    return next((encoding for prefix, encoding in _PREFIXES if name.startswith(prefix)), None)


def warm(encoding: str = O200K) -> None:
    """Load a vocabulary now, so that the first count does not wait for it. Holds the interpreter for 0.1 to 0.4 s."""
    _count("", encoding)


def _bare(model: str) -> str:
    """The name without what gateways put in front: `openai/gpt-4o`, `models/gemini-3-pro`, `eu.anthropic.claude`."""
    name = model.strip().lower()
    return name if name.startswith("ft:") else _MAKER.sub("", name)


def _frame_tokens(frame: Frame, messages: int) -> int:
    return frame.once + frame.each * messages if messages else 0


def _count(text: str, encoding: str) -> int:
    from toktok import batch_count

    if encoding not in _loaded:
        # Two threads at once would build the same vocabulary twice and hold both copies for a while.
        with _loading:
            batch_count([""], encoding, threads=1)
            _loaded.add(encoding)
    try:
        return int(batch_count([text], encoding, threads=1)[0])
    except UnicodeEncodeError:
        return int(batch_count([_without_lone_surrogates(text)], encoding, threads=1)[0])


def _without_lone_surrogates(text: str) -> str:
    # Half a character cannot be sent; a JSON encoder or a browser puts U+FFFD there, and so does tiktoken.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
