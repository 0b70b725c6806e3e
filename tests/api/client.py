"""A program in tests: an API key of a person, and requests with it."""

import json
from typing import Any

from django.test import Client

from promptassay.workspaces.permissions import Scope
from tests.people import Person
from tests.workspaces.apikeys.factories import make_api_key


class Program:
    """Calls the API with one key, as curl would: no session, no cookies."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client()

    def call(self, method: str, path: str, sent: Any = None, **headers: Any) -> Any:
        """One request below `/api/v1`; `sent` is a JSON body."""
        headers = {"HTTP_AUTHORIZATION": f"Bearer {self.key}", **headers}
        if sent is None:
            return self.client.generic(method, f"/api/v1{path}", **headers)
        return self.client.generic(method, f"/api/v1{path}", encoded(sent), content_type="application/json", **headers)

    def get(self, path: str, **headers: Any) -> Any:
        """GET."""
        return self.call("GET", path, **headers)


def encoded(sent: Any) -> bytes:
    """A body as bytes; bytes as they are."""
    return sent if isinstance(sent, bytes) else json.dumps(sent).encode()


def program(person: Person, *scopes: Scope, name: str = "test program") -> Program:
    """A program with a new key of the person's: all scopes unless some are given."""
    return Program(make_api_key(person, *scopes, name=name)[1])
