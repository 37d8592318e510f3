"""What came out of a stream of words, judged by who said what when: errors, latencies, words from nowhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media.wer import aligned, bare

SLACK = 0.25
"""Seconds around a spoken sentence within which a word counts as spoken: silence before and after it is cut roughly."""


@dataclass(frozen=True, slots=True)
class Said:
    """A word that was spoken (media seconds)."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Out:
    """A word that came out: where it claims to have been, and when it was told by both clocks (seconds)."""

    text: str
    start: float
    end: float
    audio: float
    wall: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """One track judged. Latencies in seconds from the end of a rightly heard word; `unspoken` counts words."""

    said: int
    errors: int
    audio: tuple[float, ...]
    wall: tuple[float, ...]
    finals: tuple[float, ...]
    unspoken: int


def spoken(file: Path, track: str) -> list[list[Said]]:
    """Read a track's sentences of a words file."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [[Said(*word) for word in row["words"]] for row in rows if row["track"] == track]


def told(events: list[dict[str, Any]]) -> list[Out]:
    """Split what a peer told into words; those of one event share its times evenly."""
    out = []
    for event in events:
        words = [word for word in event["text"].split() if bare(word)]
        for place, word in enumerate(words):
            length = (event["end"] - event["start"]) / len(words)
            start = event["start"] + place * length
            out.append(Out(word, start, start + length, event["audio"], event["wall"]))
    return out


def judge(sentences: list[list[Said]], out: list[Out]) -> Verdict:
    """Judge one track."""
    words = [word for sentence in sentences for word in sentence]
    wrong, right = aligned([word.text for word in words], [word.text for word in out])
    pairs = {i: out[j] for i, j in right}
    finals, at = [], 0
    for sentence in sentences:
        last = at + len(sentence) - 1
        if last in pairs:
            finals.append(pairs[last].wall - sentence[-1].end)
        at += len(sentence)
    spans = [(sentence[0].start - SLACK, sentence[-1].end + SLACK) for sentence in sentences]
    unspoken = sum(not any(w.start < b and w.end > a for a, b in spans) for w in out)
    return Verdict(
        len(words),
        wrong,
        tuple(out.audio - words[i].end for i, out in pairs.items()),
        tuple(out.wall - words[i].end for i, out in pairs.items()),
        tuple(finals),
        unspoken,
    )
