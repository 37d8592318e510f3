"""The summary by rules: only what was said, each sentence with the words that prove it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Literal

from server.call import patterns
from server.call.acts import is_question
from server.call.dates import When, when_of
from server.call.story import Story
from server.call.text import Sentence as Said
from server.call.text import any_of
from server.events import NextStep, Sentence, Summary

Outcome = Literal["connect", "voicemail", "no_answer", "wrong_number", "dnc"]

Add = Callable[..., None]
"""Adds a sentence with the words that prove it."""

MOST_FACTS = 8

_FACT = any_of(
    r"(?:it |that )?takes? (?:us|me|them|about|up to)?", r"we (?:use|have|run|are|were|want|need|plan|spend|pay|signed|moved|hired)",
    r"(?:our|my) \w+", r"(?:january|february|march|april|may|june|july|august|september|october|november|december)",
    r"(?:is|are|was) (?:too |very )?busy", r"budget", r"contract", r"renew(?:s|al)?", r"(?:hundred|thousand|million|percent)",
    r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|fifty) (?:days|weeks|months|years|hours|people|reps|seats|users)",
)  # fmt: skip
_WITH = re.compile(
    r"\b(?:with|get|bring|include|invite|you and) (?:your|the|our|my) ((?:[a-z]+ ){0,2}?(?:lead|manager|director|team|boss|vp|cfo|ceo|cto|head|president|partner))\b"
)
_MAIL = any_of(r"(?:send|email|mail|share|forward)")
_RING = any_of(r"(?:call|try|ring|phone|reach)")
_NO_CALL = any_of(r"no need to call", r"call it")


def summary_of(story: Story, today: date | None, at: float, *, voicemail: bool) -> Summary:
    """Sum up a call that has ended."""
    outcome = outcome_of(story, voicemail=voicemail)
    step = next_step_of(story, today) if outcome in ("connect", "voicemail") else NextStep()
    meeting = step.kind == "meeting" and step.date is not None
    return Summary(
        at=at,
        outcome=outcome,
        sentiment=_sentiment(story, outcome, meeting),
        meeting=meeting,
        next_step=step,
        facts=tuple(said.evidence for said in facts_of(story, voicemail=voicemail)),
        sentences=tuple(_sentences(story, step, outcome)),
    )


def outcome_of(story: Story, *, voicemail: bool) -> Outcome:
    """Say how the call came out. A request not to be called outweighs all else."""
    if story.dnc:
        return "dnc"
    if story.wrong_number:
        return "wrong_number"
    if voicemail and (story.machine or story.said):
        return "voicemail"
    return "connect" if any(said.track == "prospect" for said in story.said) else "no_answer"


def _sentiment(story: Story, outcome: Outcome, meeting: bool) -> Literal["positive", "neutral", "negative"]:
    if outcome in ("dnc", "wrong_number") or (
        outcome == "connect" and not meeting and (story.objections or story.refusals)
    ):
        return "negative" if not story.agreed else "neutral"
    return "positive" if meeting or (outcome == "connect" and story.agreed) else "neutral"


def next_step_of(story: Story, today: date | None) -> NextStep:
    """Find what was agreed to happen next: a meeting, else a call on a day, else an e-mail."""
    if story.agreed or story.booked:
        proof = story.booked or story.agreed
        assert proof
        places = [said for said in (story.booked, story.agreed, *reversed(story.asks)) if said]
        when = _first(places, today)
        return NextStep(
            kind="meeting", date=when.date, time=when.time, with_=_with(places), evidence=proof.evidence
        )
    for promise in reversed(story.promises):
        when = when_of(promise.plain, today)
        if _RING.search(_NO_CALL.sub("", promise.plain)) and not _MAIL.search(promise.plain):
            return NextStep(kind="call", date=when.date, time=when.time, evidence=promise.evidence)
    for promise in reversed(story.promises):
        if _MAIL.search(promise.plain):
            when = when_of(promise.plain, today)
            return NextStep(kind="email", date=when.date, time=when.time, evidence=promise.evidence)
    return NextStep()


def _first(places: list[Said], today: date | None) -> When:
    """The first day said, and the first time said with it or elsewhere."""
    found = [when_of(said.plain, today) for said in places]
    day = next((when.date for when in found if when.date), None)
    time = next((when.time for when in found if when.time and (when.date or day)), None)
    return When(day, time)


def _with(places: list[Said]) -> str | None:
    for said in places:
        match = _WITH.search(said.plain)
        if match:
            return match[1]
    return None


def facts_of(story: Story, *, voicemail: bool) -> list[Said]:
    """What the prospect told about their own situation, in their own words."""
    if voicemail:
        return []
    told = [
        said
        for said in story.said
        if said.track == "prospect" and len(said.plain.split()) >= 4 and not is_question(said)
        and _FACT.search(said.plain) and not patterns.DNC.search(said.plain)
    ]  # fmt: skip
    return told[:MOST_FACTS]


def _sentences(story: Story, step: NextStep, outcome: Outcome) -> list[Sentence]:
    rep = story.start.rep.partition("@")[0].title() if story.start and story.start.rep else "The rep"
    who = (story.start.contact if story.start else "") or "The prospect"
    made: list[Sentence] = []

    def add(text: str, *proofs: Said) -> None:
        made.append(Sentence(text=text, evidence=tuple(said.evidence for said in proofs)))

    if outcome == "voicemail":
        _voicemail(story, rep, who, add)
    reason = next((s for s in story.said if s.track == "rep" and patterns.REASON.search(s.plain)), None)
    if reason and outcome != "voicemail":
        add(f"{rep} gave a reason: “{reason.text}”", reason)
    if story.asks and outcome == "connect":
        add(f"{rep} asked: “{story.asks[-1].text}”", story.asks[-1])
    _against(story, who, add)
    if story.agreed and outcome == "connect":
        add(f"{who} agreed: “{story.agreed.text}”", story.agreed)
    for promise in story.promises[:4]:
        add(f"{rep if promise.track == 'rep' else who} promised: “{promise.text}”", promise)
    if step.kind != "none" and step.evidence:
        day = f" on {step.date}" if step.date else ", no day yet"
        words = f"Next step: {step.kind}{day}{f' at {step.time}' if step.time else ''}."
        made.append(Sentence(text=words, evidence=(step.evidence,)))
    return made


def _against(story: Story, who: str, add: Add) -> None:
    for kind, said in story.objections.items():
        add(f"{who} objected ({kind.replace('_', ' ')}): “{said[0].text}”", said[0])
    if story.dnc:
        add(f"{who} asked not to be called again: “{story.dnc.text}”", story.dnc)
    if story.wrong_number:
        add(f"{who} said it is the wrong number: “{story.wrong_number.text}”", story.wrong_number)


def _voicemail(story: Story, rep: str, who: str, add: Add) -> None:
    left = [said for said in story.said if said.track == "rep"]
    if story.machine:
        add(f"{who}'s voicemail answered.", story.machine)
    if left:
        add(f"{rep} left a message.", left[0])
