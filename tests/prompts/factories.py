"""Small makers of prompts, versions and workbench forms."""

import html
import re
from typing import Any
from uuid import UUID

from promptassay.core.ids import uuid7
from promptassay.core.secret import Secret
from promptassay.prompts import queries, services
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import Draft, Prompt, Version
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import add_key
from tests.people import Person

SECRET = "sk-proj-Zq7Xw2Vb9Nm4Kp1Lr8Ts"
TEXT = "Sort the ticket {{ticket}} for {{product|Northwind}}."


def content(*texts: str, settings: dict[str, Any] | None = None) -> PromptContent:
    """One system message and then alternating ones, with the given texts."""
    roles = ("system", *("user", "assistant") * len(texts))
    messages = [{"role": role, "content": text} for role, text in zip(roles, texts or (TEXT,), strict=False)]
    return PromptContent(messages, settings or {})


def make_prompt(person: Person, *texts: str, title: str = "Support triage") -> Prompt:
    """A prompt of the person with one version for each text, one version of TEXT by default."""
    with person.inside():
        prompt = services.create_prompt(person.actor, title=title, content=content(texts[0] if texts else TEXT))
        for number, text in enumerate(texts[1:], start=1):
            services.save_version(person.actor, prompt, content=content(text), base_version=number)
        return queries.get_prompt(prompt.id)


def make_blank_prompt(person: Person, title: str = "Blank") -> Prompt:
    """A prompt without versions."""
    with person.inside():
        return services.create_prompt(person.actor, title=title)


def latest(person: Person, prompt_id: UUID) -> Version:
    """The newest version as the database has it."""
    with person.inside():
        found = queries.latest_version(queries.get_prompt(prompt_id))
        assert found is not None
        return found


def draft_of(person: Person, prompt: Prompt) -> Draft | None:
    """The person's draft as the database has it."""
    with person.inside():
        return queries.get_draft(person.actor, prompt)


def typed(*texts: str, base: int = 1, revision: int = 0, tab: str = "tab-1", **fields: str) -> dict[str, str]:
    """The workbench's form with these messages."""
    form = {"base": str(base), "revision": str(revision), "tab": tab, **fields}
    for number, message in enumerate(content(*texts).messages):
        form[f"role-{number}"] = message["role"]
        form[f"content-{number}"] = message["content"]
    return form


def unknown_id() -> UUID:
    """An id of nothing."""
    return uuid7()


def text_of(response: Any) -> str:
    """A page as a person reads it: entities decoded."""
    return html.unescape(response.content.decode())


def same_page(one: Any, other: Any) -> bool:
    """Whether two answers are equal but for what is random in every page."""
    varying = re.compile(r'(nonce|content|value)="[A-Za-z0-9+/_=-]{16,}"')
    bodies = [varying.sub("", each.content.decode()) for each in (one, other)]
    return one.status_code == other.status_code and bodies[0] == bodies[1]


def make_key(person: Person, *, provider: str, secret: str = SECRET, base_url: str = "") -> ProviderKey:
    """A provider key named "team" in the person's workspace."""
    with person.inside():
        return add_key(person.actor, provider=provider, name="team", secret=Secret(secret), base_url=base_url)


def leaked(secret: str, text: str) -> list[str]:
    """Every stretch of eight characters of a key, without its public prefix and last four, that stands in a text."""
    core = secret.removeprefix("sk-proj-")[:-4]
    return [part for start in range(len(core) - 7) if (part := core[start : start + 8]) in text]
