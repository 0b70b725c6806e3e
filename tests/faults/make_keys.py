"""Run as a program inside a server's environment: a person with many workspaces and keys; prints how to get in."""

import json
import os
import sys
from uuid import UUID


def main() -> None:
    """Arguments: user, base URL, the key itself, workspaces with a key, workspaces still without one."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "promptassay.config.settings"
    import django

    django.setup()
    from bench.pages import session_cookie
    from promptassay.core.ids import uuid7
    from promptassay.core.secret import Secret
    from promptassay.core.tenancy import with_workspace
    from promptassay.providers.services import add_key
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.models import Membership, Workspace
    from promptassay.workspaces.permissions import Role

    user, base_url, plain, keyed, bare = UUID(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    made: list[tuple[str, str]] = []
    for number in range(keyed + bare):
        workspace = Workspace(id=uuid7(), kind=Workspace.Kind.TEAM, name=f"workspace {number}")
        with with_workspace(workspace.id, person_id=user):
            workspace.save(force_insert=True)
            Membership.objects.create(workspace=workspace, user_id=user, role=Role.OWNER)
            actor, key_id = Actor(user, workspace.id, Role.OWNER, "faults"), ""
            if number < keyed:
                key = add_key(actor, provider="compatible", name="fake", secret=Secret(plain), base_url=base_url)
                key_id = str(key.id)
        made.append((str(workspace.id), key_id))
    sys.stdout.write(json.dumps({"cookie": session_cookie(user), "made": made}))


if __name__ == "__main__":
    main()
