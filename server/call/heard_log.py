"""Heard calls: the log of a call that was spoken and heard, as JSON lines, so that it folds again without its sound.

The header is that of a scripted call, with what heard it; then every input event as `event_to_json` writes it, in the
order in which they became known; then the labels, which scorers read.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from server.call.script import Script, named, objects
from server.errors import Malformed
from server.events import INPUTS, CallStarted, Event, event_from_json


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
