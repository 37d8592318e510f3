"""A language model's suggestion as the fold takes it: is its moment still there? Times in media seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.call.story import Story
from server.events import Card, Cue, Suggestion

DEADLINE = 2.0
"""After the end of the prospect's words; a suggestion that comes later is dropped, never shown late."""

AT_LENGTH = 1.5
"""Seconds of speech with which the rep has begun an answer of their own."""

SENTENCE = 5
"""And words of it."""

Missed = Literal["", "uncited", "late", "passed"]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A call at the moment in which a suggestion comes."""

    story: Story
    shielded: bool
    rep_since: float | None
    """Where the rep's speech that goes on began."""
    shown: Cue | None
    """The cue on screen."""


def missed(event: Suggestion, scene: Scene) -> Missed:
    """Say why a suggestion does not help, if it does not."""
    if event.evidence is None:
        return "uncited"
    if event.at - event.since > DEADLINE:
        return "late"
    objection = event.about != "question"
    gone = objection and (
        scene.shown is None or scene.shown.kind != "card" or scene.shown.objection != event.about
    )
    over = scene.story.ended is not None or scene.story.dnc is not None
    another = any(one.end > event.since for said in scene.story.objections.values() for one in said)
    if over or another or gone or scene.shielded or _answered(event, scene):
        return "passed"
    return ""


def _answered(event: Suggestion, scene: Scene) -> bool:
    """Tell whether the rep is well into an answer."""
    if scene.rep_since is not None and event.at - max(scene.rep_since, event.since) >= AT_LENGTH:
        return True
    mine = [one for one in scene.story.said if one.track == "rep" and one.start >= event.since]
    return sum(len(one.plain.split()) for one in mine) >= SENTENCE


def card_of(event: Suggestion) -> Card:
    """Make the card of a suggestion that has its evidence."""
    assert event.evidence
    return Card(
        at=event.at,
        about=event.about,
        headline=event.headline,
        lines=event.lines,
        question=event.question,
        author=event.author,
        since=event.since,
        evidence=event.evidence,
    )
