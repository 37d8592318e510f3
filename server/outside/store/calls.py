"""Calls: announced, live, ended, wrapped up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from server.envelope import event_from_json, event_to_json
from server.errors import Refused
from server.events import NextStep, Summary
from server.outside.store import tables as t
from server.outside.store.chores import add_chores
from server.outside.store.database import Database, hashed, insert_new, new_token
from server.records import Call, Chore, Wrapup

TOKEN_LIFE = timedelta(minutes=15)
"""A stream may take so long to come: a call rings for a minute, people dial by hand."""

_WHO = "This stream token is not known, was used before, or is too old: announce the call again."


def _call(row: Row[Any]) -> Call:
    return Call(**row._mapping)


class Calls:
    """Calls and what hangs on them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add_call(self, call: Call) -> None:
        """Keep a new call."""
        with self._db.writing() as conn:
            conn.execute(insert(t.calls).values(**asdict(call)))

    def call(self, id: str) -> Call | None:
        """Find a call."""
        with self._db.reading() as conn:
            row = conn.execute(select(t.calls).where(t.calls.c.id == id)).first()
        return _call(row) if row else None

    def calls(
        self, limit: int, before: str | None = None, rep: str | None = None, query: str = ""
    ) -> list[Call]:
        """List calls, newest first: those made before the call `before`, of a rep, with all words of a query."""
        c = t.calls.c
        wanted = select(t.calls).order_by(c.created_at.desc(), c.id.desc()).limit(limit)
        if rep is not None:
            names = {rep.lower(), rep.partition("@")[0].lower()}
            wanted = wanted.where(func.lower(c.rep).in_(names))
        for word in query.split():
            pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            fields = (c.contact, c.contact_company, c.company, c.rep)
            wanted = wanted.where(or_(*(field.ilike(pattern, escape="\\") for field in fields)))
        with self._db.reading() as conn:
            if before is not None:
                row = conn.execute(select(c.created_at).where(c.id == before)).first()
                if row is None:
                    return []
                earlier = and_(c.created_at == row[0], c.id < before)
                wanted = wanted.where(or_(c.created_at < row[0], earlier))
            return [_call(row) for row in conn.execute(wanted)]

    def live_calls(self) -> list[Call]:
        """List the calls that go on, or went on when a process died."""
        with self._db.reading() as conn:
            return [_call(row) for row in conn.execute(select(t.calls).where(t.calls.c.state == "live"))]

    def new_stream_token(self, call_id: str, now: datetime) -> str:
        """Make a token with which one stream may bring this call; only its hash is kept."""
        token = new_token()
        values = {
            "token_hash": hashed(token),
            "call_id": call_id,
            "created_at": now,
            "expires_at": now + TOKEN_LIFE,
        }
        with self._db.writing() as conn:
            conn.execute(insert(t.stream_tokens).values(**values))
        return token

    def take_stream_token(self, call_id: str, token: str, now: datetime) -> Call:
        """Trade a token for its call, once.

        Raises:
            Refused: it is not this call's, was used before or is too old; which of them is told to nobody.
        """
        c = t.stream_tokens.c
        mine = and_(
            c.token_hash == hashed(token), c.call_id == call_id, c.taken_at.is_(None), c.expires_at > now
        )
        with self._db.writing() as conn:
            taken = conn.execute(
                update(t.stream_tokens).where(mine).values(taken_at=now).returning(c.call_id)
            ).first()
            row = conn.execute(select(t.calls).where(t.calls.c.id == call_id)).first() if taken else None
        if row is None or row.state != "waiting":
            raise Refused(_WHO)
        return _call(row)

    def start_call(self, id: str, now: datetime, carrier: str, carrier_call_id: str, recording: str) -> None:
        """Note a call's first sound."""
        values = {
            "state": "live", "started_at": now, "carrier": carrier,
            "carrier_call_id": carrier_call_id, "recording": recording,
        }  # fmt: skip
        with self._db.writing() as conn:
            rows = conn.execute(
                update(t.calls).where(t.calls.c.id == id).values(**values).returning(t.calls.c.rep_track)
            ).first()
            if rows:
                other = "outbound" if rows[0] == "inbound" else "inbound"
                sides = (("rep", 1, rows[0]), ("prospect", 2, other))
                insert_new(conn, t.tracks, [
                    {"call_id": id, "track": track, "channel": channel, "carrier_track": name}
                    for track, channel, name in sides
                ])  # fmt: skip

    def finish(
        self,
        id: str,
        now: datetime,
        reason: str,
        duration: float,
        summary: Summary,
        chores: Sequence[Chore],
        figures: Mapping[str, Any] | None = None,
    ) -> None:
        """End a call: its row, its summary, its figures and the chores that follow, together or not at all."""
        values = {"state": "ended", "ended_at": now, "end_reason": reason, "duration": duration}
        with self._db.writing() as conn:
            conn.execute(update(t.calls).where(t.calls.c.id == id).values(**values))
            _keep_summary(conn, id, summary, now)
            if figures:
                insert_new(conn, t.call_figures, [{"call_id": id, "body": json.dumps(dict(figures))}])
            _count_tracks(conn, id)
            add_chores(conn, chores)

    def sum_up_again(self, call_id: str, summary: Summary, figures: Mapping[str, Any], now: datetime) -> None:
        """Replace what was made of a call when it ended, now that more of its words are known."""
        with self._db.writing() as conn:
            _keep_summary(conn, call_id, summary, now)
            conn.execute(t.call_figures.delete().where(t.call_figures.c.call_id == call_id))
            insert_new(conn, t.call_figures, [{"call_id": call_id, "body": json.dumps(dict(figures))}])
            _count_tracks(conn, call_id)

    def save_summary(self, call_id: str, summary: Summary, now: datetime) -> None:
        """Keep a summary beside those of other authors; the newest is the one shown."""
        with self._db.writing() as conn:
            _keep_summary(conn, call_id, summary, now)

    def summary(self, call_id: str) -> Summary | None:
        """Find a call's newest summary."""
        wanted = select(t.summaries.c.body).where(t.summaries.c.call_id == call_id)
        with self._db.reading() as conn:
            row = conn.execute(
                wanted.order_by(t.summaries.c.saved_at.desc(), t.summaries.c.id.desc())
            ).first()
        found = event_from_json(json.loads(row[0])) if row else None
        assert found is None or isinstance(found, Summary)
        return found

    def figures(self, call_id: str) -> dict[str, Any]:
        """Find the figures kept when a call ended (docs/metrics.md); empty before."""
        with self._db.reading() as conn:
            row = conn.execute(
                select(t.call_figures.c.body).where(t.call_figures.c.call_id == call_id)
            ).first()
        return dict(json.loads(row[0])) if row else {}

    def save_wrapup(
        self,
        call_id: str,
        *,
        outcome: str,
        sentiment: str,
        next_step: NextStep,
        note: str,
        now: datetime,
        by: str = "",
        chores: Sequence[Chore] = (),
    ) -> None:
        """Keep what the rep confirmed, in place of an earlier wrap-up, with the chores that pass it on."""
        step = json.dumps(asdict(next_step))
        values = {
            "call_id": call_id, "outcome": outcome, "sentiment": sentiment, "next_step": step,
            "note": note, "by": by, "saved_at": now,
        }  # fmt: skip
        with self._db.writing() as conn:
            conn.execute(t.wrapups.delete().where(t.wrapups.c.call_id == call_id))
            conn.execute(insert(t.wrapups).values(**values))
            shown = {"outcome": outcome, "sentiment": sentiment, "note": note}
            conn.execute(update(t.calls).where(t.calls.c.id == call_id).values(**shown))
            add_chores(conn, chores)

    def wrapup(self, call_id: str) -> Wrapup | None:
        """Find what the rep confirmed."""
        with self._db.reading() as conn:
            row = conn.execute(select(t.wrapups).where(t.wrapups.c.call_id == call_id)).first()
        if row is None:
            return None
        step = NextStep(**json.loads(row.next_step))
        return Wrapup(
            outcome=row.outcome,
            sentiment=row.sentiment,
            next_step=replace(step, evidence=None),
            note=row.note,
        )


def _keep_summary(conn: Connection, call_id: str, summary: Summary, now: datetime) -> None:
    c = t.summaries.c
    conn.execute(t.summaries.delete().where(and_(c.call_id == call_id, c.author == summary.author)))
    body = json.dumps(event_to_json(summary), ensure_ascii=False)
    conn.execute(insert(t.summaries).values(call_id=call_id, author=summary.author, body=body, saved_at=now))


def _count_tracks(conn: Connection, call_id: str) -> None:
    w = t.words.c
    counts = conn.execute(
        select(w.track, func.count(func.distinct(w.turn)), func.count())
        .where(w.call_id == call_id)
        .group_by(w.track)
    )
    for track, turns, words in counts.all():
        mine = and_(t.tracks.c.call_id == call_id, t.tracks.c.track == track)
        conn.execute(update(t.tracks).where(mine).values(turns=turns, words=words))
