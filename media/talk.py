"""Who spoke how much: arithmetic on speech spans. docs/metrics.md defines every figure. Times in media seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from media.audio import Track

FLOOR = 1.2
"""Speech shorter than this takes nobody's floor: "right", "uh huh"."""

BREATH = 3.0
"""A rep who is silent this long has given up the floor."""

MIDDLE = 0.5
"""Who has spoken this long is in mid-sentence."""

MEANT = 0.8
"""Speech over somebody that goes on this long was meant; a false start is given up within 0.6 s."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of speech; `end` is None while it goes on."""

    start: float
    end: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The gauge at one moment."""

    rep_s: float
    prospect_s: float
    overlap_s: float
    talk_share: float
    air_share: float
    monologue_s: float
    silence_s: float
    interruptions: int
    patience_s: float
    speaking: tuple[Track, ...]


@dataclass(eq=False)
class _Voice:
    """One track's speech."""

    done: float = 0.0
    spans: list[Span] = field(default_factory=list)
    open: float | None = None

    def total(self, at: float) -> float:
        return self.done + (max(0.0, at - self.open) if self.open is not None else 0.0)

    @property
    def last_end(self) -> float:
        return self.spans[-1].end or 0.0 if self.spans else 0.0


class Talk:
    """Counts a call's speech as it is known."""

    def __init__(self) -> None:
        self._rep, self._prospect = _Voice(), _Voice()
        self._overlap = 0.0
        self._floor: float | None = None
        """Where the rep took the floor that he holds."""
        self._longest = 0.0
        self.gaps: list[float] = []
        """Seconds from the prospect's last word to the rep's next one, wherever the rep answered."""
        self.interruptions: list[float] = []
        """Where the rep broke in on the prospect."""

    def _voice(self, track: Track) -> _Voice:
        return self._rep if track is Track.REP else self._prospect

    def start(self, track: Track, at: float) -> None:
        """Somebody began to speak."""
        voice = self._voice(track)
        if track is Track.REP:
            heard = self._prospect
            if (
                heard.spans
                and heard.open is None
                and heard.last_end > self._rep.last_end
                and at >= heard.last_end
            ):
                self.gaps.append(at - heard.last_end)
            if self._floor is None:
                self._floor = at
        voice.open = at

    def stop(self, track: Track, start: float, end: float) -> None:
        """Somebody stopped speaking; what is known of the span now is what counts."""
        voice, other = self._voice(track), self._voice(track.other)
        voice.open = None
        voice.done += end - start
        self._overlap += _shared(Span(start, end), other.spans)
        voice.spans.append(Span(start, end))
        if track is Track.PROSPECT and end - start >= FLOOR:
            self._lose_floor()

    def _lose_floor(self) -> None:
        self._floor = self._rep.open

    def tick(self, at: float) -> None:
        """Let time pass: floors are lost and interruptions are sure by waiting."""
        rep, prospect = self._rep, self._prospect
        if (
            prospect.open is not None
            and at - prospect.open >= FLOOR
            and (rep.open is None or rep.open < prospect.open)
        ):
            self._floor = None if rep.open is None else self._floor
        if rep.open is None and rep.spans and at - rep.last_end >= BREATH:
            self._floor = None
        if rep.open is not None and at - rep.open >= MEANT:
            self._judge_interruption(rep.open)
        self._longest = max(self._longest, self.monologue(at))

    def _judge_interruption(self, start: float) -> None:
        if self.interruptions and self.interruptions[-1] == start:
            return
        prospect = self._prospect
        spans = prospect.spans[-2:] + ([Span(prospect.open)] if prospect.open is not None else [])
        for span in spans:
            if span.start + MIDDLE <= start and (span.end is None or span.end >= start + 0.3):
                self.interruptions.append(start)
                return

    def monologue(self, at: float) -> float:
        """Seconds for which the rep has held the floor."""
        if self._floor is None:
            return 0.0
        return max(0.0, (at if self._rep.open is not None else self._rep.last_end) - self._floor)

    @property
    def longest_monologue(self) -> float:
        """The longest that the rep held the floor (seconds)."""
        return self._longest

    def silence(self, at: float) -> float:
        """Seconds since anybody spoke; 0 while somebody does."""
        if self._rep.open is not None or self._prospect.open is not None:
            return 0.0
        return max(0.0, at - max(self._rep.last_end, self._prospect.last_end))

    @property
    def rep_open(self) -> float | None:
        """Where the rep's speech that goes on began."""
        return self._rep.open

    @property
    def prospect_open(self) -> float | None:
        """Where the prospect's speech that goes on began."""
        return self._prospect.open

    def figures(self, at: float) -> Figures:
        """Read the gauge."""
        rep, prospect = self._rep.total(at), self._prospect.total(at)
        overlap = self._overlap
        for voice, other in ((self._rep, self._prospect), (self._prospect, self._rep)):
            if voice.open is not None:
                overlap += _shared(Span(voice.open, at), other.spans)
        if self._rep.open is not None and self._prospect.open is not None:
            overlap += max(0.0, at - max(self._rep.open, self._prospect.open))
        both = rep + prospect
        voices = ((Track.REP, self._rep), (Track.PROSPECT, self._prospect))
        return Figures(
            rep_s=rep,
            prospect_s=prospect,
            overlap_s=overlap,
            talk_share=rep / both if both > 0 else 0.0,
            air_share=min(1.0, rep / at) if at > 0 else 0.0,
            monologue_s=self.monologue(at),
            silence_s=self.silence(at),
            interruptions=len(self.interruptions),
            patience_s=median(self.gaps) if self.gaps else 0.0,
            speaking=tuple(track for track, voice in voices if voice.open is not None),
        )


def talk_of(spans: Iterable[tuple[Track, float, float]], until: float) -> Talk:
    """Count the speech of a call that is over: whose, from when to when, up to `until`."""
    talk = Talk()
    # Ends come before beginnings: where one side begins as the other ends, nobody speaks over anybody.
    edges = deque(sorted((at, at == one[1], *one) for one in spans for at in one[1:]))
    for tick in range(1, int(until * 10) + 1):
        at = tick / 10
        while edges and edges[0][0] <= at:
            _, begins, track, start, end = edges.popleft()
            if begins:
                talk.start(track, start)
            else:
                talk.stop(track, start, end)
        talk.tick(at)
    return talk


def _shared(span: Span, others: list[Span]) -> float:
    """Seconds that a span has in common with others, which are in order; only the newest can reach it."""
    total = 0.0
    for other in reversed(others):
        end = other.end or 0.0
        if end <= span.start:
            break
        total += max(0.0, min(end, span.end or 0.0) - max(other.start, span.start))
    return total
