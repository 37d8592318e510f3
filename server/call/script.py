"""Scripted calls: a text file that stands for a recorded call, as the same input events that sound would give."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from media.audio import Word
from server.errors import Malformed
from server.events import (
    CallEnded,
    CallStarted,
    Event,
    Final,
    Partial,
    SpeechStarted,
    SpeechStopped,
    TrackName,
)

ONSET, HANG_OVER, WORDS = 0.096, 0.448, 0.15
"""Seconds after which a start of speech is known, a stop, and the words after the stop: as the listener does."""

HEARD, UPDATE = 0.6, 1.0
"""Seconds after which a word of speech that goes on is known, and between two updates (docs/hearing.md)."""

_HEADER = {field.name for field in fields(CallStarted)} - {"at"}


@dataclass(frozen=True, slots=True)
class Script:
    """A scripted call: how it starts, and its input events in the order in which they become known."""

    id: str
    start: CallStarted
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    track: TrackName
    start: float
    end: float
    text: str


def parse_script(lines: Iterable[str]) -> Script:
    """Read a scripted call; labels are left to scorers.

    Raises:
        Malformed: a line is wrong; the message names it.
    """
    call, start = named({}, 0)
    said: list[_Said] = []
    for number, body in objects(lines):
        if "call" in body:
            call, start = named(body["call"], number)
        elif "label" not in body:
            said.append(_utterance(body, number))
    if not said:
        raise Malformed("no utterance in it: give lines with track, start, end and text")
    return Script(call, start, tuple(_events(said)))


def objects(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON objects of some lines, with their numbers (from 1); empty lines are none.

    Raises:
        Malformed: a line holds anything else; the message names it.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            body = json.loads(line)
        except json.JSONDecodeError as problem:
            raise Malformed(f"line {number} is not JSON: {problem.msg}") from problem
        if not isinstance(body, dict):
            raise Malformed(f"line {number} is not an object")
        yield number, body


def named(call: Any, number: int) -> tuple[str, CallStarted]:
    """The call's id, and its first event, from the header on line `number`.

    Raises:
        Malformed: it is no object of texts, or a field has a value that it cannot have.
    """
    header = _header(call, number)
    known = {name: value for name, value in header.items() if name in _HEADER}
    return str(header.get("id", "script")), CallStarted(at=0.0, **{"playbook": "post-demo", **known})


def _header(call: Any, number: int) -> dict[str, Any]:
    if not isinstance(call, dict) or not all(isinstance(value, str) for value in call.values()):
        raise Malformed(f"line {number}: `call` is an object of texts")
    allowed = {"direction": ("outbound", "inbound"), "level": ("quiet", "balanced", "eager")}
    for name, values in allowed.items():
        if call.get(name, values[0]) not in values:
            raise Malformed(f"line {number}: {name} is {' or '.join(values)}, not {call[name]!r}")
    return call


def _utterance(body: dict[str, Any], number: int) -> _Said:
    track, start, end, text = (body.get(name) for name in ("track", "start", "end", "text"))
    if track not in ("rep", "prospect"):
        raise Malformed(f"line {number}: track is 'rep' or 'prospect', not {track!r}")
    times = [
        value for value in (start, end) if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if len(times) < 2 or not all(math.isfinite(value) and 0 <= value < 86_400 for value in times):
        raise Malformed(f"line {number}: start and end are seconds from 0")
    if times[1] <= times[0]:
        raise Malformed(f"line {number}: end is not after start")
    if not isinstance(text, str):
        raise Malformed(f"line {number}: text is missing")
    return _Said(track, round(float(times[0]), 3), round(float(times[1]), 3), text)


def spread(text: str, start: float, end: float) -> tuple[Word, ...]:
    """Spread the words of a text over a span, in proportion to their letters."""
    parts = text.split()
    letters = sum(len(part) + 1 for part in parts)
    words, at = [], start
    for part in parts:
        until = at + (end - start) * (len(part) + 1) / letters
        words.append(Word(part, round(at, 3), round(min(until, end), 3)))
        at = until
    return tuple(words)


def _partials(one: _Said, turn: int, words: tuple[Word, ...]) -> Iterator[Partial]:
    """What is known of a longer utterance while it goes on: the words that ended `HEARD` s ago will not change."""
    said = 0
    for step in range(1, int((one.end - one.start) / UPDATE) + 1):
        at = round(one.start + step * UPDATE, 3)
        known = sum(word.end <= at - HEARD for word in words)
        if known > said and at < one.end:
            said, end = known, words[known - 1].end
            yield Partial(
                at=at, track=one.track, turn=turn, start=one.start, end=end, words=words[:known], agreed=known
            )


def _events(said: Sequence[_Said]) -> list[Event]:
    """Every utterance as a start, a stop and its words; a stop is known before the same track's next start."""
    timed: list[tuple[float, int, Event]] = []
    tracks: tuple[TrackName, ...] = ("rep", "prospect")
    for track in tracks:
        own = sorted((one for one in said if one.track == track), key=lambda one: one.start)
        for turn, one in enumerate(own, 1):
            ahead = own[turn].start if turn < len(own) else math.inf
            stop = round(min(one.end + HANG_OVER, max(one.end, ahead)), 3)
            started = round(min(one.start + ONSET, one.end), 3)
            words = spread(one.text, one.start, one.end)
            final = round(min(stop + WORDS, max(stop, ahead + ONSET)), 3)
            timed += [
                (started, 1, SpeechStarted(at=started, track=one.track, turn=turn, start=one.start)),
                (stop, 0, SpeechStopped(at=stop, track=one.track, turn=turn, start=one.start, end=one.end)),
                (
                    final,
                    0,
                    Final(at=final, track=one.track, turn=turn, start=one.start, end=one.end, words=words),
                ),
                *((partial.at, 0, partial) for partial in _partials(one, turn, words)),
            ]
    timed.sort(key=lambda entry: (entry[0], entry[1]))
    last = max(entry[0] for entry in timed)
    events = [event for _, _, event in timed]
    return [*events, CallEnded(at=last, reason="hangup", duration=max(one.end for one in said))]
