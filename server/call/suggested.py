"""A language model's suggestion as the fold takes it: is its moment still there? Times in media seconds."""

from __future__ import annotations

from typing import Literal

from server.call.cues import Scene
from server.call.story import Story
from server.events import Card, Cue, Suggestion

DEADLINE = 2.0
"""After the end of the prospect's words; a suggestion that comes later is dropped, never shown late."""

AT_LENGTH = 1.5
"""Seconds of speech with which the rep has begun an answer of their own."""

SENTENCE = 5
"""And words of it."""

Missed = Literal["", "uncited", "late", "passed"]


def missed(event: Suggestion, story: Story, scene: Scene, shown: Cue | None) -> Missed:
    """Say why a suggestion does not help, if it does not; `shown` is the cue on screen."""
    if event.evidence is None:
        return "uncited"
    if event.at - event.since > DEADLINE:
        return "late"
    filled = shown is not None and shown.kind == "card" and shown.objection == event.about
    gone = event.about != "question" and not filled
    over = story.ended is not None or story.dnc is not None
    another = any(one.end > event.since for said in story.objections.values() for one in said)
    if over or another or gone or scene.shielded or _answered(event, story, scene):
        return "passed"
    return ""


def _answered(event: Suggestion, story: Story, scene: Scene) -> bool:
    """Tell whether the rep is well into an answer."""
    if scene.rep_since is not None and event.at - max(scene.rep_since, event.since) >= AT_LENGTH:
        return True
    mine = [one for one in story.said if one.track == "rep" and one.start >= event.since]
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
