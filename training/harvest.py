"""Sentences of labelled calls (`tests/calls`), as far as the labels tell what they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.call.script import spread
from server.call.text import Breaks, Sentence, sentences
from server.events import TrackName

OBJECTIONS = ("price", "timing", "competitor", "authority", "no_need", "send_info", "bad_time", "trust")
KNOWN: dict[TrackName, frozenset[str]] = {
    "rep": frozenset(("ask", "generic", "book", "promise", "question", "why")),
    "prospect": frozenset((*OBJECTIONS, "dnc", "promise", "question")),
}
"""Acts of which the labels of a call tell, for every sentence, whether it does them."""


def harvest(
    path: Path, side: TrackName, breaks: Breaks
) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Give a call's sentences of one side: plain text, acts, and the acts that are known of it."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    labels = [line for line in lines if "label" in line]
    for line in lines:
        if line.get("track") != side or "label" in line:
            continue
        for sentence in sentences(side, spread(line["text"], line["start"], line["end"]), breaks):
            if not sentence.plain:
                continue
            acts, known = _rep(sentence, labels) if side == "rep" else _prospect(sentence, labels)
            yield sentence.plain, frozenset(acts), KNOWN[side] - known


def _rep(sentence: Sentence, labels: list[dict[str, Any]]) -> tuple[set[str], set[str]]:
    acts = _both(sentence, labels)
    beats = {label["beat"] for label in labels if label["label"] == "beat" and _inside(sentence, label)}
    unknown = set()
    if "ask" in beats:
        acts.add("ask")
    if "book_or_bridge" in beats:
        acts.add("book")
    if "why_now" in beats:
        acts.add("why")
    elif "permission_context" not in beats:
        unknown.add("why")
    for label in labels:
        if (
            label["label"] == "opener"
            and sentence.start < label["at"] <= sentence.end + 0.1
            and label["generic"]
        ):
            acts.add("generic")
    return acts, unknown


def _prospect(sentence: Sentence, labels: list[dict[str, Any]]) -> tuple[set[str], set[str]]:
    acts = _both(sentence, labels)
    acts |= {
        label["objection"] for label in labels if label["label"] == "objection" and _inside(sentence, label)
    }
    if any(
        label["label"] == "dnc" and sentence.start < label["at"] <= sentence.end + 0.1 for label in labels
    ):
        acts.add("dnc")
    return acts, set()


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
