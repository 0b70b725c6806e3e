"""What allauth asks of us: who may sign up, how people are stored, where they may be sent, and our words."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from promptassay.accounts import queries, services
from promptassay.accounts.models import User
from promptassay.core.errors import Conflict, NotFound

_WORDS = {
    "account_inactive": "This account is switched off. Ask whoever operates this instance.",
    "cannot_remove_primary_email": "You sign in with this address. Choose another one for that first.",
    "duplicate_email": "This address is already yours.",
    "email_password_mismatch": "Address and password do not match. Check both, and whether Caps Lock is on.",
    "email_taken": "There is already an account with this address. Sign in, or use another address.",
    "enter_current_password": "This is not your current password.",
    "incorrect_password": "This is not your password.",
    "invalid_password_reset": "This link does not work any more. Ask for a new one.",
    "invalid_login": "Address and password do not match.",
    "max_email_addresses": "You cannot have more than %d addresses. Remove one first.",
    "too_many_login_attempts": (
        "Too many attempts to sign in to this account. Wait five minutes, then try again. "
        "The password is not looked at until then."
    ),
    "unknown_email": "There is no account with this address.",
    "unverified_primary_email": "Confirm the address first.",
    "rate_limited": "Too many requests. Wait a minute, then try again.",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Keeps sign-up in our services, so that page and command make accounts alike."""

    error_messages: ClassVar[dict[str, Any]] = {**DefaultAccountAdapter.error_messages, **_WORDS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Open by setting; the first account can always be made, or nobody could ever come in."""
        return settings.SIGNUP_OPEN or not queries.any_account()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill the user from the sign-up form and store it with its personal workspace."""
        user.email = form.cleaned_data["email"]
        user.set_password(form.cleaned_data["password1"])
        if not commit:
            return user
        with transaction.atomic():
            services.complete_sign_up(user)
            # Two people may have seen a closed instance without accounts: only the first gets in.
            if not settings.SIGNUP_OPEN and not user.is_operator:
                raise Conflict(
                    "Sign-up is closed on this instance.",
                    why="Somebody else has just made the first account.",
                    next_step="Ask whoever operates it for an account.",
                )
        return user

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Nobody signs in as a canary, whatever they know."""
        if user.is_canary:
            raise NotFound()
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail to a canary is not sent: its address is nobody's."""
        if not queries.is_canary(email):
            super().send_mail(template_prefix, email, context)

    def is_safe_url(self, url: str) -> bool:
        """Only a path of this instance may follow sign-in or sign-out; no other host, even one of ours."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever finds a signed-in browser must not be able to move the account to another address."""
        return True

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """allauth's messages from our templates; never that a mail was sent when there is no mail."""
        if settings.MAIL_CONFIGURED or message_template != "account/messages/email_confirmation_sent.txt":
            super().add_message(request, level, message_template, *args, **kwargs)
