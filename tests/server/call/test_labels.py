"""Label lines: every kind of the format is read, and whatever breaks it is refused with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.call import labels as marked
from server.call.labels import parse_labels
from server.errors import Malformed

SAMPLES = Path(__file__).resolve().parents[3] / "samples"

EVERY: list[tuple[type[marked.Label], dict[str, Any]]] = [
    (marked.BeatSpan, {"label": "beat", "beat": "why_now", "start": 1, "end": 2.5}),
    (marked.AskEnd, {"label": "ask_end", "at": 3.0}),
    (marked.Opener, {"label": "opener", "generic": True, "at": 3.0}),
    (marked.RightCue, {"label": "cue", "kind": "card", "objection": "price", "from": 1.0, "to": 2.0}),
    (marked.Trap, {"label": "no_cue", "kind": "book_it", "from": 1.0, "to": 2.0}),
    (marked.Trap, {"label": "no_cue", "kind": "card", "from": 1.0, "to": 2.0}),
    (marked.Objected, {"label": "objection", "objection": "trust", "start": 1.0, "end": 2.0}),
    (marked.Interrupted, {"label": "interruption", "by": "prospect", "at": 1.0}),
    (marked.Questioned, {"label": "question", "track": "rep", "at": 1.0}),
    (marked.Promised, {"label": "commitment", "by": "rep", "text": "I'll send it", "at": 1.0}),
    (marked.Agreed, {"label": "next_step", "kind": "meeting", "date": "2026-11-26", "time": "14:00", "at": 1.0}),
    (marked.Agreed, {"label": "next_step", "kind": "email", "with": "the ops lead", "at": 1.0}),
    (marked.Agreed, {"label": "next_step", "kind": "none"}),
    (marked.CameOut, {"label": "outcome", "code": "dnc", "sentiment": "negative", "meeting": False}),
    (marked.Unwanted, {"label": "dnc", "at": 1.0}),
    (marked.Fact, {"label": "fact", "text": "forty reps", "at": 1.0}),
    (marked.FalseFact, {"label": "false_fact", "text": "fifty reps"}),
]  # fmt: skip


def test_every_kind_is_read_and_kept_in_order() -> None:
    labels = parse_labels(["", *(json.dumps(body) for _, body in EVERY)])
    assert [type(row) for row in labels.rows] == [kind for kind, _ in EVERY]
    assert [row.model_dump(by_alias=True, exclude_unset=True) for row in labels.rows] == [
        body for _, body in EVERY
    ]


def test_of_gives_one_kind() -> None:
    labels = parse_labels(json.dumps(body) for _, body in EVERY)
    assert [trap.kind for trap in labels.of(marked.Trap)] == ["book_it", "card"]


def test_other_lines_of_a_call_are_left_alone() -> None:
    lines = (SAMPLES / "bad.call.jsonl").read_text().splitlines()
    labels = parse_labels(lines)
    assert len(labels.rows) == sum('"label"' in line for line in lines)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"label": "moo"}, "there is no label 'moo'"),
        ({"label": "ask_end"}, "ask_end at: Field required"),
        ({"label": "ask_end", "at": "3"}, "ask_end at"),
        ({"label": "ask_end", "at": -1}, "ask_end at"),
        ({"label": "ask_end", "at": float("nan")}, "ask_end at"),
        ({"label": "ask_end", "at": 3, "by": "rep"}, "ask_end by"),
        ({"label": "beat", "beat": "chat", "start": 1, "end": 2}, "beat beat"),
        ({"label": "beat", "beat": "ask", "start": 2, "end": 2}, "beat: end is not after start"),
        ({"label": "cue", "kind": "book_it", "from": 2, "to": 1}, "cue: to is not after from"),
        ({"label": "cue", "kind": "card", "from": 1, "to": 2}, "cue: a card needs its objection"),
        ({"label": "cue", "kind": "book_it", "objection": "price", "from": 1, "to": 2}, "only a card has an objection"),
        ({"label": "cue", "kind": "hurry", "from": 1, "to": 2}, "cue kind"),
        ({"label": "next_step", "kind": "meeting"}, "a next step needs its `at`"),
        ({"label": "next_step", "kind": "call", "date": "2026-02-30", "at": 1}, "next_step date"),
        ({"label": "next_step", "kind": "call", "time": "2 pm", "at": 1}, "next_step time"),
        ({"label": "opener", "generic": 1, "at": 2}, "opener generic"),
        ({"label": "fact", "text": "", "at": 2}, "fact text"),
        ({"label": "outcome", "code": "connect", "sentiment": "glad", "meeting": True}, "outcome sentiment"),
    ],
)  # fmt: skip
def test_what_breaks_the_format_is_refused_with_its_line(body: dict[str, Any], says: str) -> None:
    good = json.dumps({"label": "dnc", "at": 1.0})
    with pytest.raises(Malformed, match="line 3") as refused:
        parse_labels([good, good, json.dumps(body)])
    assert says in str(refused.value)


def test_labels_come_last() -> None:
    utterance = '{"track": "rep", "start": 0, "end": 1, "text": "Hi."}'
    with pytest.raises(Malformed, match="line 2: labels come last"):
        parse_labels(['{"label": "dnc", "at": 1.0}', utterance])


@pytest.mark.parametrize("line", ["{", "[1]"])
def test_what_is_no_object_is_refused(line: str) -> None:
    with pytest.raises(Malformed, match="line 1"):
        parse_labels([line])
