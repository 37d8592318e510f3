"""Word errors and cost against how windows are filled and how long they are: as tables, as a picture, as figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from rich.bar import Bar
from rich.console import Console
from rich.table import Table

from media.calibration import (
    LEAST,
    MOST,
    Filling,
    Point,
    Setting,
    heard_as,
    longest,
    name,
    served,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OWN_AT = 0.5
"""Where a phrase's own length is drawn on an axis of seconds: the engine's smallest step."""

FILLED, CUT = "natural phrases, filled up to at least (s)", "speech in one window, at most (s)"


def settings(points: Sequence[Point]) -> list[Setting]:
    """The ways in which points were heard, in order."""
    return list(dict.fromkeys(point.setting for point in points))


def show(console: Console, filling: Filling, filled: Sequence[Point], cut: Sequence[Point]) -> None:
    """Print both curves with what was chosen from them."""
    most = longest(heard_as(cut, served(filling.fill)))
    console.print(_filled(filling, filled))
    console.print(
        f"Shortest safe window: {filling.shortest:g} s, padding: {filling.fill}. "
        f"The best is {filling.best:.1%} word errors; up to {filling.allowance:.2%} more counts as equal."
    )
    console.print(_cut(filling.fill, cut, most))
    console.print(
        f"Longest safe window: {most:g} s, at most {MOST:.0%} more word errors than the best length."
    )


def _filled(filling: Filling, filled: Sequence[Point]) -> Table:
    ways = {way.fill: heard_as(filled, way) for way in settings(filled)}
    chosen = ways[filling.fill]
    phrases, words = chosen[0].windows, len(chosen[0].wrong)
    table = Table(title=f"{words} words in {phrases} natural phrases, filled up: {served(filling.fill)}")
    for column in ("filled to s", *(f"{fill}\nerrors %" for fill in ways), "", "CPU ms\na phrase"):
        table.add_column(column, justify="right" if column else "left")
    top = max(point.wer for point in filled) or 1.0
    for place, point in enumerate(chosen):
        table.add_row(
            name(point),
            *(_percent(way[place]) for way in ways.values()),
            Bar(top, 0, point.wer, width=30),
            f"{1000 * point.update:.1f}",
            style="bold" if max(LEAST, point.seconds) == filling.shortest else "",
        )
    return table


def _cut(fill: str, cut: Sequence[Point], most: float) -> Table:
    finals, partials = heard_as(cut, served(fill)), heard_as(cut, served(fill, beam=1))
    others = {way: heard_as(cut, way) for way in settings(cut) if way != served(fill)}
    table = Table(title=f"The same words cut to full windows, filled to their bucket only: {served(fill)}")
    names = (f"{way.compute}, beam {way.beam}\nerrors %" for way in others)
    costs = ("CPU ms an\nupdate, beam 1", "CPU ms\na second")
    for column in ("s", "windows", "mean s", "errors %", "", *names, *costs):
        table.add_column(column, justify="right" if column else "left")
    top = max(point.wer for point in finals) or 1.0
    for place, (final, partial) in enumerate(zip(finals, partials, strict=True)):
        table.add_row(
            name(final),
            str(final.windows),
            f"{final.sound / final.windows:.1f}",
            _percent(final),
            Bar(top, 0, final.wer, width=20),
            *(_percent(way[place]) for way in others.values()),
            f"{1000 * partial.update:.1f}",
            f"{1000 * partial.cpu / partial.sound:.1f}",
            style="bold" if final.seconds == most else "",
        )
    return table


def _percent(point: Point) -> str:
    return f"{100 * point.wer:.1f}"


def picture(filling: Filling, filled: Sequence[Point], cut: Sequence[Point], model: str) -> bytes:
    """Draw word errors and processor time against filling (left) and against length (right); a PNG."""
    # Only this needs it, and it takes most of a second to import. No pyplot: no window, no state.
    from matplotlib.figure import Figure

    finals = served(filling.fill)
    most = longest(heard_as(cut, finals))
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    _panel(left, filled, finals, filling.shortest, FILLED)
    _panel(right, cut, finals, most, CUT)
    figure.suptitle(
        f"{model}: {len(cut[0].wrong)} words; shortest safe window {filling.shortest:g} s ({filling.fill}),"
        f" longest {most:g} s"
    )
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=120)
    return drawn.getvalue()


def _panel(axes: Axes, points: Sequence[Point], finals: Setting, chosen: float, label: str) -> None:
    cost = axes.twinx()
    for way in settings(points):
        found = heard_as(points, way)
        at = [point.seconds or _OWN_AT for point in found]
        width = 2.4 if way == finals else 1.2
        axes.plot(at, [100 * p.wer for p in found], marker=".", lw=width, label=str(way))
        if way == finals:
            cost.plot(at, [1000 * p.update for p in found], "--", color="grey")
    axes.set(xscale="log", xlabel=label, ylabel="word errors (%)")
    ticks = {point.seconds or _OWN_AT: name(point) for point in points}
    axes.set_xticks(list(ticks), list(ticks.values()))
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.axvline(chosen, color="grey", ls=":")
    axes.set_ylim(bottom=0)
    cost.set_ylabel("processor ms of a window (dashed)", color="grey")
    cost.set_ylim(bottom=0)
    axes.legend(fontsize=7)


def figures(filled: Sequence[Point], cut: Sequence[Point], found: dict[str, object]) -> bytes:
    """All that was measured, as JSON: what is kept beside the model, and the points of both curves."""
    rows = {"filled": [_row(p) for p in filled], "cut": [_row(p) for p in cut]}
    return (json.dumps({**found, **rows}, indent=2) + "\n").encode()


def _row(point: Point) -> dict[str, object]:
    return {
        "seconds": point.seconds,
        "compute": point.setting.compute,
        "beam": point.setting.beam,
        "fill": point.setting.fill,
        "windows": point.windows,
        "sound_s": round(point.sound, 2),
        "errors": sum(point.wrong),
        "wer": round(point.wer, 5),
        "cpu_s_per_update": round(point.update, 5),
        "cpu_s_per_sound_s": round(point.cpu / point.sound, 5),
    }
