"""People in tests: an account, their workspace, and a browser's worth of HTTP client."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from promptassay.accounts.models import User
from promptassay.accounts.services import ensure_account
from promptassay.core.errors import AppError
from promptassay.core.http import LaterResponse, StreamResponse, replace_by_error
from promptassay.core.secret import Secret
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import Membership, Workspace
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.queries import personal_workspace

PASSWORD = Secret("a long enough password")


class ProductClient(Client):
    """Django's test client, which also runs what the server runs after the view: later and streamed bodies."""

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if isinstance(response, StreamResponse):
            response.content = asyncio.run(_collect(response.stream()))
        elif isinstance(response, LaterResponse):
            response.content = asyncio.run(_later(response.wsgi_request, response))
        return response


async def _collect(chunks: AsyncIterator[bytes]) -> bytes:
    try:
        return b"".join([chunk async for chunk in chunks])
    finally:
        await _close_gateway()


async def _later(request: HttpRequest, response: LaterResponse) -> bytes:
    try:
        return (await response.later()).encode()
    except AppError as error:
        return await in_thread(replace_by_error, request, response, error)
    finally:
        await _close_gateway()


async def _close_gateway() -> None:
    from promptassay.providers.process import gateway

    await gateway().close()


@dataclass
class Person:
    """Somebody in a test. `workspace` is where `url` points; strangers are given another's to try."""

    user: User
    workspace: Workspace
    client: ProductClient
    role: Role = Role.OWNER

    @property
    def actor(self) -> Actor:
        """Them as services see them."""
        return Actor(self.user.pk, self.workspace.id, self.role, self.user.email)

    def url(self, name: str, *ids: object, workspace_id: UUID | None = None) -> str:
        """The path of a page in a workspace, their own unless said otherwise."""
        return reverse(name, args=[workspace_id or self.workspace.id, *ids])

    def get(self, path: str, **headers: Any) -> Any:
        """GET as this person's browser."""
        return self.client.get(path, **headers)

    def post(self, path: str, data: Any = None, **headers: Any) -> Any:
        """POST as this person's browser."""
        return self.client.post(path, {} if data is None else data, **headers)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The context in which their workspace's rows exist."""
        with with_workspace(self.workspace.id, person_id=self.user.pk):
            yield

    def join(self, host: "Person", role: Role) -> "Person":
        """Them again, as a member of the host's workspace: same browser, other place and role."""
        with host.inside():
            Membership.objects.create(workspace=host.workspace, user=self.user, role=role)
        return Person(self.user, host.workspace, self.client, role)


def sign_up(email: str) -> Person:
    """A new account with its personal workspace, signed in."""
    user, _ = ensure_account(email, PASSWORD)
    client = ProductClient()
    client.force_login(user, backend="promptassay.accounts.backends.AuthenticationBackend")
    return Person(user, personal_workspace(user.pk), client)


def anonymous_person() -> Person:
    """A browser without a session, and ids that belong to nobody."""
    return Person(User(email="nobody@example.com"), Workspace(name="nowhere"), ProductClient())
