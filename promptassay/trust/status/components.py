"""What is measured: the components of the status page, how each is measured, and from when on it counts as slow."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

INTERVAL: Final = timedelta(seconds=60)
# No single measurement takes longer, in seconds.
LIMIT: Final = 8.0
# An older measurement says nothing about now: two intervals were missed.
STALE: Final = timedelta(seconds=150)
# So many failed measurements in a row open an incident, so many others close it.
IN_A_ROW: Final = 2
RAW_KEPT: Final = timedelta(hours=48)
DAYS_KEPT: Final = 90
# A bar is amber below the whole, red below this share.
RED_BELOW: Final = 0.99


@dataclass(frozen=True)
class Component:
    """A line of the status page.

    `measured` says what a measurement does. Above `slow_over`, in `unit`, it counts as slow. Without a `core` component
    the instance cannot work. `kind` is the word of health+json. What is not `built` is shown as not used.
    """

    id: str
    title: str
    measured: str
    slow_over: float
    unit: Literal["ms", "s"] = "ms"
    kind: Literal["datastore", "component", "system"] = "component"
    core: bool = False
    built: bool = True


_REACHED: Final = (
    "Asks for the list of models without any key. The refusal that {} documents ({}) shows that it can be reached; the "
    "time runs to its first byte, connecting included."
)

DATABASE_READ: Final = Component(
    "database-read",
    "Database, reading",
    "Reads back what was written a moment before.",
    slow_over=250,
    kind="datastore",
    core=True,
)
DATABASE_WRITE: Final = Component(
    "database-write",
    "Database, writing",
    "Writes one row and waits until it is committed.",
    slow_over=500,
    kind="datastore",
    core=True,
)
SUPABASE: Final = Component(
    "supabase",
    "Supabase",
    "Asks the interface of the project that the database belongs to, without any key. The refusal that Supabase "
    "documents (401) shows that its platform can be reached.",
    slow_over=3000,
    kind="system",
)
QUEUE: Final = Component(
    "queue",
    "Job queue",
    "The age of the job that has waited longest; older than 5 minutes is a failure.",
    slow_over=60,
    unit="s",
)
MAIL: Final = Component(
    "mail", "Mail", "Greets the mail server, as securely as mail would be sent, and says goodbye.", slow_over=3000
)
OPENAI: Final = Component("openai", "OpenAI", _REACHED.format("OpenAI", "401"), slow_over=3000, kind="system")
ANTHROPIC: Final = Component(
    "anthropic", "Anthropic", _REACHED.format("Anthropic", "401"), slow_over=3000, kind="system"
)
GOOGLE: Final = Component("google", "Google Gemini", _REACHED.format("Google", "403"), slow_over=3000, kind="system")
STRIPE: Final = Component("stripe", "Stripe", "Not built yet.", slow_over=3000, kind="system", built=False)
SSO: Final = Component("sso", "Single sign-on", "Not built yet.", slow_over=3000, kind="system", built=False)
# Not a part of the product: it stands and falls so that the measurements can be measured.
DECOY: Final = Component(
    "decoy",
    "Decoy",
    "A small provider inside the worker, measured like the others; for one minute a day, which a secret chooses, "
    "nobody listens there.",
    slow_over=3000,
)

PROVIDERS: Final = (OPENAI, ANTHROPIC, GOOGLE)
COMPONENTS: Final = (DATABASE_READ, DATABASE_WRITE, SUPABASE, QUEUE, MAIL, *PROVIDERS, STRIPE, SSO)

QUEUE_FAILS_OVER: Final = 300.0

# Why a measurement failed or was slow, in the few words that there are for it.
REASONS: Final = {
    "slow": "answered slowly",
    "unreachable": "no connection",
    "timeout": f"no answer within {LIMIT:.0f} s",
    "tls": "no secure connection",
    "blocked": "its address may not be called from here",
    "rate_limited": "asked to slow down",
    "server_error": "answered with an error of its own",
    "overloaded": "overloaded",
    "unexpected": "an answer that its documentation does not know",
    "refused": "refused the statement",
    "waiting": "jobs waited too long",
}
