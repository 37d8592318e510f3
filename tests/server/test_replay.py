"""Calls played again: the same events byte for byte, and on the samples the cues that their scripts deserve."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from server.envelope import Envelope
from server.events import Beat, Cue, Final, Summary
from server.files import Player

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NAMES = ["good", "bad", "voicemail"]
LATE = {"call.jsonl": 0.0, "flac": 1.5}
"""Seconds by which a cue from sound may come after its label's window: the words are agreed when heard again."""


@cache
def player() -> Player:
    return Player(None)


@cache
def played(name: str, kind: str) -> tuple[Envelope, ...]:
    return tuple(player().envelopes(SAMPLES / f"{name}.{kind}"))


@cache
def labels(name: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (SAMPLES / f"{name}.call.jsonl").read_text().splitlines()]
    return [row for row in rows if "label" in row]


both = pytest.mark.parametrize("kind", ["call.jsonl", "flac"])
each = pytest.mark.parametrize("name", NAMES)


@pytest.mark.parametrize(("name", "kind"), [*((name, "call.jsonl") for name in NAMES), ("voicemail", "flac")])
def test_twice_is_the_same_byte_for_byte(name: str, kind: str) -> None:
    again = Player(None).envelopes(SAMPLES / f"{name}.{kind}")
    assert [e.to_line() for e in played(name, kind)] == [e.to_line() for e in again]


def raised(name: str, kind: str) -> list[Cue]:
    return [e.event for e in played(name, kind) if isinstance(e.event, Cue) and e.event.phase == "raised"]


@both
@each
def test_every_cue_is_one_that_the_script_deserves(name: str, kind: str) -> None:
    wanted = [row for row in labels(name) if row["label"] == "cue"]
    for cue in raised(name, kind):
        assert any(
            row["kind"] == cue.kind
            and row["from"] - 0.5 <= cue.at <= row["to"] + LATE[kind]
            and row.get("objection") == cue.objection
            for row in wanted
        ), cue


@both
@each
def test_every_cue_that_the_script_deserves_is_raised(name: str, kind: str) -> None:
    cues = raised(name, kind)
    for row in (row for row in labels(name) if row["label"] == "cue"):
        assert any(
            cue.kind == row["kind"] and row["from"] - 0.5 <= cue.at <= row["to"] + LATE[kind] for cue in cues
        ), row


@both
@each
def test_outcome_and_next_step_are_those_a_careful_person_would_log(name: str, kind: str) -> None:
    summary = played(name, kind)[-1].event
    assert isinstance(summary, Summary)
    for row in labels(name):
        if row["label"] == "outcome":
            assert (summary.outcome, summary.meeting) == (row["code"], row.get("meeting", False))
        if row["label"] == "next_step":
            found = summary.next_step
            assert (found.kind, found.date or None, found.time or None) == (
                row["kind"],
                row.get("date"),
                row.get("time"),
            )


@both
def test_the_five_beats_of_a_good_call_come_in_order(kind: str) -> None:
    begun = [e.event.beat for e in played("good", kind) if isinstance(e.event, Beat)]
    order = list(dict.fromkeys(begun))
    assert order == ["permission_context", "why_now", "ask", "listen", "book_or_bridge"]


@each
def test_what_the_summary_says_was_said(name: str) -> None:
    """Evidence is quoted from final words, with their track and time."""
    envelopes = played(name, "flac")
    said = {
        (e.event.track, " ".join(word.text for word in e.event.words))
        for e in envelopes
        if isinstance(e.event, Final)
    }
    summary = envelopes[-1].event
    assert isinstance(summary, Summary)
    for sentence in summary.sentences:
        assert sentence.evidence
        for span in sentence.evidence:
            assert any(track == span.track and span.text in text for track, text in said), span
