"""The one cue slot: what may be shown, how often, and what became of it. Times in media seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from server.call.playbook import Playbook
from server.call.playbook_values import LevelName
from server.call.text import phrases, plain
from server.events import BeatName, Cue, CueKind, Event, Evidence, ObjectionKind

STALE = 3.0
"""A cue that became right longer ago than this is dropped, never shown late."""

URGENT: frozenset[CueKind] = frozenset(("do_not_call", "stay_silent", "let_finish"))
"""Safety, and what is about this very second."""

ANSWERS: frozenset[CueKind] = frozenset(("card", "offer_bridge"))
"""About the very answer that the rep begins: they may come in its first second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A cue that a rule wants."""

    kind: CueKind
    since: float
    """When it became right."""
    why: str
    objection: ObjectionKind | None = None
    evidence: Evidence | None = None
    patient: bool = False
    """Still right as long as it is wished for: a state, not a moment."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The rep did what a cue of this kind asks for."""

    kind: CueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What goes on while a cue is wanted."""

    rep_since: float | None = None
    """Where the rep's speech that goes on began."""
    shielded: bool = False
    """An answer to the ask is awaited."""
    beat: BeatName | None = None


class Slot:
    """Decides which wishes become cues."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self.level: LevelName = playbook.level
        self.shown: Cue | None = None
        self._raised: list[Cue] = []
        self._muted: set[str] = set()
        self._unless = {kind: phrases(playbook.says(kind).unless) for kind in get_args(CueKind)}
        self._dropped: set[tuple[CueKind, float]] = set()
        """Kind and moment (tenths of a second) of the wishes that were not let through."""

    def offer(self, wishes: Sequence[Wish], at: float, scene: Scene) -> list[Event]:
        """Raise the cues that may be, the most important first; drop the others."""
        made: list[Event] = []
        for wish in sorted(wishes, key=lambda wish: -self._playbook.says(wish.kind).priority):
            if self._may(wish, at, scene):
                self._dropped.discard(_moment(wish))
                made += self._raise(wish, at)
            elif not any(_moment(wish) == _moment(cue) for cue in self._raised):
                self._dropped.add(_moment(wish))
        return made

    @property
    def dropped(self) -> int:
        """How many wishes were never shown; one that is wished for again at every tick counts once."""
        return len(self._dropped)

    def _raise(self, wish: Wish, at: float) -> list[Event]:
        plan = self._playbook.says(wish.kind)
        text, line = plan.text, plan.line
        card = self._playbook.cards.get(wish.objection) if wish.objection and wish.kind == "card" else None
        if card:
            text, line = card.text, " ".join(card.lines)
        cue = Cue(
            at=at, kind=wish.kind, text=text, why=wish.why, since=wish.since, heard=at, line=line,
            objection=wish.objection, life=plan.life, evidence=wish.evidence,
        )  # fmt: skip
        gone = self.end("expired", at)
        self.shown = cue
        self._raised.append(cue)
        return [*gone, cue]

    def _may(self, wish: Wish, at: float, scene: Scene) -> bool:
        kind, plan = wish.kind, self._playbook.says(wish.kind)
        if kind != "do_not_call" and (kind in self._muted or not self._playbook.allows(kind, self.level)):
            return False
        if at - wish.since > STALE and not wish.patient:
            return False
        if wish.evidence and self._unless[kind].search(plain(wish.evidence.text)):
            return False
        same = [cue for cue in self._raised if cue.kind == kind]
        if any(at - cue.at < plan.cooldown for cue in same[-1:]) or len(same) >= plan.cap:
            return False
        # An objection has its card once; a card for a question has no objection.
        if kind == "card" and wish.objection and any(cue.objection == wish.objection for cue in same):
            return False
        if kind == "do_not_call":
            return True
        return not (scene.shielded and kind != "stay_silent") and self._has_room(wish, at, scene)

    def _has_room(self, wish: Wish, at: float, scene: Scene) -> bool:
        """Tell whether beat, priority and pacing let a cue through; the ring after an ask neither waits nor counts."""
        plan, pacing = self._playbook.says(wish.kind), self._playbook.pacing_at(self.level)
        if plan.beats and scene.beat not in plan.beats:
            return False
        if self.shown and self._playbook.says(self.shown.kind).priority > plan.priority:
            return False
        if wish.kind == "stay_silent":
            return True
        busy = [cue for cue in self._raised if cue.kind != "stay_silent"]
        if sum(at - cue.at < pacing.within for cue in busy) >= pacing.most or len(busy) >= pacing.a_call:
            return False
        if wish.kind in URGENT:
            return True
        if busy and at - busy[-1].at < pacing.gap:
            return False
        begins = scene.rep_since is not None and at - scene.rep_since < pacing.first_words
        return wish.kind in ANSWERS or not begins

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
        self._muted.add(kind)

    def unmute(self, kind: str) -> None:
        """Show a kind again."""
        self._muted.discard(kind)


def _moment(wanted: Wish | Cue) -> tuple[CueKind, float]:
    return wanted.kind, round(wanted.since, 1)
