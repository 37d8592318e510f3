"""The one cue slot: what may be shown, how often, and what became of it. Times in media seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from server.call.playbook import Playbook
from server.events import Cue, CueKind, Event, Evidence, ObjectionKind

FIRST_WORDS = 1.0
"""No cue in the first second of the rep's speech, except those that cannot wait."""

STALE = 3.0
"""A cue that became right longer ago than this is dropped, never shown late."""

URGENT: frozenset[CueKind] = frozenset(("do_not_call", "stay_silent", "let_finish"))
"""Safety, and what is about this very second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A cue that a rule wants."""

    kind: CueKind
    since: float
    """When it became right."""
    why: str
    objection: ObjectionKind | None = None
    evidence: Evidence | None = None
    life: float | None = None
    patient: bool = False
    """Still right as long as it is wished for: a state, not a moment."""


class Slot:
    """Decides which wishes become cues."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self.level: str = playbook.level
        self.shown: Cue | None = None
        self._raised: list[Cue] = []
        self._muted: set[CueKind] = set()
        self.dropped = 0
        """Wishes that pacing did not let through."""

    def offer(self, wish: Wish, at: float, *, rep_since: float | None, shielded: bool) -> list[Event]:
        """Raise a cue if it may be; else drop it. `rep_since`: where the rep's speech that goes on began."""
        if not self._may(wish, at, rep_since, shielded):
            self.dropped += 1
            return []
        plan = self._playbook.says(wish.kind)
        text, line = plan.text, plan.line
        if wish.objection:
            card = self._playbook.cards.get(wish.objection)
            text, line = (card.text, " ".join(card.lines)) if card else (text, line)
        cue = Cue(
            at=at,
            kind=wish.kind,
            text=text,
            why=wish.why,
            since=wish.since,
            heard=at,
            line=line,
            objection=wish.objection,
            life=wish.life or self._playbook.pacing.life,
            evidence=wish.evidence,
        )
        gone = self.end("expired", at)
        self.shown = cue
        self._raised.append(cue)
        return [*gone, cue]

    def _may(self, wish: Wish, at: float, rep_since: float | None, shielded: bool) -> bool:
        kind, pacing = wish.kind, self._playbook.pacing
        if kind in self._muted and kind != "do_not_call":
            return False
        if not self._playbook.allows(kind, self.level) or (at - wish.since > STALE and not wish.patient):
            return False
        same = [cue for cue in self._raised if cue.kind == kind and cue.objection == wish.objection]
        if same and (at - same[-1].at < pacing.same_kind or wish.objection):
            return False
        if kind == "do_not_call":
            return True
        if shielded and kind != "stay_silent":
            return False
        if sum(at - cue.at < pacing.within for cue in self._raised) >= pacing.most:
            return False
        if kind in URGENT:
            return True
        if self._raised and at - self._raised[-1].at < pacing.gap:
            return False
        return rep_since is None or at - rep_since >= FIRST_WORDS

    def tick(self, at: float) -> list[Event]:
        """Take a cue off whose time is over."""
        return self.end("expired", at) if self.shown and at >= self.shown.at + self.shown.life else []

    def end(
        self, phase: Literal["expired", "dismissed", "followed", "wrong"], at: float, kind: str = ""
    ) -> list[Event]:
        """Say what became of the cue on screen (of the kind named, if one is)."""
        cue = self.shown
        if cue is None or (kind and cue.kind != kind):
            return []
        self.shown = None
        return [replace(cue, at=at, phase=phase)]

    def mute(self, kind: str) -> None:
        """Show no more of a kind in this call."""
        self._muted |= {known for known in URGENT | set(_ALL) if known == kind}


_ALL: tuple[CueKind, ...] = (
    "give_reason", "make_ask", "stop_talking", "book_it", "offer_bridge", "name_time", "slow_down", "card",
)  # fmt: skip
