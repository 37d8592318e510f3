"""What is taken from labelled calls and written sentences to learn from."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from training.harvest import Row, harvest, knows, run_from, spoiled, spoken, written

CALL = [
    {"call": {"id": "c", "playbook": "post-demo"}},
    {"track": "rep", "start": 0.0, "end": 2.0, "text": "Hi Dana, it's Sam."},
    {"track": "prospect", "start": 2.5, "end": 3.0, "text": "Go ahead."},
    {"track": "rep", "start": 3.5, "end": 6.0, "text": "Could we meet on Thursday?"},
    {
        "track": "prospect",
        "start": 7.0,
        "end": 12.0,
        "text": "Well, you see. The board is new. They hold the money.",
    },
    {"track": "rep", "start": 13.0, "end": 14.0, "text": "Then Friday?"},
    {"track": "prospect", "start": 15.0, "end": 16.0, "text": "Friday it is."},
    {"track": "rep", "start": 16.5, "end": 18.0, "text": "Friday at two."},
    {"label": "beat", "beat": "ask", "start": 3.5, "end": 6.0},
    {"label": "ask_end", "at": 6.0},
    {"label": "beat", "beat": "listen", "start": 6.0, "end": 12.0},
    {"label": "objection", "objection": "authority", "start": 7.0, "end": 12.0},
    {"label": "beat", "beat": "ask", "start": 13.0, "end": 14.0},
    {"label": "ask_end", "at": 14.0},
    {"label": "beat", "beat": "listen", "start": 14.0, "end": 16.0},
    {"label": "beat", "beat": "book_or_bridge", "start": 16.5, "end": 18.0},
    {"label": "outcome", "code": "connect", "sentiment": "positive", "meeting": True},
]


@pytest.fixture
def rows(tmp_path: Path) -> dict[str, Row]:
    path = tmp_path / "c.call.jsonl"
    path.write_text("\n".join(map(json.dumps, CALL)))
    return {row.text: row for row in harvest(path)}


def test_beats_tell_what_the_rep_does(rows: dict[str, Row]) -> None:
    assert rows["could we meet on thursday"].acts == {"ask"}
    assert rows["friday at two"].acts == {"book"}
    assert knows(rows["hi dana it's sam"], "ask")
    assert not knows(rows["hi dana it's sam"], "permission"), "no label tells of it"


def test_an_objection_is_there_when_it_has_been_said(rows: dict[str, Row]) -> None:
    assert rows["they hold the money"].acts == {"authority"}
    for begun in ("well you see", "the board is new"):
        assert not knows(rows[begun], "authority")
        assert not knows(rows[begun], "price")


def test_nobody_agrees_before_an_ask_nor_with_an_objection(rows: dict[str, Row]) -> None:
    assert rows["friday it is"].acts == {"agree"}
    for text in ("go ahead", "they hold the money"):
        assert knows(rows[text], "agree")
        assert "agree" not in rows[text].acts


def test_a_sentence_comes_with_the_two_before_it(rows: dict[str, Row]) -> None:
    assert rows["could we meet on thursday"].before == (("rep", "hi dana it's sam"), ("prospect", "go ahead"))
    assert rows["hi dana it's sam"].before == ()


def test_punctuation_tells_where_sentences_end(tmp_path: Path) -> None:
    assert run_from("Well, you see. The board (is it) new?") == (
        ["well", "you", "see", "the", "board", "is", "it", "new"],
        [False, False, True, False, False, False, False, True],
    )
    path = tmp_path / "c.call.jsonl"
    path.write_text("\n".join(map(json.dumps, [CALL[1], {"track": "rep", "text": "no stops here"}])))
    assert [words for words, _ in spoken(path)] == [["hi", "dana", "it's", "sam"]]


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rep-x.tsv"
    path.write_text("# a comment\nask,question\tCould we meet?\n")
    assert list(written(path)) == [Row("rep", "could we meet", frozenset(("ask", "question")))]
    path.write_text("ask Could we meet?\n")
    with pytest.raises(SystemExit, match="line 1"):
        list(written(path))


def test_spoiled_text_is_near_the_text() -> None:
    rng = Random(1)
    for _ in range(50):
        words = spoiled("could we put twenty minutes in on thursday", rng).split()
        assert 6 <= len(words) <= 11
