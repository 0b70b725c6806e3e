"""The context that row security reads."""

from uuid import uuid4

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from promptassay.core.tenancy import current, with_person, with_workspace
from promptassay.workspaces.models import Membership, Workspace
from promptassay.workspaces.permissions import Role
from tests.people import Person

pytestmark = pytest.mark.django_db


def test_without_context_every_query_fails_loudly(alice: Person) -> None:
    with pytest.raises(ProgrammingError, match="no workspace"), transaction.atomic():
        Workspace.objects.count()


def test_inside_a_workspace_only_its_rows_exist(alice: Person, bob: Person) -> None:
    with alice.inside():
        assert list(Workspace.objects.values_list("id", flat=True)) == [alice.workspace.id]
        assert Membership.objects.filter(workspace_id=bob.workspace.id).count() == 0


def test_a_person_sees_their_own_memberships_only(alice: Person, bob: Person) -> None:
    with with_person(bob.user.pk):
        assert [row.user_id for row in Membership.objects.all()] == [bob.user.pk]


def test_a_nested_context_hands_back_the_outer_one(alice: Person, bob: Person) -> None:
    with alice.inside():
        outer = current()
        with bob.inside():
            assert Workspace.objects.get().id == bob.workspace.id
        assert current() == outer
        assert Workspace.objects.get().id == alice.workspace.id


def test_the_context_survives_a_failed_statement_in_a_nested_one(alice: Person) -> None:
    with alice.inside():
        with pytest.raises(ProgrammingError), with_workspace(uuid4()), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM no_such_table")
        assert Workspace.objects.get().id == alice.workspace.id


def test_a_person_cannot_write_a_membership_into_a_workspace_they_are_not_in(alice: Person, bob: Person) -> None:
    with pytest.raises((ProgrammingError, InternalError)), with_person(bob.user.pk):
        Membership.objects.create(workspace_id=alice.workspace.id, user=bob.user, role="owner")


def test_a_membership_that_is_only_seen_is_not_written(alice: Person, bob: Person) -> None:
    """Bob in his own workspace sees that he belongs to Alice's; neither he nor a defect changes it from there."""
    bob.join(alice, Role.MEMBER)
    with bob.inside():
        assert Membership.objects.filter(user=bob.user).count() == 2
        assert Membership.objects.filter(user=bob.user).update(role=Role.OWNER) == 1
        assert Membership.objects.filter(workspace_id=alice.workspace.id).delete() == (0, {})
        assert Workspace.objects.filter(pk=alice.workspace.id).update(name="taken") == 0
    with alice.inside():
        assert Membership.objects.get(user=bob.user).role == Role.MEMBER
