"""What the rules made of a call against what a careful person marked in it. Times in media seconds.

`docs/score.md` defines every figure; how cues meet their windows is in `server/call/matching.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from server.call import labels as marked
from server.call.labels import Labels
from server.call.matching import Span, judged, off, paired, touching
from server.call.overlap import claimed, kept
from server.call.tally import Count, Key, Remark, Share, Tally
from server.events import (
    Ask,
    Beat,
    Commitment,
    Cue,
    Dnc,
    Envelope,
    Event,
    Final,
    NextStep,
    Objection,
    Question,
    Summary,
    Talk,
)

BOUNDARY = 2.0
"""How far a beat's start or end, an ask's end or an interruption may be from its label."""

NEAR = 1.5
"""How far an objection, a question, a promise or a request may be from the words that were marked."""

OPENING = 8.0
"""How long after the opening "give the reason" still speaks of it."""

BEFORE, AFTER = 7.0, 2.0
"""Which words a remark shows."""

_Event = TypeVar("_Event", bound=Event)


class _Sheet:
    """One call's score in the making."""

    def __init__(self, call: str, labels: Labels, envelopes: Iterable[Envelope]) -> None:
        self.call, self.labels = call, labels
        self.events = [envelope.event for envelope in envelopes]
        said = [(word.start, final.track, word.text) for final in self.of(Final) for word in final.words]
        self.words = sorted(said, key=lambda word: word[0])
        self.counts: dict[Key, Count] = defaultdict(Count)
        self.shares: dict[Key, Share] = defaultdict(Share)
        self.times: dict[Key, tuple[float, ...]] = defaultdict(tuple)
        self.remarks: list[Remark] = []

    def of(self, kind: type[_Event]) -> list[_Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def right(self, key: Key, time: float | None = None) -> None:
        self.counts[key] += Count(right=1)
        if time is not None:
            self.times[key] += (round(time, 3),)

    def false(self, key: Key, at: float, why: str = "", fault: str = "false") -> None:
        self.counts[key] += Count(false=1)
        self.remark(key, at, fault, why)

    def missed(self, key: Key, at: float, why: str = "") -> None:
        self.counts[key] += Count(missed=1)
        self.remark(key, at, "missed", why)

    def share(self, key: Key, good: bool, at: float, why: str) -> None:
        self.shares[key] += Share(int(good), 1)
        if not good:
            self.remark(key, at, "wrong", why)

    def remark(self, key: Key, at: float, fault: str, why: str) -> None:
        what = " ".join(part for part in key if part)
        words = self._around(at)
        self.remarks.append(Remark(call=self.call, at=at, what=what, fault=fault, words=words, why=why))

    def _around(self, at: float) -> str:
        """The words said there, with a change of speaker marked."""
        speaker, parts = "", list[str]()
        for start, track, text in self.words:
            if at - BEFORE <= start <= at + AFTER:
                parts += [f"{track}:"] if track != speaker else []
                parts.append(text)
                speaker = track
        return " ".join(parts)


def score_call(call: str, labels: Labels, envelopes: Iterable[Envelope]) -> Tally:
    """Score one call; `call` is the name that its remarks bear."""
    sheet = _Sheet(call, labels, envelopes)
    for part in (_cues, _asks, _beats, _objections, _requests, _openers, _acts, _interruptions):
        part(sheet)
    outcome = _summary(sheet, sheet.of(Summary)[-1]) if sheet.of(Summary) else None
    return Tally(
        call=call,
        counts=dict(sheet.counts),
        shares=dict(sheet.shares),
        times=dict(sheet.times),
        outcome=outcome,
        remarks=tuple(sorted(sheet.remarks, key=lambda remark: remark.at)),
    )


def _cues(sheet: _Sheet) -> None:
    """Cues by kind, how late the hits came, and the traps."""
    windows, traps = sheet.labels.of(marked.RightCue), sheet.labels.of(marked.Trap)
    hit: list[marked.RightCue] = []
    fallen: list[marked.Trap] = []
    raised = [cue for cue in sheet.of(Cue) if cue.phase == "raised"]
    for one in judged(raised, windows, traps):
        key = ("cue", one.cue.kind)
        if one.worth == "hit" and one.window:
            hit.append(one.window)
            sheet.right(key, max(0.0, one.cue.at - one.window.from_))
        elif one.worth == "trap" and one.trap:
            fallen.append(one.trap)
            sheet.false(key, one.cue.at, one.cue.why, "trap")
        elif one.worth == "false":
            sheet.false(key, one.cue.at, one.cue.why, off(one.cue, windows))
    for window in windows:
        if not any(window is one for one in hit):
            sheet.missed(("cue", window.kind), window.from_, window.objection or "")
    for trap in traps:
        fell = any(trap is one for one in fallen)
        sheet.shares["trap", trap.kind] += Share(int(fell), 1)


def _asks(sheet: _Sheet) -> None:
    """Asks, and by how much their ends are off."""
    wanted = [label.at for label in sheet.labels.of(marked.AskEnd)]
    asks = sheet.of(Ask)
    _points(sheet, ("ask", ""), wanted, [ask.end for ask in asks], [ask.evidence.text for ask in asks])


def _points(
    sheet: _Sheet, key: Key, wanted: Sequence[float], found: Sequence[float], whys: Sequence[str] = ()
) -> None:
    pairs = paired(wanted, found, BOUNDARY)
    for ours, theirs in pairs:
        sheet.right(key, abs(found[theirs] - wanted[ours]))
    met, used = {ours for ours, _ in pairs}, {theirs for _, theirs in pairs}
    for place in set(range(len(wanted))) - met:
        sheet.missed(key, wanted[place])
    for place in set(range(len(found))) - used:
        sheet.false(key, found[place], whys[place] if whys else "")


def _beats(sheet: _Sheet) -> None:
    """Where beats begin and end; each edge of each beat is a boundary."""
    wanted: dict[str, list[float]] = defaultdict(list)
    found: dict[str, list[float]] = defaultdict(list)
    for label in sheet.labels.of(marked.BeatSpan):
        wanted[f"{label.beat} start"].append(label.start)
        wanted[f"{label.beat} end"].append(label.end)
    for edge, at in _edges(sheet.of(Beat)):
        found[edge].append(at)
    for edge in sorted({*wanted, *found}):
        _points(sheet, ("beat", edge), wanted[edge], found[edge])


def _edges(beats: Sequence[Beat]) -> list[tuple[str, float]]:
    """Starts and ends as the page draws them: a beat that gives way to another ends where that one began."""
    edges: list[tuple[str, float]] = []
    for place, beat in enumerate(beats):
        after = beats[place + 1] if place + 1 < len(beats) else None
        if beat.phase == "entered":
            edges.append((f"{beat.beat} start", beat.since))
        elif beat.phase == "left":
            follows = after is not None and after.phase == "entered" and after.at == beat.at
            edges.append((f"{beat.beat} end", after.since if after and follows else beat.at))
    return edges


def _objections(sheet: _Sheet) -> None:
    wanted: dict[str, list[Span]] = defaultdict(list)
    found: dict[str, list[Objection]] = defaultdict(list)
    for label in sheet.labels.of(marked.Objected):
        wanted[label.objection].append((label.start, label.end))
    for event in sheet.of(Objection):
        found[event.kind].append(event)
    for kind in sorted({*wanted, *found}):
        _spans(sheet, ("objection", kind), wanted[kind], found[kind])


def _spans(
    sheet: _Sheet, key: Key, wanted: Sequence[Span], found: Sequence[Objection | Dnc | Question | Commitment]
) -> None:
    met, lost = touching(wanted, [(event.start, event.end) for event in found], NEAR)
    for place, (_, end) in enumerate(wanted):
        if place in met:
            sheet.right(key)
        else:
            sheet.missed(key, end)
    for place in sorted(lost):
        sheet.false(key, found[place].end, found[place].text)


def _requests(sheet: _Sheet) -> None:
    """Requests not to be called; once one was made, its repetitions are neither right nor false."""
    wanted, found = [label.at for label in sheet.labels.of(marked.Unwanted)], sheet.of(Dnc)
    met, lost = touching([(at, at) for at in wanted], [(one.start, one.end) for one in found], NEAR)
    key = ("do not call", "")
    for place, at in enumerate(wanted):
        if place in met:
            sheet.right(key)
        else:
            sheet.missed(key, at)
    for place in sorted(lost):
        if not wanted or found[place].start < min(wanted):
            sheet.false(key, found[place].end, found[place].text)


def _openers(sheet: _Sheet) -> None:
    """An opening is taken for generic when "give the reason" is shown about it, and else for specific."""
    given = [cue.at for cue in sheet.of(Cue) if cue.kind == "give_reason" and cue.phase == "raised"]
    for label in sheet.labels.of(marked.Opener):
        generic = any(label.at - OPENING <= at <= label.at + OPENING for at in given)
        name = {True: "generic", False: "specific"}
        sheet.share(
            ("opener", name[label.generic]), generic == label.generic, label.at, f"taken for {name[generic]}"
        )


def _acts(sheet: _Sheet) -> None:
    """Questions and promises, by who said them."""
    for track in ("rep", "prospect"):
        asked = [(label.at, label.at) for label in sheet.labels.of(marked.Questioned) if label.track == track]
        _spans(sheet, ("question", track), asked, [one for one in sheet.of(Question) if one.track == track])
        told = [(label.at, label.at) for label in sheet.labels.of(marked.Promised) if label.by == track]
        _spans(
            sheet, ("commitment", track), told, [one for one in sheet.of(Commitment) if one.track == track]
        )


def _interruptions(sheet: _Sheet) -> None:
    """Interruptions by the rep: where the gauge counts one more. It counts none by the prospect."""
    found: list[float] = []
    for gauge in sheet.of(Talk):
        found += [gauge.at] * (gauge.interruptions - len(found))
    for track in ("rep", "prospect"):
        wanted = [label.at for label in sheet.labels.of(marked.Interrupted) if label.by == track]
        _points(sheet, ("interruption", track), wanted, found if track == "rep" else [])


def _summary(sheet: _Sheet, summary: Summary) -> tuple[str, str] | None:
    """The record: facts, next step, and how the call came out."""
    said = [*(fact.text for fact in summary.facts), *(sentence.text for sentence in summary.sentences)]
    for fact in sheet.labels.of(marked.Fact):
        sheet.share(("fact", ""), kept(fact.text, said), fact.at, fact.text)
    for false in sheet.labels.of(marked.FalseFact):
        wrong = claimed(false.text, said)
        sheet.shares["false fact", ""] += Share(int(wrong), 1)
        if wrong:
            sheet.remark(("false fact", ""), summary.at, "claimed", false.text)
    _next_step(sheet, summary.next_step, summary.at)
    outcomes = sheet.labels.of(marked.CameOut)
    if not outcomes:
        return None
    wanted = outcomes[-1]
    for name, ours, theirs in (
        ("outcome", wanted.code, summary.outcome),
        ("sentiment", wanted.sentiment, summary.sentiment),
        ("meeting", wanted.meeting, summary.meeting),
    ):
        sheet.share((name, ""), ours == theirs, summary.at, f"{ours}, taken for {theirs}")
    return wanted.code, summary.outcome


def _next_step(sheet: _Sheet, found: NextStep, at: float) -> None:
    """The last one marked is what was agreed in the end; a call with an outcome and none marked agreed on none."""
    steps = sheet.labels.of(marked.Agreed)
    if not steps and not sheet.labels.of(marked.CameOut):
        return
    wanted = max(steps, key=lambda step: step.at or 0.0, default=None)
    kind = wanted.kind if wanted else "none"
    where = wanted.at if wanted and wanted.at else at
    key = ("next step", kind)
    sheet.share(key, found.kind == kind, where, f"{kind}, taken for {found.kind}")
    if found.kind == kind:
        sheet.counts["next step", ""] += Count(right=int(kind != "none"))
    else:
        sheet.counts["next step", ""] += Count(false=int(found.kind != "none"), missed=int(kind != "none"))
    if wanted and kind != "none":
        for name, ours, theirs in (("date", wanted.date, found.date), ("time", wanted.time, found.time)):
            sheet.share((name, ""), ours == theirs, where, f"{ours or 'none'}, taken for {theirs or 'none'}")
