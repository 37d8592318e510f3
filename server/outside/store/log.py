"""A call's log: its events in order, with words and cues in tables of their own for searching."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select

from server.events import Cue, Envelope, Event, Final, event_from_json, event_to_json
from server.outside.store import tables as t
from server.outside.store.database import Database, insert_new


class Log:
    """Events of calls."""

    _db: Database

    def append(self, call_id: str, envelopes: Sequence[Envelope]) -> None:
        """Add events; those that are there already are passed over, so that a write may be tried again."""
        with self._db.writing() as conn:
            _add(conn, call_id, envelopes)

    def append_event(self, call_id: str, event: Event) -> Envelope:
        """Add one event after the last, when no live call is numbering; give its envelope."""
        with self._db.writing() as conn:
            last = conn.execute(
                select(func.max(t.events.c.number)).where(t.events.c.call_id == call_id)
            ).scalar()
            envelope = Envelope(call_id, (last or 0) + 1, event)
            _add(conn, call_id, [envelope])
        return envelope

    def events(self, call_id: str, after: int = 0) -> list[Envelope]:
        """Read a call's events whose number is above `after`."""
        c = t.events.c
        wanted = (
            select(c.number, c.body).where(and_(c.call_id == call_id, c.number > after)).order_by(c.number)
        )
        with self._db.reading() as conn:
            rows = conn.execute(wanted).all()
        return [Envelope(call_id, number, event_from_json(json.loads(body))) for number, body in rows]


def _add(conn: Connection, call_id: str, envelopes: Sequence[Envelope]) -> None:
    insert_new(conn, t.events, [_event_row(call_id, envelope) for envelope in envelopes])
    insert_new(conn, t.words, [row for envelope in envelopes for row in _word_rows(call_id, envelope.event)])
    insert_new(
        conn, t.cues, [_cue_row(call_id, e.number, e.event) for e in envelopes if isinstance(e.event, Cue)]
    )


def _event_row(call_id: str, envelope: Envelope) -> dict[str, Any]:
    body = json.dumps(event_to_json(envelope.event), ensure_ascii=False, separators=(",", ":"))
    event = envelope.event
    return {"call_id": call_id, "number": envelope.number, "type": event.type, "at": event.at, "body": body}


def _word_rows(call_id: str, event: Event) -> list[dict[str, Any]]:
    if not isinstance(event, Final):
        return []
    where = {"call_id": call_id, "track": event.track, "turn": event.turn}
    return [
        {**where, "place": place, "text": word.text, "start_s": word.start, "end_s": word.end, "p": word.p}
        for place, word in enumerate(event.words)
    ]


def _cue_row(call_id: str, number: int, cue: Cue) -> dict[str, Any]:
    return {
        "call_id": call_id, "number": number, "kind": cue.kind, "phase": cue.phase,
        "at": cue.at, "since": cue.since, "why": cue.why,
    }  # fmt: skip
