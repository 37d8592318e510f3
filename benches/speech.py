"""`scripts/bench speech`: Beatline's ears beside other programs, on one model, one sound, one thread each, in one run.

scripts/bench speech --install                       put the peers into build/peers (gigabytes: some bring PyTorch)
scripts/bench speech --source whisper_streaming=DIR  a peer that is no package
scripts/bench speech --python NAME=PYTHON            a peer in an environment of yours
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benches import ours
from benches.judged import Out, Verdict, judge, spoken, told
from benches.peers import known
from benches.report import machine, percentile
from media.audio import RATE, TRACKS, Pcm
from media.models import shipped
from media.resample import upsample
from media.vad import Judge
from media.wav import read_call
from media.whisper import Whisper

SPEECH = Path("samples/labelled/speech.flac")
CHUNK = 1.0
"""Seconds of sound between two updates of a peer: whisper_streaming's default, and ours at the latest."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    how: str
    cost: float
    """Processor seconds for a minute of one track."""
    verdict: Verdict


def joined(verdicts: Iterable[Verdict]) -> Verdict:
    """Two tracks as one."""
    parts = list(verdicts)
    return Verdict(
        sum(p.said for p in parts),
        sum(p.errors for p in parts),
        tuple(x for p in parts for x in p.audio),
        tuple(x for p in parts for x in p.wall),
        tuple(x for p in parts for x in p.finals),
        sum(p.unspoken for p in parts),
    )


def our_row(sound: Path, seconds: float, model: Path) -> Row:
    """Play the call through Beatline."""
    engine, ear = Whisper(model), Judge()
    ours.play(Path("samples/voicemail.flac"), engine, ear)
    run = ours.play(sound, engine, ear)
    words = SPEECH.with_suffix(".words.jsonl")
    verdicts = [judge(clipped(spoken(words, track), seconds), told(run.out[track])) for track in TRACKS]
    return Row("Beatline", "as in a live call", run.cpu / (len(TRACKS) * seconds / 60), joined(verdicts))


def clipped(sentences: list[Any], seconds: float) -> list[Any]:
    """The sentences that end within the sound that is played."""
    return [sentence for sentence in sentences if sentence[-1].end <= seconds]


def peer_row(peer: known.Peer, answer: dict[str, Any], seconds: float) -> Row:
    """Judge what a peer answered."""
    words = SPEECH.with_suffix(".words.jsonl")
    verdicts = []
    for track, played in zip(TRACKS, answer["tracks"], strict=True):
        out: list[Out] = told(played["out"])
        verdicts.append(judge(clipped(spoken(words, track), seconds), out))
    cost = sum(played["cpu"] for played in answer["tracks"]) / (len(TRACKS) * seconds / 60)
    return Row(f"{peer.name} {answer['version']}", answer["how"], cost, joined(verdicts))


def show(rows: list[Row], why_not: dict[str, str], conditions: str) -> None:
    """Print the table."""
    table = Table(title=f"speech: {conditions}", caption=machine())
    for column in ("", "CPU s / min", "× ours", "WER %", "word p50 s", "p95 s", "wall p50", "p95", "final p50", "p95",
                   "unspoken", "tracks / core"):  # fmt: skip
        table.add_column(column, justify="left" if not column else "right")
    for row in rows:
        v = row.verdict
        times = [f"{percentile(list(values), share):.2f}" if values else "–" for values in (v.audio, v.wall, v.finals)
                 for share in (0.5, 0.95)]  # fmt: skip
        table.add_row(row.name, f"{row.cost:.2f}", f"{row.cost / rows[0].cost:.1f}", f"{100 * v.errors / v.said:.1f}",
                      *times, str(v.unspoken), f"{60 / row.cost:.1f}")  # fmt: skip
    console = Console(width=170)
    console.print(table)
    for row in rows:
        console.print(f"{row.name}: {row.how}")
    for name, reason in why_not.items():
        console.print(f"{name}: not run: {reason}")


def cut(seconds: float | None, folder: Path) -> tuple[Path, list[Pcm], float]:
    """The shipped speech, or its first seconds."""
    import soundfile

    tracks = list(read_call(SPEECH))
    if seconds is None or seconds * RATE >= len(tracks[0]):
        return SPEECH, tracks, len(tracks[0]) / RATE
    tracks = [track[: round(seconds * RATE)] for track in tracks]
    file = folder / "speech.flac"
    soundfile.write(file, np.stack(tracks, axis=1), RATE, subtype="PCM_16")
    return file, tracks, seconds


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench speech", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--install", action="store_true", help="install the peers first")
    parser.add_argument("--peers", nargs="*", help="only these (none: ours alone)")
    parser.add_argument("--python", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--source", action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--model", type=Path, default=shipped())
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    pythons, sources = (dict(item.split("=", 1) for item in items) for items in (given.python, given.source))
    why_not: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound, tracks, seconds = cut(given.seconds, folder)
        rows = [our_row(sound, seconds, given.model)]
        files = known.write_tracks([upsample(track) for track in tracks], folder)
        for peer in known.PEERS:
            if given.peers is not None and peer.module not in given.peers:
                continue
            python = Path(pythons.get(peer.module, known.environment(peer)))
            if given.install and peer.module not in pythons:
                known.install(peer)
            if not python.exists():
                why_not[peer.name] = "not installed (scripts/bench speech --install)"
                continue
            if peer.source and peer.module not in sources:
                why_not[peer.name] = f"its source is needed: --source {peer.module}=DIR"
                continue
            request = {"model": str(given.model.resolve()), "tracks": files, "chunk": CHUNK,
                       "path": sources.get(peer.module, "")}  # fmt: skip
            answer = known.ask(peer, python, request, folder)
            if isinstance(answer, str):
                why_not[peer.name] = answer
            else:
                rows.append(peer_row(peer, answer, seconds))
    conditions = (
        f"{seconds:.0f} s of two tracks, {rows[0].verdict.said} words, {given.model.name}, int8, one thread each, "
        f"an update a second"
    )
    show(rows, why_not, conditions)
    if given.json:
        body = {"conditions": conditions, "machine": machine(), "not_run": why_not,
                "rows": [{"name": r.name, "how": r.how, "cpu_s_per_min": r.cost, "said": r.verdict.said,
                          "errors": r.verdict.errors, "unspoken": r.verdict.unspoken, "audio": r.verdict.audio,
                          "wall": r.verdict.wall, "finals": r.verdict.finals} for r in rows]}  # fmt: skip
        given.json.write_text(json.dumps(body) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
