"""The store: calls, logs, cues, chores, people, playbooks. Methods are short and block: async callers use a thread."""

from __future__ import annotations

from server.outside.store.calls import Calls
from server.outside.store.chores import Chores
from server.outside.store.cues import Cues
from server.outside.store.database import Database
from server.outside.store.log import Log
from server.outside.store.marks import Marks
from server.outside.store.people import People
from server.outside.store.playbooks import Playbooks

__all__ = ["Store"]


class Store(Calls, Log, Cues, Marks, Chores, People, Playbooks):
    """All of it over one database, by its SQLAlchemy URL.

    Every method raises Unreachable when the database does not answer.

    Raises:
        Misconfigured: the URL is none, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        super().__init__(Database(url))

    def migrate(self) -> None:
        """Bring the tables to this version; safe to repeat."""
        self._db.migrate()

    def close(self) -> None:
        """Give back every connection."""
        self._db.close()
