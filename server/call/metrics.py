"""The figures of a call that is over, by the definitions of docs/metrics.md. Pure over its events; media seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from media.audio import Track, Word
from media.talk import Talk, talk_of
from server.call.fillers import Filler, fillers_of
from server.call.text import plain
from server.events import (
    Ask,
    Beat,
    BeatName,
    CallEnded,
    Event,
    Final,
    Question,
    SpeechStopped,
    TrackName,
)

GRACE = 0.6
"""Speech that stops within so many seconds of the ask's end is still the ask (or a murmur over it)."""

ENOUGH = 10.0
"""Seconds of speech below which a rate per minute says nothing."""

MURMUR = 5
"""Words; listeners' words up to so many take nobody's floor, however drawn out."""

LISTENING = frozenset((
    "yeah", "yes", "yep", "yup", "right", "okay", "ok", "mm", "mhm", "hmm", "hm", "uh", "huh", "um", "ah", "oh", "sure",
    "got", "it", "i", "see", "exactly", "absolutely", "totally", "true", "great", "cool", "wow", "nice", "good", "fine",
    "gotcha", "understood", "of", "course", "makes", "sense", "that's",
))  # fmt: skip
"""Words with which people show that they listen; a turn of these alone is a back-channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one track's speech."""

    track: TrackName
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A stay in a beat, and who spoke in it."""

    beat: BeatName
    start: float
    end: float
    budget: float
    rep_s: float = 0.0
    prospect_s: float = 0.0
    target: float | None = None
    """The rep's share that the playbook plans (0 to 1); None where it plans none."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start

    @property
    def talk_share(self) -> float | None:
        """The rep's part of the speech in it; None when nobody spoke."""
        return _share(self.rep_s, self.prospect_s)

    @property
    def over(self) -> float:
        """Seconds beyond the budget; listening has none, its budget is a least."""
        return 0.0 if self.beat == "listen" else max(0.0, self.seconds - self.budget)

    @property
    def short(self) -> float:
        """Seconds that listening lacked."""
        return max(0.0, self.budget - self.seconds) if self.beat == "listen" else 0.0


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
class Side:
    """One side's figures. None: there was nothing to measure."""

    speech_s: float = 0.0
    longest_monologue_s: float = 0.0
    interruptions: tuple[float, ...] = ()
    """Where this side broke in on the other."""
    patience_s: float | None = None
    pace_wpm: float | None = None
    questions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """A call's figures."""

    duration: float
    overlap_s: float = 0.0
    rep: Side = Side()
    prospect: Side = Side()
    fillers: tuple[Filler, ...] = ()
    """The rep's."""
    visits: tuple[Visit, ...] = ()
    silences: tuple[Silence, ...] = ()

    @property
    def talk_share(self) -> float | None:
        """The rep's part of all speech; None when nobody spoke."""
        return _share(self.rep.speech_s, self.prospect.speech_s)

    @property
    def air_share(self) -> float | None:
        """The rep's part of the call; None when nobody spoke."""
        return None if self.talk_share is None else min(1.0, self.rep.speech_s / self.duration)

    @property
    def fillers_per_min(self) -> float | None:
        """The rep's fillers a minute of his speech; None when he said too little to tell."""
        spoken = self.rep.speech_s
        return 60 * len(self.fillers) / spoken if spoken >= ENOUGH else None


def metrics_of(
    events: Sequence[Event], duration: float, targets: Mapping[BeatName, float] | None = None
) -> Metrics:
    """Measure a call by its events; `targets` are the rep's shares that its playbook plans for beats."""
    spans, whole = spans_of(events), whole_of(events, duration)
    finals = finals_of(events)
    talk = talk_of(((Track(span.track), span.start, span.end) for span in spans), whole)
    # A talk counts the rep's side; with the tracks exchanged it counts the prospect's by the same rules.
    mirrored = talk_of(((Track(span.track).other, span.start, span.end) for span in spans), whole)
    asked = [event for event in events if isinstance(event, Ask)]
    return Metrics(
        duration=whole,
        overlap_s=talk.figures(whole).overlap_s,
        rep=_side("rep", talk, spans, finals, events),
        prospect=_side("prospect", mirrored, spans, finals, events),
        fillers=tuple(one for final in finals if final.track == "rep" for one in fillers_of(final.words)),
        visits=tuple(_shared(visit, spans, targets or {}) for visit in visits_of(events, whole)),
        silences=tuple(_silence(ask.end, spans, whole) for ask in asked),
    )


