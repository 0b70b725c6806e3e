"""An instance to attack in this very process: two people with content and keys, and a transport without a network."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.test import Client

from promptassay.prompts.models import Prompt
from promptassay.prompts.services import folders, move_label
from promptassay.trust.attack import described
from promptassay.trust.attack.command import Wanted, attack
from promptassay.trust.attack.inventory import Side, explore
from promptassay.trust.attack.kit import Kit
from promptassay.trust.attack.report import Report
from promptassay.trust.attack.wire import Answer, Request, Wire
from tests.evals.factories import finish_run, make_prompt, make_run, make_suite
from tests.people import Person
from tests.workspaces.apikeys.factories import make_api_key


class DjangoTransport:
    """Hands requests to the product as its server would; headers that stand twice are joined by a comma, as ASGI's."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)

    def __call__(self, request: Request) -> Answer:
        """One request."""
        extra: dict[str, str] = {}
        kind = ""
        for name, value in request.headers:
            if name == "Content-Type":
                kind = value
                continue
            place = f"HTTP_{name.upper().replace('-', '_')}"
            extra[place] = f"{extra[place]},{value}" if place in extra else value
        assert urlsplit(request.path).path.startswith("/api/v1")
        response = self.client.generic(
            request.method,
            request.path,
            request.body or b"",
            content_type=kind,
            **extra,  # type: ignore[arg-type]
        )
        headers = tuple((name.lower(), value) for name, value in response.headers.items())
        return Answer(response.status_code, headers, response.content)


@dataclass
class Clock:
    """Time that passes when somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.slept.append(seconds)
        self.now += seconds

    def read(self) -> float:
        """The time."""
        return self.now


def a_wire(transport: DjangoTransport | None = None, *, most: int = 2_000) -> Wire:
    """A wire that does not wait."""
    clock = Clock()
    return Wire(transport or DjangoTransport(), 5.0, most, sleep=clock.sleep, clock=clock.read)


@dataclass
class Target:
    """Two workspaces to attack, and the keys to do it with."""

    alice: Person
    bob: Person
    key_a: str
    key_b: str
    theirs: Prompt

    def attack(self, *, write: bool = False, most: int = 2_000) -> Report:
        """The whole attack, as the command makes it."""
        wanted = Wanted("http://testserver", self.key_a, self.key_b, write=write)
        return attack(DjangoTransport(), wanted, a_wire(most=most))

    def kit_of(self, key: str) -> Kit:
        """A kit that has asked nothing yet, with a key as A's."""
        wire = a_wire()
        operations = described.read(wire.send("nobody", Request("GET", described.DESCRIPTION)))
        return Kit(wire, Side("A", key), Side("B", self.key_b), operations)

    def kit(self) -> Kit:
        """A kit that knows both workspaces and has attacked nothing yet."""
        kit = self.kit_of(self.key_a)
        for side in (kit.b, kit.a):
            explore(kit.wire, side, kit.operations)
        kit.arm()
        return kit


def make_target(alice: Person, bob: Person) -> Target:
    """Both workspaces with something of each kind that the API shows; A is Alice's, B is Bob's."""
    theirs = [_fill(person, mark) for person, mark in ((alice, "first"), (bob, "second"))][1]
    return Target(alice, bob, make_api_key(alice, name="kit")[1], make_api_key(bob, name="kit")[1], theirs)


def _fill(person: Person, mark: str) -> Prompt:
    with person.inside():
        prompt = make_prompt(person.actor, title=f"The {mark} prompt", texts=(f"{mark}: sort {{{{ticket}}}} now.",))
        folders.file_prompt(person.actor, prompt, folder=folders.create_folder(person.actor, name=f"{mark} folder"))
        move_label(person.actor, prompt, name="production", number=1)
        finish_run(make_run(person.actor, make_suite(person.actor, prompt, name=f"The {mark} suite")), {}, output=mark)
    return prompt
