"""How `scripts/bench speech` shows, saves and draws what it measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benches.labels import place
from benches.rows import COST, P50, Ratio, Row, ratios

WALL, ERRORS = "word, wall time p50 s", "word errors %"

COLUMNS = {
    "CPU s / min": (COST, ".2f"),
    "word p50 s": (P50, ".2f"),
    "p95": ("word, audio time p95 s", ".2f"),
    "wall p50": (WALL, ".2f"),
    "p95 ": ("word, wall time p95 s", ".2f"),
    "final p50": ("final p50 s", ".2f"),
    "p95  ": ("final p95 s", ".2f"),
    "last word p95": ("last word of a sentence p95 s", ".2f"),
    "WER %": (ERRORS, ".1f"),
    "× offline": ("errors against offline", ".2f"),
    "outside": ("words outside voiced sound", ".0f"),
    "lost at 4×": ("sentences lost under overload", ".0f"),
    "calls": ("calls per core at p95 of 2 s", ".0f"),
    "calls + 0.5 s": ("calls per core at 0.5 s of waiting", ".0f"),
    "MB / call": ("MB per call", ".1f"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One run of the bench."""

    conditions: str
    machine: str
    ours: Row
    peers: list[Row]
    why_not: dict[str, str]
    vad: dict[str, float]
    """Microseconds for 32 ms of one track."""
    offline: dict[str, float]
    """Word errors in percent of decoding the turns whole."""

    @property
    def ratios(self) -> list[Ratio]:
        """Ours against the peers', and against what each must be at most."""
        own = self.ours.offline
        batched, door = self.vad["64 tracks in one call"], self.vad["64 tracks in one call, behind the door"]
        wide, narrow = self.vad["alone at 16 kHz"], self.vad["alone at 8 kHz"]
        alone = [
            Ratio(
                "VAD cost, batched",
                "Silero alone at 16 kHz",
                batched / wide,
                "≤ 0.333",
                batched / wide <= 1 / 3,
            ),
            Ratio("VAD cost, batched", "Silero alone at 8 kHz", batched / narrow, "", True),
            Ratio(
                "VAD cost, batched, with door",
                "Silero alone at 16 kHz",
                door / wide,
                "≤ 0.333",
                door / wide <= 1 / 3,
            ),
            _count("words outside voiced sound", self.ours.verdict.unspoken),
            _count("finals lost at 4 × overload", self.ours.lost or 0),
        ]
        if own is not None:
            alone.append(
                Ratio("word errors of finals", "the same turns decoded whole", own, "≤ 1.03", own <= 1.03)
            )
        return ratios(self.ours, self.peers) + alone


def _count(what: str, number: int) -> Ratio:
    return Ratio(what, "(a count)", float(number), "0", number == 0)


def show(result: Result) -> None:
    """Print the tables."""
    console = Console(width=190)
    table = Table(title=f"speech: {result.conditions}", caption=result.machine)
    table.add_column("")
    for column in COLUMNS:
        table.add_column(column.rstrip(), justify="right")
    for row in (result.ours, *result.peers):
        found = row.figures()
        cells = [f"{found[name]:{form}}" if name in found else "–" for name, form in COLUMNS.values()]
        table.add_row(row.name, *cells)
    console.print(table)
    beside = Table(title="ours beside theirs")
    for column in ("figure", "against", "ratio", "must be", ""):
        beside.add_column(column)
    for ratio in result.ratios:
        mark = "" if not ratio.wanted else "holds" if ratio.holds else "MISSED"
        beside.add_row(ratio.figure, ratio.peer, f"{ratio.value:.3g}", ratio.wanted, mark)
    console.print(beside)
    for row in (result.ours, *result.peers):
        console.print(f"{row.name}: {row.how}")
    for name, value in result.ours.details.items():
        console.print(f"Beatline, {name}: {value:.3g}")
    for name, value in result.vad.items():
        console.print(f"VAD, {name}: {value:.0f} µs for 32 ms of one track")
    for name, value in result.offline.items():
        console.print(f"turns decoded whole, {name}: {value:.2f} % word errors")
    for name, reason in result.why_not.items():
        console.print(f"{name}: not run: {reason}")


