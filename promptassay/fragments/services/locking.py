"""Writers of one workspace's fragments take turns: two changes, each fine alone, could make a circle together."""

from django.db import connection

from promptassay.workspaces.actor import Actor


def take_turns(actor: Actor) -> None:
    """Wait until no other transaction writes a fragment of this workspace; held until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(actor.workspace_id)])
