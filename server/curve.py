"""Word errors and cost against the length of windows: as tables with bars, as a picture, as figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO

from rich.bar import Bar
from rich.console import Console
from rich.table import Table

from media.calibration import Choice, Point, Setting


def lines(points: Sequence[Point]) -> dict[Setting, list[Point]]:
    """The points of each way of hearing, by length."""
    found: dict[Setting, list[Point]] = {}
    for point in sorted(points, key=lambda p: p.seconds):
        found.setdefault(point.setting, []).append(point)
    return found


def show(console: Console, points: Sequence[Point], choice: Choice) -> None:
    """Print the curve that decided, with bars, then all rates."""
    own = Setting("int8", 5, choice.fill, False)
    by = lines(points)
    console.print(_curve(by[own], by[Setting("int8", 1, choice.fill, False)], choice))
    table = Table(title="Word errors (%) in all ways")
    table.add_column("s", justify="right")
    for setting in by:
        table.add_column(str(setting).replace(", ", "\n").replace(" filled", "\nfilled"), justify="right")
    for row in zip(*by.values(), strict=True):
        table.add_row(f"{row[0].seconds:g}", *(f"{100 * point.wer:.1f}" for point in row))
    console.print(table)
    console.print(
        f"Shortest safe window: {choice.shortest:g} s, padding: {choice.fill}. "
        f"The best is {choice.best:.1%} word errors; up to {choice.allowance:.2%} more counts as equal."
    )


def _curve(finals: Sequence[Point], partials: Sequence[Point], choice: Choice) -> Table:
    table = Table(title=f"{len(finals[0].wrong)} words in windows of so many seconds: {finals[0].setting}")
    for column in ("s", "windows", "mean s", "errors %", "", "CPU ms an update", "CPU ms a second"):
        table.add_column(column, justify="right" if column else "left")
    top = max(point.wer for point in finals) or 1.0
    for final, partial in zip(finals, partials, strict=True):
        table.add_row(
            f"{final.seconds:g}",
            str(final.windows),
            f"{final.sound / final.windows:.1f}",
            f"{100 * final.wer:.1f}",
            Bar(top, 0, final.wer, width=30),
            f"{1000 * partial.update:.1f}",
            f"{1000 * partial.cpu / partial.sound:.1f}",
            style="bold" if final.seconds == choice.shortest else "",
        )
    return table


def picture(points: Sequence[Point], choice: Choice, name: str) -> bytes:
    """Draw word errors (left) and processor time (right) against length; a PNG."""
    # Only this needs it, and it takes most of a second to import. No pyplot: no window, no state.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    errors, cost = figure.subplots(1, 2)
    for setting, found in lines(points).items():
        seconds = [point.seconds for point in found]
        style = "--" if setting.whole else "-"
        width = 2.4 if setting == Setting("int8", 5, choice.fill, False) else 1.2
        errors.plot(seconds, [100 * p.wer for p in found], style, marker=".", lw=width, label=str(setting))
        cost.plot(seconds, [1000 * p.update for p in found], style, marker=".", lw=width)
    for axes, label in ((errors, "word errors (%)"), (cost, "processor ms of a window, alone")):
        axes.set(xscale="log", xlabel="seconds of sound in a window, at most", ylabel=label)
        ticks = sorted({point.seconds for point in points})
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
        axes.minorticks_off()
        axes.grid(alpha=0.3)
        axes.axvline(choice.shortest, color="grey", ls=":")
    errors.set_ylim(bottom=0)
    cost.set_yscale("log")
    errors.legend(fontsize=7)
    figure.suptitle(
        f"{name}: {len(points[0].wrong)} words; shortest safe window {choice.shortest:g} s ({choice.fill})"
    )
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=120)
    return drawn.getvalue()


def figures(points: Sequence[Point], found: dict[str, object]) -> bytes:
    """All that was measured, as JSON: what is kept beside the model, and `points`."""
    rows = [
        {
            "seconds": p.seconds,
            "compute": p.setting.compute,
            "beam": p.setting.beam,
            "fill": p.setting.fill,
            "to": "30 s" if p.setting.whole else "bucket",
            "windows": p.windows,
            "sound_s": round(p.sound, 2),
            "errors": sum(p.wrong),
            "wer": round(p.wer, 5),
            "cpu_s_per_update": round(p.update, 5),
            "cpu_s_per_sound_s": round(p.cpu / p.sound, 5),
        }
        for p in points
    ]
    return (json.dumps({**found, "points": rows}, indent=2) + "\n").encode()
