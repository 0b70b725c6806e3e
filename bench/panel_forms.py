"""What the panel benchmarks send: prompts of the lint's corpus on screen, keys of each wire format, consent given."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from bench.pages import session_cookie
from bench.server import Server, inside, running
from promptassay.language.messages import Message
from promptassay.language.nodes import FragmentRef, Malformed
from promptassay.language.parse import parse
from promptassay.language.variables import find_variables
from tests.language.lint.corpus_reader import corpus

PANELS = ("critique", "improve", "rewrite", "brainstorm", "compare", "cases", "explain")
PROMPTS = 24
TOKEN = "a" * 32
# By name: provider, secret, base URL.
Keys = Mapping[str, tuple[str, str, str]]


@dataclass(frozen=True)
class Workspace:
    """A signed-in person's workspace on a running server, as a client sees it."""

    address: str
    prefix: str
    prompt: str
    cookies: dict[str, str]
    keys: dict[str, str]
    headers: dict[str, str]

    def url(self, panel: str) -> str:
        """Where a panel is asked."""
        return f"{self.address}{self.prefix}panels/{panel}/of/{self.prompt}/run/"


@contextmanager
def workspace(
    keys: Mapping[str, tuple[str, str, str]], settings: Mapping[str, str]
) -> Iterator[tuple[Server, Workspace]]:
    """A fresh server with one prompt and these keys; each is (provider, secret, base URL), consented to."""
    with running(settings) as server, inside(server):
        yield server, _made(server, keys)


def _made(server: Server, keys: Keys) -> Workspace:
    from django.urls import reverse

    from promptassay.assist.services import give_consent
    from promptassay.core.secret import Secret
    from promptassay.core.tenancy import with_workspace
    from promptassay.prompts.content import PromptContent
    from promptassay.prompts.services.prompts import create_prompt
    from promptassay.providers.services import add_key
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.permissions import Role

    account = server.bootstrap()
    space, user = UUID(account["workspace"]), UUID(account["user"])
    actor = Actor(user, space, Role.OWNER, "bench")
    ids = {}
    with with_workspace(space, person_id=user):
        prompt = create_prompt(actor, title="Panels", content=PromptContent([{"role": "user", "content": "Sort it."}]))
        for name, (provider, secret, base_url) in keys.items():
            key = add_key(actor, provider=provider, name=name, secret=Secret(secret), base_url=base_url)
            give_consent(actor, f"{key.id}/gpt-test")
            ids[name] = str(key.id)
    path = reverse("assist:panel-run", args=[space, "critique", prompt.id])
    cookie = session_cookie(user)
    return Workspace(
        server.address,
        path.partition("panels/")[0],
        str(prompt.id),
        {cookie[0]: cookie[1], "promptassay_csrf": TOKEN},
        ids,
        {"X-CSRFToken": TOKEN, "X-Requested-With": "fetch", "Accept": "text/event-stream"},
    )


def prompts(count: int = PROMPTS) -> list[tuple[str, tuple[Message, ...]]]:
    """Prompts of the corpus that differ much: spread over it, each with variables and without fragments."""
    fit = [
        (each.name, each.context.messages)
        for each in corpus()
        if find_variables(each.context.messages) and not any(map(_is_special, each.context.messages))
    ]
    step = max(1, len(fit) // count)
    return fit[::step][:count]


def _is_special(message: Message) -> bool:
    """Whether a message needs more than itself: a fragment, or a hand to mend a placeholder."""
    return any(isinstance(node, FragmentRef | Malformed) for node in parse(message.content))


def form(panel: str, messages: tuple[Message, ...], model: str) -> dict[str, str]:
    """What the page sends with these messages on screen."""
    fields = {"base": "1", "revision": "0", "tab": "", "output": "text", "model": model, "effort": ""}
    for number, message in enumerate(messages):
        fields |= {f"role-{number}": message.role, f"content-{number}": message.content}
    text = messages[0].content
    more = {
        "improve": {"findings": "", "wish": ""},
        "rewrite": {"goal": "Clear parts", "tone": "plain", "audience": "", "for_model": ""},
        "brainstorm": {"chat": json.dumps([{"role": "user", "text": "What is weak about it?"}])},
        "compare": {"left": "1", "right": "draft"},
        "cases": {"count": "4", "wish": ""},
        "explain": {
            "rule": "vague-wording",
            "message": "1",
            "start": "0",
            "end": str(min(20, len(text))),
            "says": "It leaves the model to guess.",
        },
    }
    return fields | more.get(panel, {})
