"""What there is to learn from: sentences that were written for an act, and those of labelled calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from server.call.pieces import BEFORE, Before
from server.call.script import spread
from server.call.text import Breaks, Sentence, plain, sentences
from server.events import TrackName

OBJECTIONS = ("price", "timing", "competitor", "authority", "no_need", "send_info", "bad_time", "trust")
KNOWN: dict[TrackName, frozenset[str]] = {
    "rep": frozenset(("ask", "generic", "book", "promise", "question", "why")),
    "prospect": frozenset((*OBJECTIONS, "dnc", "promise", "question")),
}
"""Acts of which the labels of a call tell, for every sentence, whether it does them."""


ONLY_IN_CALLS = "why"
"""Whether a sentence belongs to Why Now is known only where it stands in a call."""


@dataclass(frozen=True)
class Row:
    """A stretch of talk, what it does, of which acts that is known (None: of all), and what was said before it."""

    side: TrackName
    text: str
    acts: frozenset[str]
    known: frozenset[str] | None = None
    before: Before = ()


def harvest(path: Path, breaks: Breaks | None = None) -> Iterator[Row]:
    """Give a call's sentences, in the order in which they end.

    Without `breaks` an utterance that has no punctuation is taken whole.
    """
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    labels = [line for line in lines if "label" in line]
    said = [
        sentence
        for line in lines
        if "track" in line and "label" not in line
        for sentence in sentences(line["track"], spread(line["text"], line["start"], line["end"]), breaks)
        if sentence.plain
    ]
    said.sort(key=lambda sentence: (sentence.end, sentence.start))
    for place, sentence in enumerate(said):
        side = sentence.track
        acts, known = _rep(sentence, labels) if side == "rep" else _prospect(sentence, labels)
        before = tuple((one.track, one.plain) for one in said[max(0, place - BEFORE) : place])
        yield Row(side, sentence.plain, frozenset(acts), frozenset(known), before)


def spoiled(text: str, rng: Random) -> str:
    """Lose or misspell a word, as a recogniser does."""
    words = text.split()
    for _ in range(1 + len(words) // 8):
        place = rng.randrange(len(words))
        word, draw = words[place], rng.random()
        if draw < 0.35 and len(words) > 3:
            del words[place]
        elif draw < 0.7 and len(word) > 3:
            at = rng.randrange(len(word))
            words[place] = word[:at] + word[at + 1 :]
        elif draw < 0.85:
            words.insert(place, rng.choice(("um", "uh", "so", "like", "you know", "the", word)))
    return " ".join(words)


def knows(row: Row, act: str) -> bool:
    """Tell whether it is known of a row if it does an act."""
    return act != ONLY_IN_CALLS if row.known is None else act in row.known


Run = tuple[list[str], list[bool]]
"""Plain words, and after which of them a sentence ends."""


def run_from(text: str) -> Run:
    """Read the ends of sentences off a text's punctuation; its own end is one."""
    words: list[str] = []
    ends: list[bool] = []
    for part in text.split():
        spelt = plain(part).split()
        words += spelt
        ends += [False] * len(spelt)
        if ends and part.rstrip("\"')”").endswith((".", "?", "!")):
            ends[-1] = True
    if ends:
        ends[-1] = True
    return words, ends


def spoken(path: Path) -> Iterator[Run]:
    """Give a call's utterances whose sentences are marked by punctuation."""
    for line in map(json.loads, filter(str.strip, path.read_text("utf-8").splitlines())):
        if "track" in line and line.get("text", "").rstrip().endswith((".", "?", "!")):
            yield run_from(line["text"])


def written(path: Path) -> Iterator[Row]:
    """Read `label[,label]<TAB>text` lines; a line that is not so ends the program with its number."""
    side: TrackName = "rep" if path.name.startswith("rep") else "prospect"
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        labels, tab, text = line.partition("\t")
        if not tab or not plain(text):
            raise SystemExit(f"{path}, line {number}: expected label, tab, text")
        yield Row(side, plain(text), frozenset(labels.split(",")) - {"none"})


def _rep(sentence: Sentence, labels: list[dict[str, Any]]) -> tuple[set[str], set[str]]:
    """What a sentence of the rep does, and the acts of which that is known."""
    acts, known = _both(sentence, labels), set(KNOWN["rep"])
    beats = {label["beat"] for label in labels if label["label"] == "beat" and _inside(sentence, label)}
    if "ask" in beats:
        acts.add("ask")
    if "book_or_bridge" in beats:
        acts.add("book")
    if "why_now" in beats:
        acts.add("why")
    elif "permission_context" not in beats:
        known.discard("why")
    for label in labels:
        if (
            label["label"] == "opener"
            and sentence.start < label["at"] <= sentence.end + 0.1
            and label["generic"]
        ):
            acts.add("generic")
    return acts, known


def _prospect(sentence: Sentence, labels: list[dict[str, Any]]) -> tuple[set[str], set[str]]:
    """What a sentence of the prospect does, and the acts of which that is known.

    An objection is there when it has been said: whether its first sentences alone are one, nobody knows.
    """
    acts, known = _both(sentence, labels), set(KNOWN["prospect"])
    for label in labels:
        if label["label"] == "objection" and _inside(sentence, label):
            if sentence.end > label["end"] - 0.3:
                acts.add(label["objection"])
            else:
                known -= {*OBJECTIONS, "dnc"}
    if any(
        label["label"] == "dnc" and sentence.start < label["at"] <= sentence.end + 0.1 for label in labels
    ):
        acts.add("dnc")
    agrees = _agrees(sentence, labels)
    if agrees is not None:
        known.add("agree")
        acts |= {"agree"} if agrees else set()
    return acts, known | acts


def _agrees(sentence: Sentence, labels: list[dict[str, Any]]) -> bool | None:
    """Tell whether the prospect agrees to an ask, as far as the beats tell: nobody does before there was one."""
    asks = [label["at"] for label in labels if label["label"] == "ask_end"]
    if sentence.end < min(asks, default=0.0):
        return False
    beats = [label for label in labels if label["label"] == "beat"]
    heard = next((one for one in beats if one["beat"] == "listen" and _inside(sentence, one)), None)
    if heard is None:
        return None
    if any(
        one["label"] == "objection" and heard["start"] - 0.5 < one["end"] < heard["end"] + 0.5
        for one in labels
    ):
        return False
    booked = any(
        one["beat"] == "book_or_bridge" and heard["end"] - 1 < one["start"] < heard["end"] + 6
        for one in beats
    )
    met = any(one["label"] == "outcome" and one.get("meeting") for one in labels)
    return True if booked and met and sentence.end > heard["end"] - 0.3 else None


def _both(sentence: Sentence, labels: list[dict[str, Any]]) -> set[str]:
    acts = set()
    for label in labels:
        if label["label"] == "question" and label["track"] == sentence.track and _ends(sentence, label["at"]):
            acts.add("question")
        if label["label"] == "commitment" and label["by"] == sentence.track and _ends(sentence, label["at"]):
            acts.add("promise")
    return acts


def _inside(sentence: Sentence, label: dict[str, Any]) -> bool:
    """Tell whether at least 60 % of a sentence lies in a label's span."""
    shared = min(sentence.end, label["end"]) - max(sentence.start, label["start"])
    return shared >= 0.6 * (sentence.end - sentence.start)


def _ends(sentence: Sentence, at: float) -> bool:
    return sentence.start < at <= sentence.end + 0.1
