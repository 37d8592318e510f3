"""What a cue carried and what became of it, read from a call's log. No I/O: envelopes in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.envelope import Envelope
from server.events import Cue, CueKind, Evidence, ObjectionKind, Order
from server.records import CueFate


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """When each step of a cue was done (media seconds)."""

    sound: float
    """The words, or the measure, that call for it had ended."""
    heard: float
    """They were known."""
    rule: float
    """The rule raised the cue."""
    page: float | None = None
    """The rep's page had painted it, and said so; None when no page did."""

    @property
    def heard_s(self) -> float:
        """Seconds from the sound to its words."""
        return max(0.0, self.heard - self.sound)

    @property
    def rule_s(self) -> float:
        """Seconds from the words to the cue: pacing, mostly."""
        return max(0.0, self.rule - max(self.heard, self.sound))

    @property
    def page_s(self) -> float | None:
        """Seconds from the cue to the painted page, with the way back of its answer."""
        return None if self.page is None else max(0.0, self.page - self.rule)

    @property
    def total_s(self) -> float | None:
        """Seconds from the sound to the painted page."""
        return None if self.page is None else max(0.0, self.page - self.sound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A cue that was raised."""

    number: int
    """Of its envelope: its name within the call."""
    kind: CueKind
    text: str
    why: str
    at: float
    trace: Trace
    objection: ObjectionKind | None = None
    evidence: Evidence | None = None
    fate: CueFate = "shown"
    fate_at: float | None = None


def shown_of(envelopes: Iterable[Envelope]) -> list[Shown]:
    """List a call's cues in the order in which they were raised."""
    shown: list[Shown] = []
    newest: dict[str, int] = {}
    for envelope in envelopes:
        event = envelope.event
        if isinstance(event, Cue) and event.phase == "raised":
            newest[event.kind] = len(shown)
            shown.append(_shown(envelope.number, event))
        elif isinstance(event, Cue | Order):
            kind = event.kind if isinstance(event, Cue) else event.target
            if kind in newest:
                shown[newest[kind]] = _after(shown[newest[kind]], event)
    return shown


def _shown(number: int, cue: Cue) -> Shown:
    # Logs from before `heard` was kept have 0 there: their words were known when the rule fired.
    trace = Trace(sound=cue.since, heard=cue.heard or cue.at, rule=cue.at)
    return Shown(
        number=number,
        kind=cue.kind,
        text=cue.text,
        why=cue.why,
        at=cue.at,
        trace=trace,
        objection=cue.objection,
        evidence=cue.evidence,
    )


def _after(shown: Shown, event: Cue | Order) -> Shown:
    """What is known of a cue after something happened to its kind."""
    over = shown.fate != "shown"
    if isinstance(event, Cue):
        return shown if over or event.phase == "raised" else _ended(shown, event.phase, event.at)
    if event.action == "see_cue" and not over and shown.trace.page is None:
        return replace(shown, trace=replace(shown.trace, page=event.at))
    # The press may come just after the cue has run out; it is meant for that cue all the same.
    if event.action == "mark_wrong" and shown.fate != "wrong":
        return _ended(shown, "wrong", event.at)
    return shown


def _ended(shown: Shown, fate: CueFate, at: float) -> Shown:
    return replace(shown, fate=fate, fate_at=at)
