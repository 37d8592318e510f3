"""What the rules made of a call against what a careful person marked in it. Times in media seconds.

`docs/score.md` defines every figure; how cues meet their windows is in `server/call/matching.py`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from server.call import labels as marked
from server.call.labels import Labels
from server.call.matching import Span, judged, off, touching
from server.call.metrics import metrics_of
from server.call.overlap import claimed, kept
from server.call.sheet import NEAR, Sheet
from server.call.tally import Count, Share, Tally
from server.envelope import Envelope
from server.events import Ask, Beat, CallEnded, Commitment, Cue, Dnc, NextStep, Objection, Question, Summary

OPENING = 8.0
"""How long after the opening "give the reason" still speaks of it."""


def score_call(call: str, labels: Labels, envelopes: Iterable[Envelope]) -> Tally:
    """Score one call; `call` is the name that its remarks bear."""
    sheet = Sheet(call, labels, envelopes)
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


def _cues(sheet: Sheet) -> None:
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


def _asks(sheet: Sheet) -> None:
    """Asks, and by how much their ends are off."""
    wanted = [label.at for label in sheet.labels.of(marked.AskEnd)]
    asks = sheet.of(Ask)
    sheet.points(("ask", ""), wanted, [ask.end for ask in asks], [ask.evidence.text for ask in asks])


def _beats(sheet: Sheet) -> None:
    """Where beats begin and end; each edge of each beat is a boundary."""
    wanted: dict[str, list[float]] = defaultdict(list)
    found: dict[str, list[float]] = defaultdict(list)
    for label in sheet.labels.of(marked.BeatSpan):
        wanted[f"{label.beat} start"].append(label.start)
        wanted[f"{label.beat} end"].append(label.end)
    for edge, at in _edges(sheet.of(Beat)):
        found[edge].append(at)
    for edge in sorted({*wanted, *found}):
        sheet.points(("beat", edge), wanted[edge], found[edge])


def _edges(beats: Sequence[Beat]) -> list[tuple[str, float]]:
    """Starts and ends as the page draws them: a beat that gives way to another ends where that one began."""
    edges: list[tuple[str, float]] = []
    for place, beat in enumerate(beats):
        if beat.phase == "entered":
            edges.append((f"{beat.beat} start", beat.since))
        elif beat.phase == "left":
            heirs = (one.since for one in beats[place:] if one.phase == "entered" and one.at == beat.at)
            edges.append((f"{beat.beat} end", next(heirs, beat.until or beat.at)))
    return edges


def _objections(sheet: Sheet) -> None:
    wanted: dict[str, list[Span]] = defaultdict(list)
    found: dict[str, list[Objection]] = defaultdict(list)
    for label in sheet.labels.of(marked.Objected):
        wanted[label.objection].append((label.start, label.end))
    for event in sheet.of(Objection):
        found[event.kind].append(event)
    for kind in sorted({*wanted, *found}):
        sheet.spans(("objection", kind), wanted[kind], found[kind])


def _requests(sheet: Sheet) -> None:
    """Requests not to be called; once one was made, its repetitions are neither right nor false."""
    wanted = [(label.at, label.at) for label in sheet.labels.of(marked.Unwanted)]
    first = min((at for at, _ in wanted), default=math.inf)
    _, repeated = touching(wanted, [(one.start, one.end) for one in sheet.of(Dnc)], NEAR)
    found = [one for place, one in enumerate(sheet.of(Dnc)) if place not in repeated or one.start < first]
    sheet.spans(("do not call", ""), wanted, found)


def _openers(sheet: Sheet) -> None:
    """An opening is taken for generic when "give the reason" is shown about it, and else for specific."""
    given = [cue.at for cue in sheet.of(Cue) if cue.kind == "give_reason" and cue.phase == "raised"]
    for label in sheet.labels.of(marked.Opener):
        generic = any(label.at - OPENING <= at <= label.at + OPENING for at in given)
        name = {True: "generic", False: "specific"}
        sheet.share(
            ("opener", name[label.generic]), generic == label.generic, label.at, f"taken for {name[generic]}"
        )


def _acts(sheet: Sheet) -> None:
    """Questions and promises, by who said them."""
    for track in ("rep", "prospect"):
        asked = [(label.at, label.at) for label in sheet.labels.of(marked.Questioned) if label.track == track]
        sheet.spans(("question", track), asked, [one for one in sheet.of(Question) if one.track == track])
        told = [(label.at, label.at) for label in sheet.labels.of(marked.Promised) if label.by == track]
        promised = [one for one in sheet.of(Commitment) if one.track == track]
        sheet.spans(("commitment", track), told, promised)


def _interruptions(sheet: Sheet) -> None:
    """Interruptions by who broke in, as the record counts them."""
    length = max((ended.duration for ended in sheet.of(CallEnded)), default=0.0)
    record = metrics_of(sheet.events, length)
    for track, side in (("rep", record.rep), ("prospect", record.prospect)):
        wanted = [label.at for label in sheet.labels.of(marked.Interrupted) if label.by == track]
        sheet.points(("interruption", track), wanted, side.interruptions)


def _summary(sheet: Sheet, summary: Summary) -> tuple[str, str] | None:
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


def _next_step(sheet: Sheet, found: NextStep, at: float) -> None:
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
