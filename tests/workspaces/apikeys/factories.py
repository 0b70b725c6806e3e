"""API keys for tests."""

from datetime import timedelta

from promptassay.workspaces.apikeys.models import ApiKey
from promptassay.workspaces.apikeys.services import create_key
from promptassay.workspaces.permissions import Scope
from tests.people import Person


def make_api_key(
    person: Person, *scopes: Scope, name: str = "program", lasts: timedelta | None = None
) -> tuple[ApiKey, str]:
    """A key of the person in their workspace, with all scopes unless some are given; and its text."""
    with person.inside():
        key, text = create_key(person.actor, name=name, scopes=scopes or list(Scope), lasts=lasts)
    return key, text.reveal()
