"""Whether the database is one of Supabase's, and where the project that it belongs to answers."""

import re
from typing import Final

_DIRECT: Final = re.compile(r"db\.([a-z0-9]+)\.supabase\.co")
_POOLER: Final = re.compile(r"[a-z0-9-]+\.pooler\.supabase\.com")
_OF_PROJECT: Final = re.compile(r"[^.]+\.([a-z0-9]+)")


def project_url(host: str, user: str) -> str:
    """The address of the project's own interface, from the database's host and user; empty for any other database.

    Through the shared pooler the user carries the project's name: `promptassay_app.PROJECT`.
    """
    host = host.lower()
    found = _DIRECT.fullmatch(host) or (_OF_PROJECT.fullmatch(user) if _POOLER.fullmatch(host) else None)
    return f"https://{found[1]}.supabase.co/rest/v1" if found else ""
