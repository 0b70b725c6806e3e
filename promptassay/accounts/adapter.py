"""What allauth asks of us: who may sign up, and how a new person is stored."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from promptassay.accounts import queries, services
from promptassay.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Keeps sign-up in our services, so that page and command make accounts alike."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Open by setting; the first account can always be made, or nobody could ever come in."""
        return settings.SIGNUP_OPEN or not queries.any_account()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill the user from the sign-up form and store it with its personal workspace."""
        user.email = form.cleaned_data["email"]
        user.set_password(form.cleaned_data["password1"])
        return services.complete_sign_up(user) if commit else user
