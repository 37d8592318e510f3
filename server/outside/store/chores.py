"""Chores: durable work, taken under a lease, in order per what it is about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from server.outside.store import tables as t
from server.outside.store.database import Database, insert_new, new_token
from server.records import Chore


def add_chores(conn: Connection, chores: Sequence[Chore]) -> None:
    """Add chores within a transaction; a key that is there already is passed over."""
    insert_new(conn, t.chores, [
        {
            "kind": chore.kind, "about": chore.about, "key": chore.key, "state": "todo",
            "payload": json.dumps(chore.payload), "due_at": chore.due_at,
        }
        for chore in chores
    ])  # fmt: skip


def _chore(row: Row[Any]) -> Chore:
    fields = dict(row._mapping)
    del fields["lease_until"]
    return Chore(**{**fields, "payload": json.loads(row.payload)})


class Chores:
    """The queue of chores."""

    _db: Database

    def enqueue(self, chores: Sequence[Chore]) -> None:
        """Add chores."""
        with self._db.writing() as conn:
            add_chores(conn, chores)

    def take(self, now: datetime, lease_s: float) -> Chore | None:
        """Take the next due chore for `lease_s` seconds; one whose taker died is taken again."""
        c, older = t.chores.c, t.chores.alias("older")
        free = or_(c.state == "todo", and_(c.state == "doing", c.lease_until <= now))
        # Chores about one thing run in the order they were made.
        first = ~(
            select(older.c.id)
            .where(older.c.about == c.about, older.c.id < c.id, older.c.state.in_(("todo", "doing")))
            .exists()
        )
        due = select(c.id).where(free, c.due_at <= now, first).order_by(c.due_at, c.id).limit(1)
        with self._db.writing() as conn:
            if conn.dialect.name == "postgresql":
                due = due.with_for_update(skip_locked=True)
            row = conn.execute(
                update(t.chores)
                .where(c.id == due.scalar_subquery())
                .values(
                    state="doing",
                    lease=new_token(),
                    lease_until=now + timedelta(seconds=lease_s),
                    attempts=c.attempts + 1,
                )
                .returning(t.chores)
            ).first()
        return _chore(row) if row else None

    def finish_chore(self, chore: Chore) -> bool:
        """Mark a chore done; False when its lease was lost to another worker."""
        return self._leave(chore, state="done", lease="", lease_until=None, error="")

    def retry_chore(self, chore: Chore, due_at: datetime, error: str) -> bool:
        """Put a chore back until a later time."""
        return self._leave(chore, state="todo", lease="", lease_until=None, due_at=due_at, error=error)

    def bury_chore(self, chore: Chore, error: str) -> bool:
        """Give a chore up; it stays visible with its error."""
        return self._leave(chore, state="dead", lease="", lease_until=None, error=error)

    def chores(self, about: str) -> list[Chore]:
        """List the chores about a thing, in order."""
        with self._db.reading() as conn:
            rows = conn.execute(
                select(t.chores).where(t.chores.c.about == about).order_by(t.chores.c.id)
            ).all()
        return [_chore(row) for row in rows]

    def _leave(self, chore: Chore, **values: object) -> bool:
        mine = and_(t.chores.c.id == chore.id, t.chores.c.lease == chore.lease, t.chores.c.state == "doing")
        with self._db.writing() as conn:
            return conn.execute(update(t.chores).where(mine).values(**values)).rowcount == 1
