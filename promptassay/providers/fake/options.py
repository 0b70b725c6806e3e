"""How the fake provider behaves, as whoever runs it sets it."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from promptassay.providers.fake.answers import Script

# Where the fault `redirect` leads: nowhere.
ELSEWHERE: Final = "https://elsewhere.example/v1/steal"


@dataclass
class Options:
    """How the fake behaves; every field can be set while it runs, also by `POST /_control`.

    `latency` is seconds to the first byte, `token_interval` seconds between the pieces of a stream. `keys`
    are the keys taken; None takes any. `models` are the names listed, without any the usual ones. `schedule` holds
    faults for the next requests, None for a good answer. `redirect` is where the fault of that name leads.
    """

    latency: float = 0.0
    token_interval: float = 0.0
    slow_interval: float = 1.0
    keys: frozenset[str] | None = None
    models: tuple[str, ...] = ()
    fault: str = ""
    redirect: str = ELSEWHERE
    schedule: deque[str | None] = field(default_factory=deque)
    script: Script = field(default_factory=Script)
    keep: bool = True
