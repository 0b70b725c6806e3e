"""Makes one account a member of another's personal workspace; run beside a server, as the app role.

Usage: python -m tests.browser.join DATA_DIR GUEST HOST (e-mail addresses); prints the workspace as JSON.
"""

import json
import os
import sys
from pathlib import Path


def main(data_dir: str, guest: str, host: str) -> None:
    """Attach to the server's database and write the one row."""
    from promptassay.config.embedded import attach_or_start

    with attach_or_start(Path(data_dir)) as database:
        os.environ.update(database.variables())
        os.environ["DJANGO_SETTINGS_MODULE"] = "promptassay.config.settings"
        import django

        django.setup()
        from promptassay.accounts.models import User
        from promptassay.core.tenancy import with_workspace
        from promptassay.workspaces.models import Membership
        from promptassay.workspaces.permissions import Role
        from promptassay.workspaces.queries import personal_workspace

        person = User.objects.get(email=guest)
        owner = User.objects.get(email=host)
        workspace = personal_workspace(owner.pk)
        with with_workspace(workspace.id, person_id=owner.pk):
            Membership.objects.create(workspace=workspace, user=person, role=Role.MEMBER)
        print(json.dumps({"workspace": str(workspace.id)}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
