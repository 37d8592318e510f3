"""How right the rules are: labelled calls played through them, and what came out against what was marked."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from server.call.labels import Labels, parse_labels
from server.call.scoring import score_call
from server.call.tally import Score, Tally
from server.errors import Malformed
from server.files import HEARD, SCRIPTED, Player, lines_of
from server.score_table import figures, show, show_remarks

TWIN = ".call.jsonl"
RECORDED = (".flac", ".wav", ".ogg", ".mp3")
OTHERWISE = "post-demo"
"""The playbook of calls that name one which is not there."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A score, what could not be used, and how fast it went."""

    score: Score
    refused: tuple[str, ...] = ()
    """A line for each file that could not be used."""
    missing: tuple[str, ...] = ()
    """Playbooks in whose place another was taken."""
    media: float = 0.0
    """Seconds of call."""
    took: float = 0.0
    """Seconds that playing them took."""

    @property
    def speed(self) -> float | None:
        """How many times as fast as spoken they were played; None when nothing was."""
        return self.media / self.took if self.took else None


def score_paths(paths: Sequence[Path], playbook: str | None = None) -> Scored:
    """Score files and folders.

    Raises:
        Malformed: a path is not there, a folder holds no labelled call, or there is no such playbook.
    """
    player = Player(playbook, otherwise=OTHERWISE)
    tallies: list[Tally] = []
    refused: list[str] = []
    media = took = 0.0
    for file in (file for path in paths for file in labelled(path)):
        began = time.perf_counter()
        try:
            tally, length = _score(player, file)
        except (Malformed, ValueError) as problem:
            refused.append(str(problem))
            continue
        took += time.perf_counter() - began
        media += length
        tallies.append(tally)
    return Scored(Score(tuple(tallies)), tuple(refused), tuple(sorted(player.missing)), media, took)


def labelled(path: Path) -> list[Path]:
    """The calls that a path means: itself, or of a folder all calls that can have labels, in order of name.

    Raises:
        Malformed: there are none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.name.endswith((TWIN, HEARD)) or _twinned(file))
    if not found:
        raise Malformed(
            f"{path} holds no labelled call (*{TWIN}, *{HEARD}, or a recording beside its {TWIN})"
        )
    return found


def _twinned(file: Path) -> bool:
    return file.suffix in RECORDED and file.with_suffix(TWIN).is_file()


def _score(player: Player, file: Path) -> tuple[Tally, float]:
    labels = _labels(file)
    envelopes = list(player.envelopes(file))
    name = file.name.removesuffix(TWIN)
    return score_call(name, labels, envelopes), envelopes[-1].event.at


def _labels(file: Path) -> Labels:
    marked = file if file.suffix in SCRIPTED else file.with_suffix(TWIN)
    if file.is_file() and not marked.is_file():
        raise Malformed(f"{file} has no labels: put them beside it, in {marked.name}")
    lines = lines_of(marked if file.is_file() else file)
    try:
        labels = parse_labels(lines)
    except Malformed as problem:
        raise Malformed(f"{marked}: {problem}") from problem
    if not labels.rows:
        raise Malformed(f"{marked} has no labels: nothing to score it by")
    return labels


def run_score(
    paths: Sequence[Path], console: Console, *, playbook: str | None, as_json: bool, misses: bool
) -> Scored:
    """Score and print."""
    scored = score_paths(paths, playbook)
    if as_json:
        body = figures(scored.score, misses=misses) | {
            "media_s": scored.media,
            "times_real_time": scored.speed,
        }
        print(json.dumps(body, ensure_ascii=False, indent=2))
    elif scored.score.tallies:
        show(console, scored.score)
        if misses:
            show_remarks(console, scored.score)
        console.print(f"{scored.media / 60:.0f} min of calls, {scored.speed:,.0f} times as fast as spoken")
    return scored
