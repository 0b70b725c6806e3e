"""Fixtures for everybody: tests run as the app role on a real PostgreSQL, and people have names."""

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase

from tests import environment
from tests.people import Person, anonymous_person, sign_up

# How fast a machine is says nothing about the product.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

# Hashing a password is slow on purpose; tests sign many people up.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Nothing: `tests.environment` made and migrated this process's database before Django was loaded."""


def _clear_database(self: TransactionTestCase) -> None:
    environment.empty_all()


# Django flushes as the connected role, and the app role may not TRUNCATE: the superuser does it instead.
TransactionTestCase._fixture_teardown = _clear_database  # type: ignore[attr-defined]


@pytest.fixture
def alice(db: None) -> Person:
    """The first account, so the operator; owner of her personal workspace, signed in."""
    return sign_up("alice@example.com")


@pytest.fixture
def bob(alice: Person) -> Person:
    """A stranger to Alice: owner of another personal workspace, signed in."""
    return sign_up("bob@example.com")


@pytest.fixture
def anonymous(db: None) -> Person:
    """Somebody who is not signed in."""
    return anonymous_person()


@pytest.fixture
def committed(transactional_db: None) -> None:
    """For tests that need real commits, such as two connections at once; the tables are emptied afterwards."""
