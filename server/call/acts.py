"""What a sentence does: the classifier's reading, helped by phrases that are sure, judged by where the call is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.call import patterns
from server.call.classifier import Classifier, Reading
from server.call.pieces import BEFORE
from server.call.text import Sentence
from server.events import ObjectionKind, TrackName

OBJECTIONS: tuple[ObjectionKind, ...] = (
    "price", "timing", "competitor", "authority", "no_need", "send_info", "bad_time", "trust",
)  # fmt: skip

LIKELY: Mapping[str, float] = {
    "ask": 0.45, "generic": 0.6, "reason": 0.4, "pitch": 0.4, "introduction": 0.5, "permission": 0.5, "context": 0.5,
    "question": 0.5, "reframe": 0.5, "book": 0.45, "bridge": 0.7, "promise": 0.5, "close": 0.4, "backchannel": 0.5,
    "agree": 0.25, "refuse": 0.4, "objection": 0.3, "dnc": 0.3, "wrong_number": 0.6, "voicemail": 0.8, "go_ahead": 0.4,
    "fact": 0.4, "screener": 0.5, "why": 0.7,
}  # fmt: skip
"""Probabilities from which an act counts, chosen on the calls held out while it learnt (docs/cue-quality.md)."""

LIFT = 5.0
"""By so much a phrase for an objection raises its odds: it alone makes none, a doubtful one becomes likely."""

CLEAR = 0.2
"""What is clearly why now, by so much more than an ask, is none, whatever day it names."""

FEW, SHORT_OBJECTION = 5, 0.65
"""So few words ("Nine hundred.") object only where it is very likely."""

PLAIN = 6
"""So few words speak for themselves."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and how likely it does what."""

    sentence: Sentence
    p: Mapping[str, float]
    reading: Reading

    def does(self, *acts: str) -> bool:
        """Tell whether any of some acts is likely."""
        return any(self.p.get(act, 0.0) >= LIKELY[act] for act in acts)

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.sentence.plain.split())

    def because(self, act: str) -> str:
        """Quote the sentence and, if it is a long one, the words that spoke most for an act."""
        quoted, words = f"“{self.sentence.text}”", self.reading.evidence(act)
        return quoted if self.words <= PLAIN or not words else f"{quoted} (above all: {', '.join(words)})"


def read(sentence: Sentence, classifier: Classifier, before: Sequence[Sentence] = ()) -> Said:
    """Read a sentence, knowing those before it: patterns take an act away, or add what they are worth (noisy-or).

    What is sure comes last: "don't call them, and stop calling me" is a request not to be called.
    """
    context = [(one.track, one.plain) for one in before[-BEFORE:]]
    reading = classifier.read(sentence.track, sentence.plain, context)
    p = dict(reading.p)
    for acts, pattern in _NEVER[sentence.track]:
        if pattern.search(sentence.plain):
            p |= dict.fromkeys(acts, 0.0)
    for act, pattern, worth in _SURE[sentence.track]:
        if pattern.search(sentence.plain):
            p[act] = 1 - (1 - p.get(act, 0.0)) * (1 - worth)
    for kind, pattern in patterns.OBJECTIONS.items() if sentence.track == "prospect" else ():
        if pattern.search(sentence.plain):
            p[kind] = LIFT * p[kind] / (1 - p[kind] + LIFT * p[kind])
    return Said(sentence, p, reading)


def is_ask(said: Said) -> bool:
    """Tell whether the rep asks for a next step, as a question or as a statement."""
    p = said.p
    return said.does("ask") and p["ask"] >= max(p["permission"], p["book"], p["why"] - CLEAR)


def objection_of(said: Said, *, asked: bool) -> ObjectionKind | None:
    """Name the prospect's objection, if it is one; `asked`: an ask was made in this call.

    "Have to run" ends a call; an objection to talking now comes before there is anything to run from.
    """
    kinds = [kind for kind in OBJECTIONS if not (asked and kind == "bad_time")]
    best = max(kinds, key=lambda kind: said.p.get(kind, 0.0))
    p = said.p.get(best, 0.0)
    if said.p.get("question", 0.0) > p and is_question(said.sentence):
        return None
    if not asked and said.p.get("fact", 0.0) > p:
        return None  # before there is anything to object to, they tell how things are
    return best if p >= (LIKELY["objection"] if said.words > FEW else SHORT_OBJECTION) else None


def is_question(sentence: Sentence) -> bool:
    """Tell whether a sentence asks something."""
    return sentence.asks or bool(patterns.QUESTION.match(sentence.plain) and len(sentence.plain.split()) >= 3)


def is_promise(sentence: Sentence) -> bool:
    """Tell whether somebody says what they will do."""
    return bool(patterns.PROMISE.search(sentence.plain)) and not patterns.NO_PROMISE.search(sentence.plain)


_SURE: Mapping[TrackName, Sequence[tuple[str, re.Pattern[str], float]]] = {
    "rep": (("generic", patterns.GENERIC, 0.5),),
    "prospect": (
        ("agree", patterns.AGREEMENT, 0.3),
        ("refuse", patterns.REFUSAL, 0.5),
        ("dnc", patterns.DNC, 0.6),
        ("wrong_number", patterns.WRONG_NUMBER, 0.7),
        ("voicemail", patterns.VOICEMAIL, 0.6),
    ),
}
_NEVER: Mapping[TrackName, Sequence[tuple[Sequence[str], re.Pattern[str]]]] = {
    "rep": ((("ask",), patterns.NO_ASK),),
    "prospect": (
        (OBJECTIONS, patterns.THEIR_PAST),
        (("dnc",), patterns.NO_DNC),
        (("send_info",), patterns.INVITE),
    ),
}
