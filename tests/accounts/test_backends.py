"""The signed-in person is read in one statement, and nobody comes in whose account is gone or switched off."""

from uuid import uuid4

from promptassay.accounts.backends import AuthenticationBackend
from promptassay.accounts.models import User
from tests.people import Person


def test_the_person_is_whole(alice: Person) -> None:
    user = alice.user
    found = AuthenticationBackend().get_user(str(user.pk))
    assert found == user and found is not None
    assert {name: value for name, value in vars(found).items() if name != "_state"} == {
        name: value for name, value in vars(User.objects.get(pk=user.pk)).items() if name != "_state"
    }
    assert not found._state.adding


def test_a_missing_or_inactive_person_is_nobody(alice: Person) -> None:
    user = alice.user
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert AuthenticationBackend().get_user(str(user.pk)) is None
    assert AuthenticationBackend().get_user(str(uuid4())) is None
