"""After a crash: calls that a killed process left live are closed as far as they were heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import structlog

from media.audio import RATE, Hypothesis, Track
from media.scheduler import Engine
from server.call.conversation import Conversation
from server.call.heard import events_of
from server.call.names import names_of
from server.call.owed import owed
from server.call.playbook import Playbook
from server.catch_up import recorded
from server.envelope import Envelope
from server.events import INPUTS, CallEnded, Event, SpeechStopped, Talk
from server.outbox import chores_after
from server.outside.playbooks import playbook_of
from server.outside.store import Store
from server.records import Call

log = structlog.get_logger("beatline.recovery")


def close_interrupted(
    calls: Iterable[Call],
    store: Store,
    recordings: Path,
    engine: Engine,
    playbooks: Mapping[str, Playbook],
    now: datetime,
) -> int:
    """Close the calls that a killed process left live; say how many could be."""
    closed = 0
    for call in calls:
        try:
            _close(store, recordings, engine, playbooks, call, now)
            closed += 1
        except Exception:
            # One call that cannot be closed must not keep the others open, nor the server from serving.
            log.exception("interrupted call stays open", call=call.id)
    return closed


def _close(
    store: Store,
    recordings: Path,
    engine: Engine,
    playbooks: Mapping[str, Playbook],
    call: Call,
    now: datetime,
) -> None:
    stored = store.events(call.id)
    inputs = [envelope.event for envelope in stored if isinstance(envelope.event, INPUTS)]
    heard = recorded(recordings / call.recording) if call.recording else None
    at = max([event.at for event in inputs], default=0.0)
    duration = max(at, len(heard[Track.REP]) / RATE if heard else 0.0)
    playbook = playbook_of(call, playbooks, store)
    conversation, names = Conversation(playbook), names_of(call, playbook)
    for event in inputs:
        conversation.apply(event)
    late: list[Event] = []
    stopped = {(e.track, e.turn) for e in inputs if isinstance(e, SpeechStopped)}
    for turn in owed(inputs, duration):
        if (turn.track, turn.turn) not in stopped:
            late.append(
                SpeechStopped(at=duration, track=turn.track, turn=turn.turn, start=turn.start, end=turn.end)
            )
        window = turn.window(heard, names)
        found = engine.transcribe([window])[0] if len(window.pcm) else Hypothesis(window, ())
        late.append(events_of(turn.words(found), duration))
    late.append(CallEnded(at=round(duration, 3), reason="interrupted", duration=round(duration, 3)))
    out = [made for event in late for made in conversation.apply(event)]
    summary = conversation.summary()
    store.append(call.id, list(_numbered(call.id, [*out, summary], stored)))
    store.finish(
        call.id, now, "interrupted", duration, summary, chores_after(call, now), conversation.figures
    )
    log.info("interrupted call closed", call=call.id, seconds=duration)


def _numbered(call_id: str, events: list[Event], stored: list[Envelope]) -> Iterator[Envelope]:
    number = stored[-1].number if stored else 0
    for event in events:
        if not isinstance(event, Talk):
            number += 1
            yield Envelope(call_id, number, event)
