"""The questions that every page has to answer: whose is it, which method, who is signed in."""

import html
import re
from typing import Any

from promptassay.core.ids import uuid7
from tests.people import Person


def text_of(response: Any) -> str:
    """A page as a person reads it: entities decoded."""
    return html.unescape(response.content.decode())


def closed_to_others(name: str, ids: tuple[object, ...], alice: Person, bob: Person, *, post: bool = False) -> None:
    """A stranger gets the same 404 for Alice's ids, in her workspace and in his own, as for ids of nothing."""
    ask = bob.post if post else bob.get
    unknown = ask(bob.url(name, *(uuid7() if _is_id(each) else each for each in ids)))
    answers = [ask(alice.url(name, *ids)), ask(bob.url(name, *ids))] if ids else [ask(alice.url(name))]
    for answer in answers:
        assert answer.status_code == 404
    if ids:
        assert unknown.status_code == 404
        assert _constant(answers[-1]) == _constant(unknown)


def closed_to_anonymous(url: str, anonymous: Person, *, post: bool = False) -> None:
    """Somebody who is not signed in is sent to sign in."""
    answer = anonymous.post(url) if post else anonymous.get(url)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


def only(methods: set[str], url: str, person: Person) -> None:
    """Other methods are refused with 405."""
    for method in {"get", "post", "put", "delete"} - methods:
        assert getattr(person.client, method)(url).status_code == 405


def _is_id(value: object) -> bool:
    return not isinstance(value, int)


def _constant(response: Any) -> str:
    """A page without what is random in every page."""
    return re.sub(r'(nonce|content|value)="[A-Za-z0-9+/_=-]{16,}"', "", response.content.decode())
