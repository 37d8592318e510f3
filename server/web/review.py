"""A finished call as a page shows it, derived from its stored events. No I/O: events in, a view out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from server.call.fates import Shown, shown_of
from server.call.metrics import Metrics, Span, finals_of, metrics_of, spans_of
from server.envelope import Envelope
from server.events import BeatName, Event, Synced, TrackName


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
class Review:
    """Everything that the record page draws."""

    said: list[Said] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    metrics: Metrics
    cues: list[Shown] = field(default_factory=list)
    synced: list[Synced] = field(default_factory=list)

    @property
    def duration(self) -> float:
        """Its length (media seconds)."""
        return self.metrics.duration


def review_of(
    envelopes: Iterable[Envelope], duration: float, targets: Mapping[BeatName, float] | None = None
) -> Review:
    """Fold a call's events into its review; `duration` is what the record says (seconds).

    `targets` are the rep's shares that its playbook plans for beats.
    """
    envelopes = list(envelopes)
    events = [envelope.event for envelope in envelopes]
    return Review(
        said=_said(events),
        spans=spans_of(events),
        metrics=metrics_of(events, duration, targets),
        cues=shown_of(envelopes),
        synced=[event for event in events if isinstance(event, Synced)],
    )


def _said(events: Sequence[Event]) -> list[Said]:
    lines: list[Said] = []
    for final in finals_of(events):
        text = " ".join(word.text.strip() for word in final.words)
        same = bool(lines) and lines[-1].track == final.track
        lines.append(Said(track=final.track, start=final.start, end=final.end, text=text, same=same))
    return lines
