"""A score in the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from rich import box
from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.call.tally import Count, Interval, Score, Share, percentile, spread_of
from server.show import clock

BINS = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Edges (seconds) of the distribution of the time to a cue."""

FOUND = ("ask", "beat", "objection", "do not call", "interruption", "question", "commitment", "next step")
SHARED = ("opener", "outcome", "sentiment", "meeting", "next step", "date", "time", "fact", "false fact")
"""What is counted as found, false or missed; and what is right or wrong, in the order of the tables."""

_COUNTED = ("right", "false", "missed", "precision %", "recall %", "F1 %")
_PLURAL = {"fact": "facts kept", "false fact": "false facts claimed"}


def show(console: Console, score: Score) -> None:
    """Print the tables."""
    console.print(_cues(score))
    console.print(_delays(score))
    console.print(_found(score))
    console.print(_shared(score))
    if score.confusion:
        console.print(_confusion(score))


def show_remarks(console: Console, score: Score) -> None:
    """Print everything that went wrong: what, where, and the words there."""
    for remark in score.remarks:
        head = f"{remark.call}  {clock(remark.at)}  "
        line = Text.assemble((head, "dim"), (f"{remark.what}: {remark.fault}", "bold"))
        if remark.why:
            line.append(f"  {remark.why}")
        console.print(line)
        if remark.words:
            console.print(Text(f"    {remark.words}", "dim"))


def _kinds(score: Score, what: str) -> list[str]:
    return sorted({key[1] for key in score.keys if key[0] == what and key[1]})


def _cues(score: Score) -> Table:
    calls = len(score.tallies)
    a_call = f"{score.count('cue').false / calls:.2f} {_range(score.false_interval(), '.2f')}"
    names = ("cue", *_COUNTED, "after p50 s", "p95 s", "traps")
    table = _table(f"Cues of {calls} calls; false cues a call: {a_call}", *names)
    for kind in [*sorted({*_kinds(score, "cue"), *_kinds(score, "trap")}), None]:
        fallen, times = score.share("trap", kind), score.times("cue", kind)
        table.add_row(
            kind or "all", *_counted(score, "cue", kind), *_late(times), f"{fallen.good} / {fallen.of}",
            style="" if kind else "bold",
        )  # fmt: skip
    return table


def _delays(score: Score) -> Table:
    table = _table("From the moment a cue is right until it is shown", "seconds", "cues", "")
    edges = ("0", *(f"{edge:g}" for edge in BINS))
    names = [f"{low} to {high}" for low, high in pairwise(edges)]
    counts = spread_of(score.times("cue"), BINS)
    for name, count in zip([*names, f"{edges[-1]} and more"], counts, strict=True):
        table.add_row(name, str(count), Bar(max(counts) or 1, 0, count, width=40))
    return table


def _found(score: Score) -> Table:
    table = _table("What was understood", "what", *_COUNTED, "off p50 s", "p95 s")
    for what in FOUND:
        for kind in _lines(score, what):
            if score.count(what, kind) != Count():
                name = f"  {kind}" if kind else what
                table.add_row(name, *_counted(score, what, kind), *_late(score.times(what, kind)))
    return table


def _shared(score: Score) -> Table:
    table = _table("What was judged", "what", "so many", "of", "%")
    for what in SHARED:
        for kind in _lines(score, what):
            share = score.share(what, kind)
            if share.of:
                name = f"  {kind}" if kind else _PLURAL.get(what, what)
                table.add_row(name, str(share.good), str(share.of), _percent(share))
    return table


def _confusion(score: Score) -> Table:
    found = score.confusion
    names = sorted({name for pair in found for name in pair})
    table = _table("Outcomes: marked (down) and found (across)", "", *names)
    for wanted in names:
        table.add_row(wanted, *(str(found.get((wanted, name), "")) for name in names))
    return table


def _lines(score: Score, what: str) -> list[str | None]:
    """All kinds together, then each, if there are several."""
    kinds = _kinds(score, what)
    return [None, *(kinds if len(kinds) > 1 else [])]


def _table(title: str, *names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, collapse_padding=True, title=title)
    for place, name in enumerate(names):
        table.add_column(name, justify="right" if place and name else "left", no_wrap=True)
    return table


def _counted(score: Score, what: str, kind: str | None) -> tuple[str, ...]:
    count = score.count(what, kind)
    f1 = "" if count.f1 is None else f"{100 * count.f1:.1f} {_range(score.f1_interval(what, kind))}"
    return (
        str(count.right),
        str(count.false),
        str(count.missed),
        _percent(count.found),
        _percent(count.wanted),
        f1,
    )


def _late(times: Sequence[float]) -> tuple[str, str]:
    middle, most = percentile(times, 0.5), percentile(times, 0.95)
    return ("", "") if middle is None or most is None else (f"{middle:.2f}", f"{most:.2f}")


def _percent(share: Share) -> str:
    return "" if share.value is None else f"{100 * share.value:.1f} {_range(share.interval)}"


def _range(interval: Interval | None, form: str = "") -> str:
    if interval is None:
        return ""
    low, high = (f"{one:{form}}" if form else f"{100 * one:.0f}" for one in interval)
    return f"[{low}–{high}]"


def figures(score: Score, *, misses: bool) -> dict[str, Any]:
    """All figures by name; shares from 0 to 1, times in seconds, intervals of 95 %."""
    whats = sorted({key[0] for key in score.keys})
    body: dict[str, Any] = {"calls": len(score.tallies)}
    if score.tallies:
        body["false_cues_a_call"] = _figure(
            score.count("cue").false / len(score.tallies), score.false_interval()
        )
    for what in whats:
        body[what.replace(" ", "_")] = {
            kind or "all": _figures(score, what, kind) for kind in [None, *_kinds(score, what)]
        }
    body["time_to_cue"] = {"edges_s": BINS, "cues": spread_of(score.times("cue"), BINS)}
    body["outcomes"] = [
        {"marked": ours, "found": theirs, "calls": calls}
        for (ours, theirs), calls in sorted(score.confusion.items())
    ]
    if misses:
        body["misses"] = [asdict(remark) for remark in score.remarks]
    return body


def _figures(score: Score, what: str, kind: str | None) -> dict[str, Any]:
    count, share, times = score.count(what, kind), score.share(what, kind), score.times(what, kind)
    body: dict[str, Any] = {}
    if count != Count():
        body = {**asdict(count), "precision": _figure(count.found.value, count.found.interval)}
        body["recall"] = _figure(count.wanted.value, count.wanted.interval)
        body["f1"] = _figure(count.f1, score.f1_interval(what, kind))
    if share.of:
        body |= {"good": share.good, "of": share.of, "share": _figure(share.value, share.interval)}
    if times:
        body |= {"p50_s": _rounded(percentile(times, 0.5)), "p95_s": _rounded(percentile(times, 0.95))}
    return body


def _figure(value: float | None, interval: Interval | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {name: _rounded(one) for name, one in (("value", value), ("low", low), ("high", high))}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
