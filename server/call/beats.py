"""Which of the five beats the rep is in. Times in media seconds."""

from __future__ import annotations

from server.call import acts
from server.call.text import Sentence
from server.events import Beat, BeatName, Event, Evidence


class Beats:
    """Follows the script of one call."""

    def __init__(self, budgets: dict[BeatName, float]) -> None:
        self._budgets = budgets
        self.now: BeatName | None = None
        self.since = 0.0
        self.reason_at: float | None = None
        """Where a reason was given."""
        self.visited: set[BeatName] = set()
        self._over = False
        self._reached: set[BeatName] = set()

    @property
    def follows(self) -> bool:
        """Tell whether this call has beats at all (a voicemail has none)."""
        return bool(self._budgets)

    def rep_began(self, at: float, start: float) -> list[Event]:
        """The rep's first speech opens the call."""
        first = self.follows and not self.visited
        return self.enter("permission_context", at, start) if first else []

    def rep_said(self, sentence: Sentence, at: float, *, answered: bool) -> list[Event]:
        """Move with what the rep said; `answered`: the prospect has answered an ask and agreed."""
        if not self.follows:
            return []
        text = sentence.plain
        if (
            acts.REASON.search(text)
            and self.now in (None, "permission_context")
            and "ask" not in self.visited
        ):
            self.reason_at = sentence.start
            return self.enter("why_now", at, sentence.start, sentence.evidence)
        if self.now == "permission_context" and acts.INTRODUCTION.search(text):
            return self._reach("permission_context", at, sentence.evidence)
        books = acts.BOOKING.search(text) or (
            answered and (acts.is_promise(sentence) or acts.BRIDGE.search(text))
        )
        if "ask" in self.visited and self.now is None and books:
            entered = self.enter("book_or_bridge", at, sentence.start, sentence.evidence)
            return [*entered, *self._reach("book_or_bridge", at, sentence.evidence)]
        return []

    def asked(self, sentence: Sentence, at: float) -> list[Event]:
        """The ask was made: its beat is over where its words end, and listening begins there."""
        if not self.follows:
            return []
        entered = self.enter("ask", at, sentence.start, sentence.evidence)
        return [*entered, *self._reach("ask", at, sentence.evidence), *self.enter("listen", at, sentence.end)]

    def listened(self, at: float, *, long_enough: bool, evidence: Evidence | None = None) -> list[Event]:
        """Listening is over: the prospect has answered, or the rep spoke into the silence."""
        if self.now != "listen":
            return []
        reached = self._reach("listen", at, evidence) if long_enough else []
        return [*reached, *self.leave(at)]

    def tick(self, at: float) -> list[Event]:
        """Tell once when a beat takes longer than planned; listening has no longest."""
        if self.now is None or self.now == "listen" or self._over:
            return []
        budget = self._budgets[self.now]
        if at - self.since <= budget:
            return []
        self._over = True
        return [Beat(at=at, beat=self.now, phase="overrun", since=self.since, budget=budget)]

    def enter(self, beat: BeatName, at: float, since: float, evidence: Evidence | None = None) -> list[Event]:
        """Go to a beat, leaving the one before."""
        left = self.leave(at)
        self.now, self.since, self._over = beat, since, False
        self.visited.add(beat)
        entered = Beat(
            at=at, beat=beat, phase="entered", since=since, budget=self._budgets[beat], evidence=evidence
        )
        return [*left, entered]

    def leave(self, at: float) -> list[Event]:
        """Leave the beat that goes on."""
        if self.now is None:
            return []
        left = Beat(at=at, beat=self.now, phase="left", since=self.since, budget=self._budgets[self.now])
        self.now = None
        return [left]

    def _reach(self, beat: BeatName, at: float, evidence: Evidence | None) -> list[Event]:
        if beat in self._reached:
            return []
        self._reached.add(beat)
        budget = self._budgets[beat]
        return [Beat(at=at, beat=beat, phase="reached", since=self.since, budget=budget, evidence=evidence)]
