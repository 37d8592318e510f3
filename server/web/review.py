"""A finished call as a page shows it, derived from its stored events. No I/O: events in, a view out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from server.call.metrics import Metrics, Span, finals_of, metrics_of, spans_of
from server.events import BeatName, Cue, Envelope, Event, Synced, TrackName


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
class Shown:
    """A cue that was shown, and what became of it."""

    kind: str
    text: str
    why: str
    at: float
    since: float
    fate: Literal["shown", "expired", "dismissed", "followed", "wrong"] = "shown"
    fate_at: float | None = None


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
    events = [envelope.event for envelope in envelopes]
    return Review(
        said=_said(events),
        spans=spans_of(events),
        metrics=metrics_of(events, duration, targets),
        cues=_cues(events),
        synced=[event for event in events if isinstance(event, Synced)],
    )


def _said(events: Sequence[Event]) -> list[Said]:
    lines: list[Said] = []
    for final in finals_of(events):
        text = " ".join(word.text.strip() for word in final.words)
        same = bool(lines) and lines[-1].track == final.track
        lines.append(Said(track=final.track, start=final.start, end=final.end, text=text, same=same))
    return lines


def _shown(cue: Cue) -> Shown:
    return Shown(kind=cue.kind, text=cue.text, why=cue.why, at=cue.at, since=cue.since)


def _cues(events: Sequence[Event]) -> list[Shown]:
    shown: list[Shown] = []
    for event in events:
        if not isinstance(event, Cue):
            continue
        if event.phase == "raised":
            shown.append(_shown(event))
            continue
        for place in range(len(shown) - 1, -1, -1):
            cue = shown[place]
            if cue.kind == event.kind and cue.fate == "shown":
                shown[place] = replace(cue, fate=event.phase, fate_at=event.at)
                break
    return shown
