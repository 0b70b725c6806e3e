"""The form for a new API key."""

from datetime import timedelta

from django import forms

from promptassay.workspaces.apikeys.services import NAME_LIMIT
from promptassay.workspaces.permissions import Scope

FOR_EVER = "for-ever"
LASTS = (("30", "30 days"), ("90", "90 days"), ("365", "One year"), (FOR_EVER, "Until it is revoked"))


class CreateKeyForm(forms.Form):
    """Name, scopes and how long the key lasts."""

    name = forms.CharField(
        label="Name",
        max_length=NAME_LIMIT,
        help_text="What will use the key, for example “support bot, production”.",
        error_messages={
            "required": "The key needs a name.",
            "max_length": f"The name is too long: at most {NAME_LIMIT} characters fit.",
        },
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.PROMPTS_READ],
        error_messages={
            "required": "Choose at least one scope.",
            "invalid_choice": "Choose scopes from the list.",
        },
    )
    lasts = forms.ChoiceField(
        label="It lasts",
        choices=LASTS,
        initial="90",
        error_messages={"required": "Choose from the list.", "invalid_choice": "Choose from the list."},
    )

    def duration(self) -> timedelta | None:
        """How long the key lasts; None without an end."""
        days = self.cleaned_data["lasts"]
        return None if days == FOR_EVER else timedelta(days=int(days))
