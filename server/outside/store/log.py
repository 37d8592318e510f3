"""A call's log: its events in order, with words and cues in tables of their own for searching."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select

from server.envelope import Envelope, event_from_json, event_to_json
from server.events import Cue, Event, Final, Order
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
    insert_new(conn, t.cues, [row for envelope in envelopes if (row := _cue_row(call_id, envelope))])


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


ORDERED: Mapping[str, str] = {"see_cue": "seen", "mark_wrong": "wrong", "mute_kind": "muted"}
"""Orders that say something of a cue, by the word under which it is kept."""


def _cue_row(call_id: str, envelope: Envelope) -> dict[str, Any] | None:
    event = envelope.event
    row: dict[str, Any] = {"call_id": call_id, "number": envelope.number, "at": event.at}
    if isinstance(event, Cue):
        heard = event.heard or event.at
        return {
            **row,
            "kind": event.kind,
            "phase": event.phase,
            "since": event.since,
            "heard": heard,
            "why": event.why,
        }
    if isinstance(event, Order) and event.action in ORDERED:
        return {**row, "kind": event.target, "phase": ORDERED[event.action], "since": event.at}
    return None
