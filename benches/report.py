"""What every bench says: figures against their floors, on which machine, under which conditions."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number; `most` or `least` is what it must hold, if anything."""

    name: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def holds(self) -> bool:
        """Tell whether the figure is where it must be."""
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    @property
    def wanted(self) -> str:
        """The floor in words."""
        return (
            f"≤ {self.most:g}"
            if self.most is not None
            else f"≥ {self.least:g}"
            if self.least is not None
            else ""
        )


def machine() -> str:
    """Name the processor and how many of it there are."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [
            line.split(":", 1)[1].strip()
            for line in cpuinfo.read_text().splitlines()
            if line.startswith("model name")
        ]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def percentile(values: list[float], share: float) -> float:
    """The smallest value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 1).__int__() - 1))]


def report(name: str, conditions: str, figures: list[Figure], to: Path | None) -> int:
    """Print the table, write the file, return the exit code: 1 when a figure is not where it must be."""
    table = Table(title=f"{name}: {conditions}", caption=machine())
    for column in ("figure", "measured", "must be", ""):
        table.add_column(column)
    for figure in figures:
        mark = "" if not figure.wanted else "holds" if figure.holds else "MISSED"
        table.add_row(figure.name, f"{figure.value:.3g} {figure.unit}".strip(), figure.wanted, mark)
    Console().print(table)
    if to:
        body = {
            "name": name,
            "machine": machine(),
            "conditions": conditions,
            "figures": {f.name: f.value for f in figures},
            "units": {f.name: f.unit for f in figures if f.unit},
            "wanted": {f.name: f.wanted for f in figures if f.wanted},
            "missed": [f.name for f in figures if not f.holds],
        }
        to.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(figure.holds for figure in figures) else 1
