"""What a CRM entry holds, whichever CRM it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.events import NextStep, Summary
from server.records import Call, Wrapup


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call as a CRM keeps it. The rep's word goes before the rules'."""

    call_id: str
    at: datetime
    duration: float
    direction: str
    rep: str
    contact: str
    company: str
    outcome: str
    sentiment: str
    meeting: bool
    next_step: NextStep
    summary: str
    note: str
    confirmed: bool
    """The rep has confirmed it; else it is what the rules made of the call."""


def _fixed(step: NextStep) -> bool:
    """A meeting is one when its day is fixed, whoever says so."""
    return step.kind == "meeting" and step.date is not None


def entry_of(call: Call, summary: Summary | None, wrapup: Wrapup | None) -> Entry:
    """Put together what is known of an ended call."""
    made = summary or Summary(at=call.duration, outcome="no_answer")
    return Entry(
        call_id=call.id,
        at=call.started_at or call.created_at,
        duration=round(call.duration, 1),
        direction=call.direction,
        rep=call.rep,
        contact=call.contact,
        company=call.contact_company,
        outcome=wrapup.outcome if wrapup else made.outcome,
        sentiment=wrapup.sentiment if wrapup else made.sentiment,
        meeting=_fixed(wrapup.next_step) if wrapup else made.meeting,
        next_step=wrapup.next_step if wrapup else made.next_step,
        summary=" ".join(sentence.text for sentence in made.sentences),
        note=wrapup.note if wrapup else "",
        confirmed=wrapup is not None,
    )
