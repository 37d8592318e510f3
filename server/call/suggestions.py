"""Suggestions by a language model: when to ask, and what it is told. What the prospect says is data there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from server.call.playbook import Playbook
from server.call.redact import hidden
from server.call.text import Sentence, any_of, plain
from server.events import (
    About,
    CallEnded,
    CallStarted,
    Cue,
    Dnc,
    Event,
    Order,
    Question,
    Verdict,
)

TURNS, LONGEST = 10, 1600
"""Sentences that are told, and characters of all of them: the newest, as a reply needs no more."""

LEAST_WORDS = 4
"""A question of fewer words needs no help: "Sorry?", "Who is this?"."""

_IDLE = any_of(
    r"how are you", r"can you hear me", r"are you there", r"who(?:'s| is) (?:this|calling|that)", r"say that again",
    r"what did you say", r"you there", r"hear me",
)  # fmt: skip

# --- when to ask -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The prospect's words that want an answer."""

    about: About
    since: float
    """Where they end (media seconds)."""


class Moments:
    """Watches a call's events for moments in which a suggestion could be seen."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._open = playbook.kind == "live"
        self._level = playbook.level
        self._muted = False
        self._cue: Cue | None = None
        """The cue on screen."""
        self._raised_at = float("-inf")

    def hear(self, made: Iterable[Event]) -> Moment | None:
        """Take what a call's fold answered at once; tell what to ask for, if anything.

        An objection's card must be on screen, for the suggestion fills it; a question needs an empty slot.
        """
        card: Moment | None = None
        question: Moment | None = None
        for event in made:
            self._note(event)
            if (
                isinstance(event, Cue)
                and event.phase == "raised"
                and event.kind == "card"
                and event.objection
            ):
                card = Moment(about=event.objection, since=event.since)
            elif isinstance(event, Question) and event.track == "prospect" and _wants_help(event):
                question = Moment(about="question", since=event.end)
        if not self._open or self._muted or not self._playbook.allows("card", self._level):
            return None
        return card or (question if question and self._free(question.since) else None)

    def _note(self, event: Event) -> None:
        match event:
            case CallStarted():
                self._level = event.level
            case Order(action="mute_kind", target="card"):
                self._muted = True
            case Dnc() | CallEnded() | Verdict(label="voicemail"):
                self._open = False
            case Cue(phase="raised", kind="stay_silent"):
                self._cue = event  # no interruption that others must wait for
            case Cue(phase="raised"):
                self._cue, self._raised_at = event, event.at
            case Cue():
                self._cue = None

    def _free(self, at: float) -> bool:
        return self._cue is None and at - self._raised_at >= self._playbook.pacing_at(self._level).gap


def _wants_help(event: Question) -> bool:
    text = plain(event.text)
    return len(text.split()) >= LEAST_WORDS and not _IDLE.search(text)


# --- what is told ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a language model is told."""

    text: str
    """The user message: one JSON object."""
    words: tuple[Sentence, ...]
    """The prospect's part of it."""
    known: str
    """All of it as plain text: where numbers of a reply may come from."""


def told_of(moment: Moment, said: Sequence[Sentence], playbook: Playbook) -> Told:
    """Say what happened last, and what the playbook has for it; long numbers are hidden."""
    turns = _newest(_redacted(said[-2 * TURNS :]))
    theirs = tuple(one for one in turns if one.track == "prospect")
    asked = [one for one in theirs if one.end == moment.since] or theirs[-1:]
    card = playbook.cards.get(moment.about) if moment.about != "question" else None
    step = playbook.next_step
    plan = {
        "call": playbook.title,
        "reasons": list(playbook.reasons),
        "next_step": [step.ask, step.bridge] if step else [],
        "card": list(card.lines) if card else [],
    }
    heard = {
        "about": moment.about,
        "prospect_said": asked[-1].text if asked else "",
        "turns": [{"who": one.track, "said": one.text} for one in turns],
    }
    known = " ".join([*(str(value) for value in plan.values()), *(one.text for one in turns)])
    text = json.dumps({"playbook": plan, "heard": heard}, ensure_ascii=False)
    return Told(text=text, words=theirs, known=known)


def _redacted(said: Sequence[Sentence]) -> list[Sentence]:
    """Hide numbers track by track: one that is dictated goes on over the other side's "uh huh"."""
    texts = {
        track: iter(hidden([one.text for one in said if one.track == track])) for track in ("rep", "prospect")
    }
    shown = [(one, next(texts[one.track])) for one in said]
    return [replace(one, text=text, plain=plain(text)) for one, text in shown]


def _newest(said: Sequence[Sentence]) -> list[Sentence]:
    left, kept = LONGEST, list[Sentence]()
    for one in reversed(said[-TURNS:]):
        text = one.text[-left:]
        kept.insert(0, replace(one, text=text, plain=plain(text)))
        left -= len(text)
        if left <= 0:
            break
    return kept
