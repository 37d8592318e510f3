"""What happened in a call so far, as the rules remember it."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.call.allowance import Suggested
from server.call.text import Sentence
from server.events import CallEnded, CallStarted, ObjectionKind


@dataclass(eq=False)
class Story:
    """Grows with every sentence; the summary is made of it."""

    start: CallStarted | None = None
    ended: CallEnded | None = None
    said: list[Sentence] = field(default_factory=list)
    asks: list[Sentence] = field(default_factory=list)
    agreed: Sentence | None = None
    """The prospect's yes to the newest ask."""
    booked: Sentence | None = None
    promises: list[Sentence] = field(default_factory=list)
    objections: dict[ObjectionKind, list[Sentence]] = field(default_factory=dict)
    open_objection: bool = False
    refusals: list[Sentence] = field(default_factory=list)
    dnc: Sentence | None = None
    wrong_number: Sentence | None = None
    machine: Sentence | None = None
    """What showed that a machine had answered."""
    nudged: bool = False
    """`book_it` was wished for this agreement."""
    suggested: Suggested = field(default_factory=Suggested)