def spans_of(events: Sequence[Event]) -> list[Span]:
    """List who spoke from when to when, in order."""
    stops = [event for event in events if isinstance(event, SpeechStopped)]
    spans = [Span(track=stop.track, start=stop.start, end=stop.end) for stop in stops]
    return sorted(spans, key=lambda span: (span.start, span.track))


def whole_of(events: Sequence[Event], duration: float) -> float:
    """A call's length: the longest that the record (`duration`) or an event says."""
    ends = [event.duration for event in events if isinstance(event, CallEnded)]
    return max([duration, *ends, *(event.at for event in events)], default=0.0)


def finals_of(events: Sequence[Event]) -> list[Final]:
    """List the turns that have words, in the order of speech; of one heard twice, the later hearing."""
    finals = {(event.track, event.turn): event for event in events if isinstance(event, Final)}
    return sorted((one for one in finals.values() if one.words), key=lambda one: (one.start, one.track))


def visits_of(events: Sequence[Event], whole: float) -> list[Visit]:
    """List the stays in beats; the last one lasts to the end of the call (`whole`) unless it was left."""
    visits: list[Visit] = []
    entered: Beat | None = None
    for event in events:
        if not isinstance(event, Beat):
            continue
        if event.phase == "left" and entered is not None and event.beat == entered.beat:
            visits.append(_visit(entered, event.at))
            entered = None
        if event.phase == "entered":
            if entered is not None:
                visits.append(_visit(entered, event.since))
            elif visits:
                # That a beat began is known later than it began: until then the call was held to be in the one before.
                visits[-1] = replace(visits[-1], end=min(visits[-1].end, max(event.since, visits[-1].start)))
            entered = event
    if entered is not None:
        visits.append(_visit(entered, whole))
    return visits


def _visit(entered: Beat, end: float) -> Visit:
    return Visit(beat=entered.beat, start=entered.since, end=max(end, entered.since), budget=entered.budget)


def _shared(visit: Visit, spans: Sequence[Span], targets: Mapping[BeatName, float]) -> Visit:
    spoken = {"rep": 0.0, "prospect": 0.0}
    for span in spans:
        spoken[span.track] += max(0.0, min(span.end, visit.end) - max(span.start, visit.start))
    target = targets.get(visit.beat)
    return replace(visit, rep_s=spoken["rep"], prospect_s=spoken["prospect"], target=target)


def _share(rep_s: float, prospect_s: float) -> float | None:
    both = rep_s + prospect_s
    return rep_s / both if both > 0 else None


def _side(
    track: TrackName, talk: Talk, spans: Sequence[Span], finals: Sequence[Final], events: Sequence[Event]
) -> Side:
    own = [span for span in spans if span.track == track]
    turns = [final for final in finals if final.track == track]
    words = [word for final in turns for word in final.words]
    heard = sum(final.end - final.start for final in turns)
    broke_in = {span.start: span for span in own if span.start in talk.interruptions}
    return Side(
        speech_s=sum(span.end - span.start for span in own),
        longest_monologue_s=talk.longest_monologue,
        interruptions=tuple(at for at, span in broke_in.items() if not _murmurs(span, words)),
        patience_s=median(talk.gaps) if talk.gaps else None,
        pace_wpm=60 * len(words) / heard if heard >= ENOUGH else None,
        questions=sum(isinstance(event, Question) and event.track == track for event in events),
    )


def _murmurs(span: Span, words: Sequence[Word]) -> bool:
    """Tell whether all that was said in a span of speech is that one listens; False when nothing was understood."""
    said = [
        part
        for word in words
        if span.start <= (word.start + word.end) / 2 <= span.end
        for part in plain(word.text).split()
    ]
    return 0 < len(said) <= MURMUR and LISTENING.issuperset(said)


def _silence(asked: float, spans: Sequence[Span], whole: float) -> Silence:
    """Measure from the end of the ask's words to the next speech of either side."""
    for span in spans:
        if span.end > asked + GRACE:
            return Silence(start=asked, end=max(asked, span.start), by=span.track)
    return Silence(start=asked, end=max(asked, whole), by="nobody")
