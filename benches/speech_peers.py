"""The peers' rows of `scripts/bench speech`: each is asked in its own process, its answer is judged here."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from benches.crowd import Step
from benches.judged import Out, Said, joined, judge, matched, told, until
from benches.peers import known
from benches.rows import Row, carried
from benches.spoken import Sound
from media.resample import upsample

STREAMS = 4
"""Streams that are opened to see what one more takes."""


def rows(
    given: argparse.Namespace, sound: Sound, folder: Path, offline: int, overload: float
) -> tuple[list[Row], dict[str, str]]:
    """Ask all peers, one after the other; a row for each pace, and why a peer has none."""
    pythons, sources = (dict(item.split("=", 1) for item in items) for items in (given.python, given.source))
    files = known.write_tracks([upsample(track) for track in sound.tracks], folder)
    found, why_not = [], dict[str, str]()
    for peer in known.PEERS:
        if given.peers is not None and peer.module not in given.peers:
            continue
        python = Path(pythons.get(peer.module, known.environment(peer.module)))
        problem = _ready(peer, python, sources, install=given.install and peer.module not in pythons)
        if problem:
            why_not[peer.name] = problem
            continue
        for pace in peer.paces:
            print(f"{peer.name} {pace.name} ...", file=sys.stderr, flush=True)
            request = {"model": str(given.model.resolve()), "tracks": files, "chunk": pace.chunk, "behind": pace.behind,
                       "budget": given.budget, "live": given.live, "overload": overload, "streams": STREAMS,
                       "path": sources.get(peer.module, "")}  # fmt: skip
            answer = known.ask(peer, python, request, folder)
            if isinstance(answer, str):
                why_not[f"{peer.name} {pace.name}".strip()] = answer
            else:
                found.append(row(peer, pace, answer, sound, offline))
    return found, why_not


def _ready(peer: known.Peer, python: Path, sources: dict[str, str], *, install: bool) -> str:
    """Why a peer cannot be asked; nothing if it can."""
    if peer.source and peer.module not in sources:
        return f"its source is needed: --source {peer.module}=DIR"
    if install:
        try:
            known.install(peer)
        except subprocess.CalledProcessError as problem:
            return f"cannot be installed: {' '.join(problem.cmd[1:])} failed"
    return "" if python.exists() else "not installed (scripts/bench speech --install)"


def row(peer: known.Peer, pace: known.Pace, answer: dict[str, Any], sound: Sound, offline: int) -> Row:
    """Judge what a peer answered, each track as far as it heard it.

    `offline`: word errors of the same engine on whole turns.
    """
    played = answer["tracks"]
    heard = [track["heard"] for track in played]
    outs = [told(track["out"]) for track in played]
    said = [until(sentences, at) for sentences, at in zip(sound.said, heard, strict=True)]
    verdict = joined([judge(*pair) for pair in zip(said, outs, strict=True)])
    whole = min(heard) >= sound.length - 0.1
    calls: tuple[int | None, int | None] = (None, None)
    if all(track["steps"] for track in played):
        tracks = [steps(track["steps"], *pair) for track, *pair in zip(played, said, outs, strict=True)]
        calls = carried(tracks, min(heard))
    return Row(
        f"{peer.name} {answer['version']}" + (f" ({pace.name})" if pace.name else ""),
        peer.kind,
        answer["how"] + ("" if whole else f"; heard only the first {heard[0]:.0f} and {heard[1]:.0f} s"),
        sum(track["cpu"] for track in played) / (sum(heard) / 60),
        verdict,
        lost=lost(answer, sound, verdict.lost),
        memory=2 * answer["memory"] if "memory" in answer else sum(track["memory"] for track in played),
        calls=calls[0],
        more_calls=calls[1],
        offline=verdict.errors / offline if whole and offline else None,
        timed=answer["timed"],
    )


def steps(taken: list[tuple[float, float]], said: list[list[Said]], out: list[Out]) -> list[Step]:
    """A track's updates with the words that came of each."""
    right = matched(said, out)[1]
    return [Step(at, cost, tuple(word.end for word, came in right if came.step == number))
            for number, (at, cost) in enumerate(taken)]  # fmt: skip


def lost(answer: dict[str, Any], sound: Sound, anyway: int) -> int | None:
    """Sentences of which no word came out under overload, beyond those of which none came anyway."""
    if "overload" not in answer:
        return None
    under = [judge(until(said, track["heard"]), told(track["out"])).lost
             for said, track in zip(sound.said, answer["overload"], strict=True)]  # fmt: skip
    return max(0, sum(under) - anyway)
