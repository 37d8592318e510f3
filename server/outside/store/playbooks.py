"""Playbooks as they were saved: what runs, what ran, and who changed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update

from server.outside.store import tables as t
from server.outside.store.database import Database
from server.records import PlaybookText

MOST = 200
"""Versions of one playbook that are listed."""


def _saved(row: Row[Any]) -> PlaybookText:
    return PlaybookText(**row._mapping)


class Playbooks:
    """Playbooks and their history."""

    _db: Database

    def running_playbooks(self) -> dict[str, PlaybookText]:
        """The text that new calls run on, by name."""
        c = t.playbooks.c
        with self._db.reading() as conn:
            rows = conn.execute(select(t.playbooks).where(c.active).order_by(c.name)).all()
        return {row.name: _saved(row) for row in rows}

    def running_versions(self) -> dict[str, str]:
        """The versions of those, without their texts."""
        c = t.playbooks.c
        with self._db.reading() as conn:
            return {row.name: row.version for row in conn.execute(select(c.name, c.version).where(c.active))}

    def playbook_history(self, name: str) -> list[PlaybookText]:
        """Every save of a playbook, newest first."""
        c = t.playbooks.c
        wanted = select(t.playbooks).where(c.name == name).order_by(c.id.desc()).limit(MOST)
        with self._db.reading() as conn:
            return [_saved(row) for row in conn.execute(wanted)]

    def playbook_text(self, name: str, version: str) -> PlaybookText | None:
        """Find a version, whether it runs or not."""
        c = t.playbooks.c
        wanted = select(t.playbooks).where(and_(c.name == name, c.version == version)).order_by(c.id).limit(1)
        with self._db.reading() as conn:
            row = conn.execute(wanted).first()
        return _saved(row) if row else None

    def save_playbooks(self, texts: Sequence[PlaybookText], expected: dict[str, str]) -> bool:
        """Keep texts, all or none; an active one takes the place of the one that runs.

        False, and nothing is kept, when another version than expected runs (`expected` by name; "" for none).
        """
        c = t.playbooks.c
        with self._db.writing() as conn:
            if conn.dialect.name == "postgresql":
                # SQLite has one writer at a time; here two could both find what they expect.
                conn.execute(select(func.pg_advisory_xact_lock(t.PLAYBOOKS_LOCK)))
            runs = {row.name: row.version for row in conn.execute(select(c.name, c.version).where(c.active))}
            if any(runs.get(name, "") != version for name, version in expected.items()):
                return False
            for text in texts:
                if text.active:
                    conn.execute(
                        update(t.playbooks).where(c.name == text.name, c.active).values(active=False)
                    )
                values = asdict(text)
                del values["id"]
                conn.execute(insert(t.playbooks).values(**values))
        return True

    def retire_playbook(self, name: str) -> None:
        """Offer a playbook no more; its versions stay, for the calls that ran on them."""
        c = t.playbooks.c
        with self._db.writing() as conn:
            conn.execute(update(t.playbooks).where(c.name == name, c.active).values(active=False))
