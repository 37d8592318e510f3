"""Scripted calls: the order in which things become known, and what a wrong line says."""

from __future__ import annotations

import json

import pytest

from server.call.script import parse_script, spread
from server.errors import Malformed
from server.events import CallEnded, Final, SpeechStarted, SpeechStopped


def said(track: str, start: float, end: float, text: str = "Hi there.") -> str:
    return json.dumps({"track": track, "start": start, "end": end, "text": text})


def test_things_become_known_in_order() -> None:
    script = parse_script([
        '{"call": {"id": "x", "playbook": "post-demo", "contact": "Sarah", "date": "2026-11-16"}}',
        said("rep", 1.0, 2.0), said("prospect", 1.5, 4.0), said("rep", 2.1, 3.0),
        '{"label": "outcome", "code": "connect"}',
    ])  # fmt: skip
    assert (script.id, script.start.contact, script.start.date) == ("x", "Sarah", "2026-11-16")
    times = [event.at for event in script.events]
    assert times == sorted(times)
    rep = [event for event in script.events if getattr(event, "track", "") == "rep"]
    assert [(type(e), e.turn) for e in rep] == [  # type: ignore[attr-defined]
        (SpeechStarted, 1), (SpeechStopped, 1), (Final, 1), (SpeechStarted, 2), (SpeechStopped, 2), (Final, 2),
    ]  # fmt: skip
    assert isinstance(script.events[-1], CallEnded)
    assert script.events[-1].duration == 4.0


def test_words_are_spread_by_their_letters() -> None:
    words = spread("a meeting", 1.0, 2.0)
    assert [(word.start, word.end) for word in words] == [(1.0, 1.2), (1.2, 2.0)]
    assert spread("", 1.0, 2.0) == ()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2 is not JSON"),
        ("[1]", "line 2 is not an object"),
        (
            '{"track": "agent", "start": 0, "end": 1, "text": "x"}',
            "line 2: track is 'rep' or 'prospect', not 'agent'",
        ),
        ('{"track": "rep", "start": "0", "end": 1, "text": "x"}', "line 2: start and end are seconds"),
        ('{"track": "rep", "start": 0, "text": "x"}', "line 2: start and end are seconds"),
        ('{"track": "rep", "start": NaN, "end": 1, "text": "x"}', "line 2: start and end are seconds"),
        ('{"track": "rep", "start": 1e9, "end": 2e9, "text": "x"}', "line 2: start and end are seconds"),
        ('{"track": "rep", "start": 2, "end": 1, "text": "x"}', "line 2: end is not after start"),
        ('{"track": "rep", "start": 0, "end": 1}', "line 2: text is missing"),
        ('{"call": {"id": 7}}', "line 2: `call` is an object of texts"),
        ('{"call": {"id": "x", "direction": "up"}}', "line 2: direction is outbound or inbound, not 'up'"),
    ],
)
def test_a_wrong_line_is_named(line: str, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        parse_script([said("rep", 0.0, 1.0), line])


def test_an_empty_script() -> None:
    with pytest.raises(Malformed, match="no utterance"):
        parse_script(['{"call": {"id": "x"}}', ""])
