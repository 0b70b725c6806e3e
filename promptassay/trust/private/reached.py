"""Which hosts received a workspace's text: the two ledgers joined, and held against the keys that were ever added."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from promptassay.audit import queries as audit
from promptassay.providers import queries as providers
from promptassay.usage import queries as usage
from promptassay.usage.queries import Total


@dataclass
class Host:
    """One host: the keys that went there by their newest names, calls with text, what was counted of them, and when.

    `asked` are the calls that carried no text: tests of a key, and lists of models. `is_expected` says that for each of
    these keys the audit log has the entry by which somebody added it for this very host.
    """

    origin: str
    first: datetime
    last: datetime
    keys: dict[UUID, str] = field(default_factory=dict)
    calls: int = 0
    asked: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    is_expected: bool = True

    @property
    def key_names(self) -> list[str]:
        """What the keys are called, by name."""
        return sorted(self.keys.values(), key=str.casefold)


@dataclass(frozen=True)
class Reached:
    """Every host, the one that was called last first; and the calls that the built-in demo provider answered here."""

    hosts: list[Host]
    demo: Total | None

    @property
    def unexpected(self) -> list[Host]:
        """Hosts for which nobody added a key."""
        return [each for each in self.hosts if not each.is_expected]


def reached(*, user_id: UUID | None = None) -> Reached:
    """The hosts that the current workspace's keys were used for; by one person if `user_id` is given."""
    added = {(target, data.get("origin")) for target, data in audit.data_of("key.added")}
    counted = usage.totals_by_key(user_id=user_id)
    hosts: dict[str, Host] = {}
    for each in providers.reach(user_id=user_id):
        host = hosts.setdefault(each.origin, Host(each.origin, each.first, each.last))
        if each.key_id not in host.keys and (total := counted.get(each.key_id)):
            host.input_tokens += total.input_tokens
            host.output_tokens += total.output_tokens
            host.cost_usd += total.cost_usd
        host.keys[each.key_id] = each.key_name
        host.first, host.last = min(host.first, each.first), max(host.last, each.last)
        host.calls += each.with_text
        host.asked += each.without_text
        host.is_expected &= (str(each.key_id), each.origin) in added
    return Reached(sorted(hosts.values(), key=lambda host: host.last, reverse=True), counted.get(None))
