"""allauth's forms in our words, and a sign-up that stores the person and everything with them, or nothing."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import HttpRequest

from promptassay.accounts.models import User

PASSWORD_HINT = "At least 10 characters. Not a common password, and not like your address."  # noqa: S105
_LABELS = {
    "login": "E-mail",
    "email": "E-mail",
    "password": "Password",
    "oldpassword": "Current password",
    "password1": "New password",
    "password2": "New password, again",
}


class SignInForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class SignUpForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """Address and a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)
        self.fields["password1"].label = "Password"
        self.fields["password1"].error_messages["required"] = "Password is missing."

    def save(self, request: HttpRequest) -> User:
        """Store the person, their workspace and their address in one transaction."""
        with transaction.atomic():
            user: User = super().save(request)
        return user


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """The current password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class SetPasswordForm(allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A first password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address to which a link is mailed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, twice, after the link in the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class AddEmailForm(allauth_forms.AddEmailForm):  # type: ignore[misc]
    """Another address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)
        self.fields["email"].label = "New address"


def _reword(form: forms.BaseForm) -> None:
    """Our labels and hints; no placeholders, which vanish when they are needed."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        field.label = _LABELS.get(name, field.label)
        field.help_text = PASSWORD_HINT if name == "password1" else ""
        if name in ("login", "email"):
            field.validators.append(MaxLengthValidator(254, "An address has at most 254 characters."))
            field.error_messages["invalid"] = "This is not an e-mail address, as in name@example.com."
        field.error_messages["required"] = f"{field.label} is missing."
