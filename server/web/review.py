"""A finished call as a page shows it, derived from its stored events. No I/O: events in, a view out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from server.call.fates import Shown, shown_of
from server.events import (
    Ask,
    Beat,
    BeatName,
    CallEnded,
    Envelope,
    Event,
    Final,
    SpeechStopped,
    Synced,
    TrackName,
)

GRACE = 0.6
"""Speech that stops within so many seconds of the ask's end is still the ask (or a murmur over it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of the transcript."""

    track: TrackName
    start: float
    end: float
    text: str
    same: bool = False
    """The turn before is of the same speaker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one track's speech."""

    track: TrackName
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A stay in a beat."""

    beat: BeatName
    start: float
    end: float
    budget: float

    @property
    def over(self) -> float:
        """Seconds beyond the budget; listening has none, its budget is a least."""
        return 0.0 if self.beat == "listen" else max(0.0, self.end - self.start - self.budget)

    @property
    def short(self) -> float:
        """Seconds that listening lacked."""
        return max(0.0, self.budget - (self.end - self.start)) if self.beat == "listen" else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long it was quiet after an ask, and who ended it."""

    start: float
    end: float
    by: Literal["rep", "prospect", "nobody"]

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything that the record page draws."""

    duration: float
    said: list[Said] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    cues: list[Shown] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    synced: list[Synced] = field(default_factory=list)


def review_of(envelopes: Iterable[Envelope], duration: float) -> Review:
    """Fold a call's events into its review; `duration` is what the record says (seconds)."""
    envelopes = list(envelopes)
    events = [envelope.event for envelope in envelopes]
    ends = [event.duration for event in events if isinstance(event, CallEnded)]
    whole = max([duration, *ends, *(event.at for event in events)], default=0.0)
    spans = _spans(events)
    return Review(
        duration=whole,
        said=_said(events),
        spans=spans,
        visits=_visits(events, whole),
        cues=shown_of(envelopes),
        silences=[_silence(event.end, spans, whole) for event in events if isinstance(event, Ask)],
        synced=[event for event in events if isinstance(event, Synced)],
    )


def _said(events: Sequence[Event]) -> list[Said]:
    finals = {(event.track, event.turn): event for event in events if isinstance(event, Final)}
    lines: list[Said] = []
    for final in sorted(finals.values(), key=lambda final: (final.start, final.track)):
        if not final.words:
            continue
        text = " ".join(word.text.strip() for word in final.words)
        same = bool(lines) and lines[-1].track == final.track
        lines.append(Said(track=final.track, start=final.start, end=final.end, text=text, same=same))
    return lines


def _spans(events: Sequence[Event]) -> list[Span]:
    stops = [event for event in events if isinstance(event, SpeechStopped)]
    spans = [Span(track=stop.track, start=stop.start, end=stop.end) for stop in stops]
    return sorted(spans, key=lambda span: (span.start, span.track))


def _visits(events: Sequence[Event], whole: float) -> list[Visit]:
    visits: list[Visit] = []
    entered: Beat | None = None
    for event in events:
        if not isinstance(event, Beat) or event.phase not in ("entered", "left"):
            continue
        if entered is not None and (event.phase == "entered" or event.beat == entered.beat):
            end = event.since if event.phase == "entered" else event.at
            visits.append(_visit(entered, end))
            entered = None
        if event.phase == "entered":
            entered = event
    if entered is not None:
        visits.append(_visit(entered, whole))
    return visits


def _visit(entered: Beat, end: float) -> Visit:
    return Visit(beat=entered.beat, start=entered.since, end=max(end, entered.since), budget=entered.budget)


def _silence(asked: float, spans: Sequence[Span], whole: float) -> Silence:
    """Measure from the end of the ask's words to the next speech of either side."""
    for span in spans:
        if span.end > asked + GRACE:
            return Silence(start=asked, end=max(asked, span.start), by=span.track)
    return Silence(start=asked, end=max(asked, whole), by="nobody")
