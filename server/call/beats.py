"""Which of the five beats the rep is in. Times in media seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from server.call.acts import Said
from server.call.playbook import Playbook
from server.call.text import phrases
from server.events import Beat, BeatName, Event, Evidence

LITTLE = 5
"""A sentence of so many words, no opening, may have been why now if the ask follows."""


@dataclass(frozen=True, slots=True)
class _Now:
    beat: BeatName
    since: float
    budget: float
    over: bool = False


class Beats:
    """Follows the script of one call."""

    def __init__(self, playbook: Playbook) -> None:
        live = playbook.kind == "live"
        self._budgets = playbook.budgets if live else {}
        self._marks = {plan.beat: phrases(plan.reached) for plan in playbook.beats} if live else {}
        self._now: _Now | None = None
        self.visited: dict[BeatName, float] = {}
        """Where each beat was entered last."""
        self._reached: set[BeatName] = set()
        self._rep_turns = 0
        self._objected = -1.0
        """When the newest objection was known."""
        self._maybe: Said | None = None
        """Where why now began, should the ask come before anything surer."""

    @property
    def follows(self) -> bool:
        """Tell whether this call has beats at all (a voicemail has none)."""
        return bool(self._budgets)

    @property
    def now(self) -> BeatName | None:
        """The beat that goes on."""
        return self._now.beat if self._now else None

    @property
    def since(self) -> float:
        """Where the beat that goes on began."""
        return self._now.since if self._now else 0.0

    def rep_began(self, at: float, start: float) -> list[Event]:
        """The rep's first speech opens the call."""
        self._rep_turns += 1
        first = self.follows and not self.visited
        return self.enter("permission_context", at, start) if first else []

    def rep_said(self, said: Said, at: float) -> list[Event]:
        """Move on with what the rep said; asks and bookings come by `asked` and `booked`."""
        made: list[Event] = []
        if self.now == "permission_context":
            if self._is_why(said):
                made += self.enter("why_now", at, said.sentence.start, said.sentence.evidence)
            elif said.does("introduction", "permission", "context"):
                made += self._reach("permission_context", at, said.sentence.evidence)
            if (
                self._maybe is None
                and self._rep_turns >= 2
                and said.words >= LITTLE
                and not self._opens(said)
            ):
                self._maybe = said
        if self.now == "why_now" and said.does("reason"):
            made += self._reach("why_now", at, said.sentence.evidence)
        if self.now and self._marks[self.now].search(said.sentence.plain):
            made += self._reach(self.now, at, said.sentence.evidence)
        return made

    @staticmethod
    def _is_why(said: Said) -> bool:
        return said.does("why") and said.words >= 4 and not said.does("generic", "permission")

    @staticmethod
    def _opens(said: Said) -> bool:
        return said.does(
            "introduction", "permission", "context", "generic", "question", "close", "backchannel"
        )

    def explains(self, at: float, since: float) -> list[Event]:
        """The rep talks at length: after the opening that is why now."""
        opening = self.now == "permission_context" and self._rep_turns >= 2
        return self.enter("why_now", at, since) if opening else []

    def asked(self, start: float, end: float, at: float, evidence: Evidence) -> list[Event]:
        """The ask was made: its beat is over where its words end, and listening begins there."""
        if not self.follows:
            return []
        why = self._maybe.sentence if self._maybe and self.now == "permission_context" else None
        entered = self.enter("why_now", at, why.start, why.evidence) if why and why.end <= start else []
        entered += self.enter("ask", at, start, evidence)
        return [*entered, *self._reach("ask", at, evidence), *self.enter("listen", at, end)]

    def booked(self, said: Said, at: float) -> list[Event]:
        """The rep books, or offers a bridge: once after an ask or an objection."""
        last = self.visited.get("book_or_bridge", -1.0)
        again = last >= 0 and last > max(self.visited.get("ask", -1.0), self._objected)
        if not self.follows or again or self.now == "book_or_bridge":
            return []
        entered = self.enter("book_or_bridge", at, said.sentence.start, said.sentence.evidence)
        return [*entered, *self._reach("book_or_bridge", at, said.sentence.evidence)]

    def listened(
        self, at: float, until: float, *, answered: bool, evidence: Evidence | None = None
    ) -> list[Event]:
        """Listening is over: the rep speaks again, after the answer or into the silence."""
        if self.now != "listen":
            return []
        return [*(self._reach("listen", at, evidence) if answered else []), *self.leave(at, until)]

    def objected(self, at: float, until: float) -> list[Event]:
        """An objection ends why now where the rep's words ended."""
        self._objected = at
        return self.leave(at, max(until, self.since)) if self.now == "why_now" else []

    def rep_stopped(self, at: float, end: float) -> list[Event]:
        """A booking is over with the rep's turn."""
        return self.leave(at, end) if self.now == "book_or_bridge" else []

    def tick(self, at: float) -> list[Event]:
        """Tell once when a beat takes longer than planned; listening has no longest."""
        now = self._now
        if now is None or now.beat == "listen" or now.over or at - now.since <= now.budget:
            return []
        self._now = replace(now, over=True)
        return [Beat(at=at, beat=now.beat, phase="overrun", since=now.since, budget=now.budget)]

    def enter(self, beat: BeatName, at: float, since: float, evidence: Evidence | None = None) -> list[Event]:
        """Go to a beat, leaving the one before."""
        left = self.leave(at, since)
        self._now = _Now(beat, since, self._budgets[beat])
        self.visited[beat] = since
        budget = self._budgets[beat]
        entered = Beat(at=at, beat=beat, phase="entered", since=since, budget=budget, evidence=evidence)
        return [*left, entered]

    def leave(self, at: float, until: float) -> list[Event]:
        """Leave the beat that goes on, which ended at `until`."""
        if self._now is None:
            return []
        now, self._now = self._now, None
        until = max(until, now.since)
        return [Beat(at=at, beat=now.beat, phase="left", since=now.since, budget=now.budget, until=until)]

    def _reach(self, beat: BeatName, at: float, evidence: Evidence | None) -> list[Event]:
        if beat in self._reached:
            return []
        self._reached.add(beat)
        since, budget = self.visited[beat], self._budgets[beat]
        return [Beat(at=at, beat=beat, phase="reached", since=since, budget=budget, evidence=evidence)]
