"""Heard calls: the log of a call that was spoken and heard, as JSON lines, so that it folds again without its sound.

The header is that of a scripted call, with what heard it; then every input event as `event_to_json` writes it, in the
order in which they became known; then the labels, which scorers read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from server.call.script import Script, named, objects
from server.envelope import event_from_json, event_to_json
from server.errors import Malformed
from server.events import INPUTS, CallEnded, CallStarted, Event, Final, Partial


def parse_heard(lines: Iterable[str]) -> Script:
    """Read a heard call; labels are left to scorers.

    Raises:
        Malformed: a line is wrong; the message names it.
    """
    call, start = named({}, 0)
    events: list[Event] = []
    for number, body in objects(lines):
        if "call" in body:
            call, start = named(body["call"], number)
        elif "label" not in body:
            events.append(_event(body, number))
    if not events:
        raise Malformed("no event in it: give lines with type and at")
    if any(later.at < earlier.at for earlier, later in pairwise(events)):
        raise Malformed("its events are not in the order of their times")
    return Script(call, start, tuple(events))


def _event(body: dict[str, object], number: int) -> Event:
    try:
        event = event_from_json(body)
    except Malformed as problem:
        raise Malformed(f"line {number}: {problem}") from problem
    if not isinstance(event, INPUTS) or isinstance(event, CallStarted):
        raise Malformed(
            f"line {number}: {event.type} is no event of a heard call: its header says how it began"
        )
    return event


def to_heard(
    header: Mapping[str, str], events: Iterable[Event], labels: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """The lines of a heard call."""
    for row in ({"call": header}, *map(event_to_json, events), *labels):
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def slim(events: Iterable[Event]) -> Iterator[Event]:
    """Leave out what no rule looks at: how the call began, which the header says, and partials that commit nothing."""
    committed: dict[tuple[str, int], int] = {}
    for event in events:
        if isinstance(event, Partial):
            turn = (event.track, event.turn)
            if event.agreed <= committed.get(turn, 0):
                continue
            committed[turn] = event.agreed
        if not isinstance(event, CallStarted):
            yield event


def delayed(events: Iterable[Event], delay: float) -> list[Event]:
    """The events as a live call has them: words later by `delay` seconds, and the end when all words are there."""
    late = [_later(event, delay) for event in events]
    last = max(event.at for event in late)
    late = [replace(event, at=last) if isinstance(event, CallEnded) else event for event in late]
    return sorted(late, key=lambda event: (event.at, isinstance(event, CallEnded)))


def _later(event: Event, delay: float) -> Event:
    words = isinstance(event, Partial | Final)
    return replace(event, at=round(event.at + delay, 3)) if words else event
