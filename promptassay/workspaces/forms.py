"""The forms about a workspace itself."""

from django import forms

from promptassay.workspaces.services import NAME_LIMIT


class RenameForm(forms.Form):
    """The workspace's name."""

    name = forms.CharField(
        label="Name",
        max_length=NAME_LIMIT,
        error_messages={
            "required": "A workspace needs a name.",
            "max_length": f"The name is too long: at most {NAME_LIMIT} characters fit.",
        },
    )
