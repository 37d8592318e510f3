"""What people think of cues: those marked wrong afterwards, and the kinds that they want no more of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from server.outside.store import tables as t
from server.outside.store.database import Database, insert_new


class Marks:
    """Marks on cues, and muted kinds."""

    _db: Database

    def mark_cue(self, call_id: str, number: int, by: str, now: datetime) -> bool:
        """Note that somebody holds a cue to be wrong, once; False when the call has no such cue."""
        c = t.cues.c
        raised = select(c.number).where(c.call_id == call_id, c.number == number, c.phase == "raised")
        with self._db.writing() as conn:
            if conn.execute(raised).first() is None:
                return False
            insert_new(
                conn, t.cue_marks, [{"call_id": call_id, "number": number, "by": by, "marked_at": now}]
            )
        return True

    def unmark_cue(self, call_id: str, number: int, by: str) -> None:
        """Take somebody's own mark back."""
        c = t.cue_marks.c
        with self._db.writing() as conn:
            conn.execute(delete(t.cue_marks).where(c.call_id == call_id, c.number == number, c.by == by))

    def cue_marks(self, call_id: str) -> dict[int, list[str]]:
        """Say who marked which cues of a call wrong, first mark first."""
        c = t.cue_marks.c
        wanted = select(c.number, c.by).where(c.call_id == call_id).order_by(c.marked_at, c.by)
        marks: dict[int, list[str]] = {}
        with self._db.reading() as conn:
            for number, by in conn.execute(wanted):
                marks.setdefault(number, []).append(by)
        return marks

    def mute_kind(self, email: str, kind: str, now: datetime) -> None:
        """Remember that a person wants no more cues of a kind."""
        with self._db.writing() as conn:
            for user in conn.execute(select(t.users.c.id).where(t.users.c.email == email.lower())):
                insert_new(conn, t.muted_kinds, [{"user_id": user.id, "kind": kind, "muted_at": now}])

    def unmute_kind(self, email: str, kind: str) -> None:
        """Forget it again."""
        person = select(t.users.c.id).where(t.users.c.email == email.lower()).scalar_subquery()
        c = t.muted_kinds.c
        with self._db.writing() as conn:
            conn.execute(delete(t.muted_kinds).where(c.user_id == person, c.kind == kind))

    def muted_kinds(self, rep: str) -> list[str]:
        """List what the person muted whose e-mail or name this is, the first muted first."""
        c = t.muted_kinds.c
        joined = t.muted_kinds.join(t.users, c.user_id == t.users.c.id)
        wanted = select(c.kind, t.users.c.email, t.users.c.name).select_from(joined)
        with self._db.reading() as conn:
            rows = conn.execute(wanted.order_by(c.muted_at, c.kind)).all()
        # Compared here: SQLite's lower() knows ASCII only.
        mine = (
            row.kind for row in rows if rep and rep.casefold() in (row.email.casefold(), row.name.casefold())
        )
        return list(dict.fromkeys(mine))