def written(result: Result) -> dict[str, Any]:
    """Give the figures, flat by name, and how they came about, as they are written and drawn."""
    rows = (result.ours, *result.peers)
    figures = {f"{row.name}: {name}": value for row in rows for name, value in row.figures().items()}
    figures |= {f"{r.figure}, ours / {r.peer}": r.value for r in result.ratios}
    figures |= {f"VAD, {name}, µs for 32 ms": value for name, value in result.vad.items()}
    figures |= {
        f"turns decoded whole, {name}, word errors %": value for name, value in result.offline.items()
    }
    return {
        "name": "speech",
        "machine": result.machine,
        "conditions": result.conditions,
        "figures": {name: value if abs(value) != float("inf") else None for name, value in figures.items()},
        "details": {
            "how": {row.name: row.how for row in rows},
            "not_run": result.why_not,
            "targets": [{"figure": r.figure, "against": r.peer, "must_be": r.wanted, "holds": r.holds}
                        for r in result.ratios if r.wanted],
            "latencies": {row.name: {"audio": row.verdict.audio, "wall": row.verdict.wall, "finals": row.verdict.finals}
                          for row in rows},
        },
    }  # fmt: skip


def save(body: dict[str, Any], to: Path) -> None:
    """Write what a run said."""
    to.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def plotting() -> Any:
    """Give matplotlib's pyplot.

    Raises:
        SystemExit: it is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise SystemExit("--png needs matplotlib: pip install matplotlib") from None
    mpl.use("Agg")
    from matplotlib import pyplot

    return pyplot


def draw(body: dict[str, Any], to: Path) -> None:
    """Draw cost against latency, and the latencies of words as they are spread, from what a run wrote."""
    pyplot = plotting()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 5.5), dpi=110)
    figures, labels = body["figures"], {}
    colours = pyplot.get_cmap("tab10").colors
    for number, (name, spread) in enumerate(body["details"]["latencies"].items()):
        wall, mine, colour = sorted(spread["wall"]), number == 0, colours[number % len(colours)]
        if not wall:
            continue
        point = figures[f"{name}: {WALL}"], figures[f"{name}: {COST}"]
        left.scatter(*point, color=colour, s=120 if mine else 50, marker="*" if mine else "o")
        lines = name.replace(" (", "\n("), f"{figures[f'{name}: {ERRORS}']:.1f} % errors"
        labels["\n".join(lines)] = point, colour
        share = [100 * (rank + 1) / len(wall) for rank in range(len(wall))]
        right.plot(wall, share, color=colour, label=name, linewidth=2.2 if mine else 1.1)
    left.set(
        xlabel="confirmed word, wall time, median (s)", ylabel="CPU-seconds per audio minute", yscale="log"
    )
    left.margins(0.15)
    right.set(xlabel="confirmed word, wall time (s)", ylabel="words at the latest (%)", xlim=(0, 12))
    right.legend(fontsize=7, loc="lower right")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.suptitle(f"{body['conditions']}\n{body['machine']}", fontsize=8)
    figure.tight_layout()
    _label(left, labels)
    figure.savefig(to)


def _label(axes: Any, labels: dict[str, tuple[tuple[float, float], Any]]) -> None:
    """Write labels near their points and join them by lines of the points' colours; the layout must be final."""
    sizes = []
    for text in labels:
        probe = axes.text(0, 0, text, fontsize=7)
        extent = probe.get_window_extent()
        sizes.append((extent.width, extent.height + 6))  # and a gap between labels
        probe.remove()
    points = [tuple(axes.transData.transform(point)) for point, _ in labels.values()]
    corners = place(points, sizes, axes.bbox.extents, clear=9)
    for (text, (point, colour)), corner in zip(labels.items(), corners, strict=True):
        line = {"arrowstyle": "-", "linewidth": 0.8, "color": colour, "shrinkA": 0, "shrinkB": 3}
        axes.annotate(text, point, xytext=corner, textcoords="figure pixels", fontsize=7, arrowprops=line)
