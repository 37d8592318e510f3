"""Speak the corpus into shards: one file of 8 kHz int16 sound and one JSON index each.

Run as `python -m training.corpus FOLDER`; each shard depends on its seed alone, and shards that exist are skipped.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from training import text as texts
from training import voices

Times = list[list[float]]


@dataclass(frozen=True)
class Job:
    """One shard to speak: `kind` is `words`, `mixed`, `train`, `dev`, `test`, `free` or `freetest`."""

    name: str
    voice: str
    seed: int
    count: int
    kind: str


def trim(spoken: voices.Spoken) -> tuple[NDArray[np.int16], Times]:
    """Cut the silence a synthesiser puts around, keeping 40 ms; word times (seconds) move along."""
    loud = np.flatnonzero(np.abs(spoken.pcm.astype(np.int32)) > 200)
    if len(loud) == 0:
        return spoken.pcm[:0], []
    first, last = max(0, int(loud[0]) - 320), min(len(spoken.pcm), int(loud[-1]) + 320)
    shift, total = first / 8000, (last - first) / 8000
    times = [[round(min(total, max(0.0, t - shift)), 3) for t in (a, b)] for _, a, b in spoken.words]
    return spoken.pcm[first:last], times


def line_of(rng: Random, kind: str, words: list[str]) -> str:
    """Make a line of a kind; `train`, `dev` and `test` never share one."""
    if kind == "words":
        return texts.random_words(rng, words)
    said = {
        "mixed": lambda: texts.mixed(rng, words),
        "free": lambda: texts.free(rng),
        "freetest": lambda: texts.free(rng),
    }
    share = {"mixed": "train", "free": "train", "freetest": "test"}.get(kind, kind)
    while True:
        line = said.get(kind, lambda: texts.sentence(rng))()
        if texts.share_of(line) == share:
            return line


def make_shard(work: tuple[str, Job]) -> str:
    """Speak one shard into a folder, unless it is there already."""
    folder, job = Path(work[0]), work[1]
    index_file = folder / f"{job.name}.json"
    if index_file.exists():
        return job.name
    rng, words = Random(job.seed), texts.vocabulary()
    sound: list[NDArray[np.int16]] = []
    index: list[dict[str, object]] = []
    at = 0
    for _ in range(job.count):
        line = line_of(rng, job.kind, words)
        said_by, spoken = voices.speak(line, job.voice, rng)
        pcm, times = trim(spoken)
        if not times or not 1200 < len(pcm) < 8000 * 15:
            continue
        sound.append(pcm)
        index.append({"text": line, "voice": said_by, "start": at, "length": len(pcm), "times": times})
        at += len(pcm)
    np.concatenate(sound).tofile(folder / f"{job.name}.pcm")
    index_file.write_text(json.dumps({"kind": job.kind, "items": index}))
    return job.name


def jobs() -> list[Job]:
    """Every shard, in the order in which training can use them."""
    plan = [Job("test-espeak", "espeak:", 9001, 160, "test"), Job("heldvoice-rms", "flite:rms", 9004, 200, "test"),
            Job("heldvoice-f5", "espeak:en-us+f5", 9005, 100, "test"), Job("dev-espeak", "espeak:", 9101, 32, "dev"),
            Job("devvoice-rms", "flite:rms", 9104, 32, "dev")]  # fmt: skip
    for place, voice in enumerate(voices.RECORDED):
        name = voice.split(":")[1]
        plan += [Job(f"test-{name}", voice, 9010 + place, 60, "test"),
                 Job(f"dev-{name}", voice, 9110 + place, 8, "dev")]  # fmt: skip
    for place, voice in enumerate(("espeak:", *voices.RECORDED, "flite:rms")):
        plan.append(Job(f"freetest-{voice.split(':')[1] or 'espeak'}", voice, 9200 + place, 60, "freetest"))
    for part in range(6):
        for place, voice in enumerate(("espeak:", *voices.RECORDED)):
            if place == 0 or part < 3:
                name = f"free-{voice.replace(':', '-').strip('-')}-{part}"
                plan.append(Job(name, voice, 20_000 + 100 * part + place, 400, "free"))
    for part in range(5):
        for place, (voice, times) in enumerate([("espeak:", 3), *((name, 1) for name in voices.RECORDED)]):
            for number, (kind, count) in enumerate((("words", 350), ("train", 450), ("mixed", 250))):
                name = f"{kind}-{voice.replace(':', '-').strip('-')}-{part}"
                plan.append(Job(name, voice, 1000 * part + 10 * place + number, count * times, kind))
    return plan


def main() -> None:
    """Speak everything with two processes; print each shard as it is done."""
    folder = sys.argv[1]
    Path(folder).mkdir(parents=True, exist_ok=True)
    with Pool(2) as pool:
        for name in pool.imap_unordered(make_shard, [(folder, job) for job in jobs()]):
            print("shard", name, flush=True)


if __name__ == "__main__":
    main()
