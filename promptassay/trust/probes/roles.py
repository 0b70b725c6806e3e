"""Probe of the table of rights by HTTP: a plain member asks for what their role does not include."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final
from uuid import UUID

import orjson
from django.conf import settings
from django.shortcuts import resolve_url

from promptassay.accounts.services import canary_session
from promptassay.trust.canaries import people
from promptassay.trust.probes import Canaries, Outcome, progress
from promptassay.trust.probes.addresses import Address, Values, values_in
from promptassay.trust.probes.findings import OPENS, SESSION_S, Findings, attack
from promptassay.trust.probes.loopback import Answer, Visitor
from promptassay.workspaces.permissions import Role, allows

PROOF: Final = "roles-http"


def doors(canaries: Canaries) -> Outcome:
    """What the table withholds from a member is refused by name and opens to the owner; nobody at all must sign in.

    In workspace B: other probes work in A, and a row that changed would mean nothing there.
    """

    def ask(found: Findings) -> None:
        path = partial(_path, canaries.b, values_in(canaries.b))
        withheld = [each for each in found.every if not allows(Role.MEMBER, each.ability)]
        pages = [each for each in found.every if each.method == "GET"]
        who = people()
        with canary_session(who.member_b, seconds=SESSION_S) as session, Visitor(session) as member:
            for address in withheld:
                _is_refused(found, member, address, path(address))
            granted = {each.ability: each for each in pages if each not in withheld}
            _opens(found, member, granted.values(), path)
        with canary_session(who.owner_b, seconds=SESSION_S) as session, Visitor(session) as owner:
            _opens(found, owner, [each for each in pages if each in withheld], path)
        with Visitor() as nobody:
            for address in found.part:
                _must_sign_in(found, nobody, address, path(address))

    return attack(PROOF, canaries.b, ask)


def _path(workspace_id: UUID, values: Values, address: Address) -> str:
    return address.path(workspace_id, values)


def _is_refused(found: Findings, member: Visitor, address: Address, path: str) -> None:
    found.tried["requests beyond the role"] += 1
    answer = member.ask(address.method, path, script=True)
    if (answer.status, _ability_in(answer)) != (403, address.ability.value):
        found.holes.append(f"{address} answered {answer.status} to a member without {address.ability.value}")
    progress.tell(f"{address}, which needs {address.ability.value}, asked by a member: {answer.status}")


def _opens(found: Findings, visitor: Visitor, pages: Iterable[Address], path: Callable[[Address], str]) -> None:
    """Pages that the role does include. Where everybody is refused everything, nothing is proved."""
    for address in pages:
        found.tried["pages within the role"] += 1
        status = visitor.ask(address.method, path(address)).status
        if status not in OPENS:
            found.shut.append(str(address))
        progress.tell(f"{address}, asked by somebody whose role includes {address.ability.value}: {status}")


def _must_sign_in(found: Findings, nobody: Visitor, address: Address, path: str) -> None:
    """A page leads to sign in; a script hears 401."""
    found.tried["requests of nobody"] += 1
    is_script = address.method != "GET"
    answer = nobody.ask(address.method, path, script=is_script)
    led_to = answer.headers.get("location", "")
    if is_script:
        refused = answer.status == 401
    else:
        refused = answer.status == 302 and led_to.startswith(f"{resolve_url(settings.LOGIN_URL)}?next=")
    if not refused:
        found.holes.append(f"{address} answered {answer.status} to somebody who is not signed in")
    progress.tell(f"{address}, asked by nobody: {answer.status}")


def _ability_in(answer: Answer) -> object:
    """The ability that a refusal names; None when it names none."""
    try:
        return orjson.loads(answer.body)["error"]["details"]["ability"]
    except (ValueError, KeyError, TypeError):
        return None
