"""The workspaces app."""

from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    """Workspaces and memberships; makes the personal workspace of every new account."""

    name = "promptassay.workspaces"
    label = "workspaces"

    def ready(self) -> None:
        from promptassay.accounts.events import AccountCreated
        from promptassay.core.events import subscribe
        from promptassay.workspaces import palette
        from promptassay.workspaces.services import create_personal_workspace

        subscribe(AccountCreated, create_personal_workspace)
        palette.register()
