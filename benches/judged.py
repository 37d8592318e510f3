"""What came out of a stream of words, judged by who said what when: errors, latencies, words from nowhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from media.wer import aligned, bare

SLACK = 0.25
"""Seconds around a spoken sentence within which a word counts as spoken: silence before and after it is cut roughly."""

PAUSE = 0.6
"""Seconds of silence after a sentence that end its utterance; every program's own rule is shorter."""


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
    closed: float
    """When the text that it belongs to was final, by the wall clock."""
    step: int = 0
    """Number of the update that it came out of."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Some tracks judged. Latencies are seconds from the end of what was said to its coming out."""

    said: int
    errors: int
    audio: tuple[float, ...]
    """Of each rightly heard word, as if computing took no time."""
    wall: tuple[float, ...]
    """The same with the time that computing takes."""
    sentences: tuple[float, ...]
    """Of the last word of each sentence, where it was heard rightly (wall clock)."""
    finals: tuple[float, ...]
    """Of each stretch of speech between pauses: from its end until its last rightly heard words are final."""
    unspoken: int
    """Words that claim a place at which nobody spoke."""
    lost: int
    """Sentences of which no word came out."""


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
            closed = event.get("closed", event["wall"])
            step = event.get("step", 0)
            out.append(Out(word, start, start + length, event["audio"], event["wall"], closed, step))
    return out


def until(sentences: list[list[Said]], seconds: float) -> list[list[Said]]:
    """What was said in the first seconds, cut where the sound was cut."""
    cut = [[word for word in sentence if word.end <= seconds] for sentence in sentences]
    return [sentence for sentence in cut if sentence]


def matched(sentences: list[list[Said]], out: list[Out]) -> tuple[int, list[tuple[Said, Out]]]:
    """Word errors, and the words that were heard rightly with what came out for them."""
    words = [word for sentence in sentences for word in sentence]
    wrong, right = aligned([word.text for word in words], [word.text for word in out])
    return wrong, [(words[i], out[j]) for i, j in right]


def judge(sentences: list[list[Said]], out: list[Out]) -> Verdict:
    """Judge one track."""
    wrong, pairs = matched(sentences, out)
    came = dict(pairs)
    spans = [(sentence[0].start - SLACK, sentence[-1].end + SLACK) for sentence in sentences]
    following = [*(sentence[0].start for sentence in sentences[1:]), float("inf")][: len(sentences)]
    finals, lasts, lost = [], [], 0
    for sentence, after in zip(sentences, following, strict=True):
        right = [came[word] for word in sentence if word in came]
        lost += not right
        if sentence[-1] in came:
            lasts.append(came[sentence[-1]].wall - sentence[-1].end)
        if right and after - sentence[-1].end >= PAUSE:
            finals.append(max(word.closed for word in right) - sentence[-1].end)
    return Verdict(
        sum(len(sentence) for sentence in sentences),
        wrong,
        tuple(word.audio - said.end for said, word in pairs),
        tuple(word.wall - said.end for said, word in pairs),
        tuple(lasts),
        tuple(finals),
        sum(not any(word.start < b and word.end > a for a, b in spans) for word in out),
        lost,
    )


def joined(parts: Sequence[Verdict]) -> Verdict:
    """Several tracks as one."""
    return Verdict(*(sum((getattr(part, field.name) for part in parts[1:]), getattr(parts[0], field.name))
                     for field in fields(Verdict)))  # fmt: skip
