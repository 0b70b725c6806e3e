"""The database backend that the settings name: PostgreSQL, with a connection's health seen without a round trip."""

import select

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Before each request Django asks whether a kept connection still works, by default with a statement of its own.

    A server that ended (or a pooler that hung up) has closed its side, which the socket knows: an idle connection
    with something to read is over. What a socket cannot know, a network that fell silent, a statement would only
    learn by waiting.
    """

    def is_usable(self) -> bool:
        """Whether the kept connection can take the next statement."""
        if self.connection is None or self.connection.closed:
            return False
        try:
            poll = select.poll()
            poll.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
            return not poll.poll(0)
        except psycopg.Error:
            return False
