"""What a backtest found, as terminal tables, as JSON and as a page that stands by itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from markupsafe import Markup
from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.backtest import Report
from server.call.differences import WHATS, Change, Difference, Mark, Sum
from server.show import SHORT, clock
from server.web.look import ENVIRONMENT, HERE, name_of

SIGNS = {"gained": "+", "lost": "−", "moved": "→", "reworded": "≈"}
COLOURS = {"gained": "green", "lost": "magenta", "moved": "cyan", "reworded": "yellow"}
VERDICTS = {1: "better", 0: "", -1: "worse"}


def headline(report: Report) -> str:
    """Say in a line what came out."""
    calls, changed = len(report.differences), len(report.changed)
    counts = [sum(change.what == what for one in report.changed for change in one.changes) for what in WHATS]
    if not changed:
        return f"Nothing would have changed in {_so_many(calls, 'call')}."
    parts = ", ".join(f"{count} {what}" for what, count in zip(WHATS, counts, strict=True) if count)
    return f"{changed} of {_so_many(calls, 'call')} would have gone otherwise: {parts}."


def _so_many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def changed_sums(report: Report) -> list[Sum]:
    """The kinds of which at least one changed."""
    return [one for one in report.sums if any(one.counts.values())]


def seconds(by: float | None) -> str:
    """A shift with its sign: "+1.2 s" is later."""
    return "" if by is None else f"{by:+.1f} s".replace("-", "−")


def moved(change: Change) -> str:
    """By how much something moved: its begin, or its end where only that did."""
    if change.what != "moved" or not (change.before and change.after):
        return ""
    ends = (change.before.end, change.after.end)
    if change.by == 0 and ends[0] is not None and ends[1] is not None:
        return f"ends {seconds(ends[1] - ends[0])}"
    return seconds(change.by)


def show(console: Console, report: Report) -> None:
    """Print it: the sums, then every call in which something changed."""
    console.print(Text(f"{report.new}: {headline(report)}", style="bold"))
    if sums := changed_sums(report):
        console.print(_table(sums))
    for one in report.changed:
        console.print(Text.assemble((f"\n{one.call}", "bold"), (f"  against {one.against}", "dim")))
        for change in one.changes:
            console.print(_line(change))
    if report.broken:
        console.print(f"\n{_so_many(len(report.broken), 'call')} could not be played.")


def _table(sums: list[Sum]) -> Table:
    judged = any(one.hits is not None for one in sums)
    names = (
        "Before",
        "After",
        "Gained",
        "Lost",
        "Moved",
        "Reworded",
        *(("Right", "False") if judged else ()),
    )
    table = Table("", box=None, pad_edge=False)
    for name in names:
        table.add_column(name, justify="right")
    for one in sums:
        counts = [str(one.counts[what] or "") for what in WHATS]
        counts[WHATS.index("moved")] += f"  {seconds(one.shift)}" if one.shift else ""
        worth = [f"{gain:+d}" if gain else "" for gain in (one.hits, one.false)] if judged else []
        table.add_row(_kind(one), str(one.before), str(one.after), *counts, *worth)
    return table


def _kind(one: Sum | Mark) -> str:
    if one.group != "beat":
        return name_of(one.kind)
    beat, _, phase = one.kind.partition(" ")
    return f"Beat “{SHORT[beat]}” {phase}".rstrip()


def _line(change: Change) -> Text:
    mark = change.mark
    what = f"{SIGNS[change.what]} {change.what:<9}"
    return Text.assemble(
        (f"{clock(mark.at)}  ", "dim"),
        (what, COLOURS[change.what]),
        f"{_kind(mark):<24}{moved(change):<14}",
        (f"{VERDICTS[change.better]:<7}", "bold"),
        mark.text,
        (f"  {mark.why}" if mark.why else "", "dim"),
    )


def to_json(report: Report) -> dict[str, Any]:
    """Everything as plain values; times in media seconds."""
    return {
        "new": report.new,
        "headline": headline(report),
        "sums": [asdict(one) for one in report.sums],
        "calls": [
            {
                "call": one.call,
                "against": one.against,
                "changes": [{**asdict(change), "by": change.by} for change in one.changes],
            }
            for one in report.differences
        ],
        "broken": [asdict(one) for one in report.broken],
    }


def as_html(report: Report) -> str:
    """One page that needs nothing else: no script, no address, light and dark as the reader's system has it."""
    sums = changed_sums(report)
    values = {
        "report": report,
        "headline": headline(report),
        "sums": sums,
        "judged": any(one.hits is not None for one in sums),
        "kept": _kept(report.differences),
        "style": Markup((HERE / "static" / "css" / "base.css").read_text("utf-8")),  # noqa: S704  our own file
        "signs": SIGNS,
        "verdicts": VERDICTS,
        "seconds": seconds,
        "moved": moved,
        "kind_of": _kind,
        "whats": WHATS,
    }
    return ENVIRONMENT.get_template("backtest.html").render(values)


def _kept(differences: tuple[Difference, ...]) -> list[str]:
    return [one.call for one in differences if not one.changes]
