"""One call's score in the making: what was found, what was missed, and the words there. Times in media seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from server.call.labels import Labels
from server.call.matching import Span, paired, touching
from server.call.tally import Count, Key, Remark, Share
from server.envelope import Envelope
from server.events import Commitment, Dnc, Event, Final, Objection, Question

BOUNDARY = 2.0
"""How far a beat's start or end, an ask's end or an interruption may be from its label."""

NEAR = 1.5
"""How far an objection, a question, a promise or a request may be from the words that were marked."""

BEFORE, AFTER = 7.0, 2.0
"""Which words a remark shows."""

_Event = TypeVar("_Event", bound=Event)


class Sheet:
    """One call's score in the making."""

    def __init__(self, call: str, labels: Labels, envelopes: Iterable[Envelope]) -> None:
        self.call, self.labels = call, labels
        self.events = [envelope.event for envelope in envelopes]
        self.turns = sorted(self.of(Final), key=lambda final: final.start)
        self.counts: dict[Key, Count] = defaultdict(Count)
        self.shares: dict[Key, Share] = defaultdict(Share)
        self.times: dict[Key, tuple[float, ...]] = defaultdict(tuple)
        self.remarks: list[Remark] = []

    def of(self, kind: type[_Event]) -> list[_Event]:
        """The call's events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def right(self, key: Key, time: float | None = None) -> None:
        """Count something found; `time` (seconds) is how late it came or how far it was off."""
        self.counts[key] += Count(right=1)
        if time is not None:
            self.times[key] += (round(time, 3),)

    def false(self, key: Key, at: float, why: str = "", fault: str = "false") -> None:
        """Count something found that is none."""
        self.counts[key] += Count(false=1)
        self.remark(key, at, fault, why)

    def missed(self, key: Key, at: float, why: str = "") -> None:
        """Count something that was not found."""
        self.counts[key] += Count(missed=1)
        self.remark(key, at, "missed", why)

    def share(self, key: Key, good: bool, at: float, why: str) -> None:
        """Count something that is right or wrong."""
        self.shares[key] += Share(int(good), 1)
        if not good:
            self.remark(key, at, "wrong", why)

    def remark(self, key: Key, at: float, fault: str, why: str) -> None:
        """Note what a person who tunes wants to see."""
        what = " ".join(part for part in key if part)
        words = self._around(at)
        self.remarks.append(Remark(call=self.call, at=at, what=what, fault=fault, words=words, why=why))

    def _around(self, at: float) -> str:
        """The words said there, turn by turn."""
        parts: list[str] = []
        for turn in self.turns:
            near = [word.text for word in turn.words if at - BEFORE <= word.start <= at + AFTER]
            parts += [f"{turn.track}:", *near] if near else []
        return " ".join(parts)

    def points(
        self, key: Key, wanted: Sequence[float], found: Sequence[float], whys: Sequence[str] = ()
    ) -> None:
        """Count moments; `whys` are the reasons of those found."""
        pairs = paired(wanted, found, BOUNDARY)
        for ours, theirs in pairs:
            self.right(key, abs(found[theirs] - wanted[ours]))
        met, used = {ours for ours, _ in pairs}, {theirs for _, theirs in pairs}
        for place in sorted(set(range(len(wanted))) - met):
            self.missed(key, wanted[place])
        for place in sorted(set(range(len(found))) - used):
            self.false(key, found[place], whys[place] if whys else "")

    def spans(
        self, key: Key, wanted: Sequence[Span], found: Sequence[Objection | Dnc | Question | Commitment]
    ) -> None:
        """Count what was said from one moment to another."""
        met, lost = touching(wanted, [(event.start, event.end) for event in found], NEAR)
        for place, (_, end) in enumerate(wanted):
            if place in met:
                self.right(key)
            else:
                self.missed(key, end)
        for place in sorted(lost):
            self.false(key, found[place].end, found[place].text)
