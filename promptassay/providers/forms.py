"""The forms about provider keys. A key never stands in a form's data, so no page can give it back."""

import re
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from promptassay.core.errors import AppError
from promptassay.core.secret import Secret
from promptassay.providers.models import Provider
from promptassay.providers.services import NAME_LIMIT

# Long, in one piece, and beginning as keys do.
_KEY_SHAPED = re.compile(r"(sk-|sk_|AIza|gsk_|xai-|pa_live_)[A-Za-z0-9_-]{16,}")


def take_secret(request: HttpRequest) -> Secret:
    """Lift the field `secret` out of the posted data: forms and error pages see the data without it."""
    fields: QueryDict = request.POST.copy()
    values = fields.pop("secret", [])
    request.POST = fields  # type: ignore[assignment]
    return Secret(str(values[-1]) if values else "")


def show_error(form: forms.Form, error: AppError) -> None:
    """Put a service's refusal where the person looks: at the field it is about, else above the form."""
    field = next((name for name in error.details if name in form.fields), None)
    form.add_error(field, str(error))


def _name_field() -> forms.CharField:
    return forms.CharField(
        label="Name",
        max_length=NAME_LIMIT,
        help_text="How your team calls this key, for example “team” or “my laptop”.",
        error_messages={
            "required": "The key needs a name.",
            "max_length": f"The name is too long: at most {NAME_LIMIT} characters fit.",
        },
    )


class SecretField(forms.CharField):
    """Shows where the key is pasted. It has no value: `take_secret` lifts that out of the request before."""

    def clean(self, value: Any) -> str:
        return ""


def _secret_field() -> forms.CharField:
    return SecretField(
        label="Key",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def _not_a_key(form: forms.Form, name: str) -> str:
    """Refuse a key that was pasted into an open field, and forget it there too."""
    text = str(form.cleaned_data[name])
    if not _KEY_SHAPED.fullmatch(text.strip()):
        return text
    form.data = {**dict(form.data.items()), name: ""}
    raise forms.ValidationError("This looks like a key, so it was not kept. Paste it into the field “Key”.")


class AddKeyForm(forms.Form):
    """A new key: provider, name, address where it is not fixed, and a field to paste the key into."""

    use_required_attribute = False  # a compatible server may need no key, and the server says what is missing

    provider = forms.ChoiceField(
        choices=Provider.choices,
        widget=forms.RadioSelect,
        initial=Provider.OPENAI,
        error_messages={
            "required": "Choose a provider.",
            "invalid_choice": "Choose a provider from the list.",
        },
    )
    name = _name_field()
    base_url = forms.CharField(
        label="Base URL",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"max_length": "The base URL is too long: at most 300 characters fit."},
    )
    secret = _secret_field()

    def clean_name(self) -> str:
        return _not_a_key(self, "name")

    def clean_base_url(self) -> str:
        return _not_a_key(self, "base_url")

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        missing = not fields.get("base_url") and "base_url" not in self.errors
        if missing and fields.get("provider") == Provider.COMPATIBLE:
            self.add_error(
                "base_url",
                "The base URL is missing. It says where the server is, as in https://api.example.com/v1.",
            )
        return fields


class RenameKeyForm(forms.Form):
    """A key's name."""

    name = _name_field()

    def clean_name(self) -> str:
        return _not_a_key(self, "name")


class RotateKeyForm(forms.Form):
    """The field into which the new key is pasted."""

    secret = _secret_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].label = "New key"


class OwnModelsForm(forms.Form):
    """Models by name, one a line."""

    names = forms.CharField(
        label="Models by name",
        required=False,
        help_text="One a line, as the provider spells them. For models that its list leaves out.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
    )
