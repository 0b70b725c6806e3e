"""The user: an e-mail address, a password, and whether they operate this instance."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from promptassay.core.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Finds people by address without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person. The operator (the first account) sees instance health, never a workspace's content.

    A canary is nobody: the product's own probes act as one, in the canary workspaces and nowhere else.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    is_canary = models.BooleanField(default=False, db_default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "accounts_user"
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_email_lower")]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    # Django's machinery asks these of a user; abilities come from the workspace's role, never from here.
    @property
    def is_staff(self) -> bool:
        return False

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


def display_name(user: User) -> str:
    """How allauth's pages and mails call a person."""
    return user.email
