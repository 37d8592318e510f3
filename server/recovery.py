"""After a crash: calls that a killed process left live are closed as far as they were heard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import structlog

from media.audio import Hypothesis, Pcm, Track, Window, samples
from media.scheduler import Engine
from media.turns import PRE_ROLL, Words
from media.wav import read_call, repair
from server.call.conversation import Conversation
from server.call.heard import events_of
from server.call.names import names_of
from server.call.playbook import Playbook
from server.errors import BeatlineError
from server.events import (
    INPUTS,
    CallEnded,
    Envelope,
    Event,
    Final,
    Partial,
    SpeechStarted,
    SpeechStopped,
    Talk,
    TrackName,
)
from server.outbox import chores_after
from server.outside.store import Store
from server.records import Call

log = structlog.get_logger("beatline.recovery")

LONGEST = samples(30)
"""A window is never longer, whatever a log says."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A turn whose final words never came (media seconds)."""

    track: TrackName
    turn: int
    start: float
    end: float


def owed(inputs: list[Event], duration: float) -> list[Owed]:
    """Find the turns without a final: of a turn that goes on, all that was recorded counts."""
    turns: dict[tuple[TrackName, int], tuple[float, float]] = {}
    for event in inputs:
        if isinstance(event, SpeechStarted):
            turns[event.track, event.turn] = (event.start, duration)
        elif isinstance(event, SpeechStopped) or (
            isinstance(event, Partial) and (event.track, event.turn) not in turns
        ):
            turns[event.track, event.turn] = (event.start, event.end)
        elif isinstance(event, Final):
            turns.pop((event.track, event.turn), None)
    found = [Owed(*turn, *span) for turn, span in turns.items() if span[1] > span[0]]
    return sorted(found, key=lambda one: (one.start, one.track))


def close_interrupted(
    store: Store, recordings: Path, engine: Engine, playbooks: Mapping[str, Playbook], now: datetime
) -> int:
    """Close every call that is still live in the store; run before new calls are taken. Say how many."""
    closed = 0
    for call in store.live_calls():
        try:
            _close(store, recordings, engine, playbooks, call, now)
            closed += 1
        except (BeatlineError, KeyError) as problem:
            log.error("interrupted call stays open", call=call.id, problem=str(problem))
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
    heard = _recorded(recordings / call.recording) if call.recording else None
    at = max([event.at for event in inputs], default=0.0)
    duration = max(at, len(heard[Track.REP]) / 8000 if heard else 0.0)
    playbook = playbooks[call.playbook]
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
        late += [events_of(words, duration) for words in _words(engine, heard, turn, names)]
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


def _recorded(file: Path) -> dict[Track, Pcm] | None:
    """Mend a recording and read it; None when there is nothing to read."""
    try:
        repair(file)
        rep, prospect = read_call(file)
    except (OSError, ValueError) as problem:
        log.warning("recording cannot be read", file=file.name, problem=str(problem))
        return None
    return {Track.REP: rep, Track.PROSPECT: prospect}


def _words(engine: Engine, heard: dict[Track, Pcm] | None, turn: Owed, names: tuple[str, ...]) -> list[Words]:
    """Write down a turn from the recording; without one its final is empty, so that nothing is owed any more."""
    track, start, end = Track(turn.track), samples(turn.start), samples(turn.end)
    begin = max(0, start - PRE_ROLL)
    pcm = heard[track][begin : min(end + PRE_ROLL, begin + LONGEST)] if heard else np.zeros(0, np.int16)
    window = Window(track, turn.turn, 1, begin, pcm, final=True, names=names)
    found = engine.transcribe([window])[0] if len(pcm) else Hypothesis(window, ())
    return [Words(track, turn.turn, start, end, found.words, len(found.words), final=True)]
