"""`scripts/bench names`: what the vocabulary of a call gains, costs and invents.

The lines of `samples/labelled/names` (the held half of training/names.py: the rule was set on other lines, where its
names were only ever wrong ones) and those lines of `samples/labelled/speech` that the rule was not set on. A vocabulary
holds the names of the line and others, drawn at random, up to its size.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from benches import ours
from benches.judged import aligned, bare, judge, spoken, told
from benches.report import Figure, report
from media.audio import TRACKS, Look, Track, Window, samples
from media.models import shipped
from media.vad import Judge
from media.wav import read_call
from media.whisper import Whisper
from training.names import NAMES, TRAPS

NAMED, PLAIN = Path("samples/labelled/names.flac"), Path("samples/labelled/speech.flac")
SIZES = (4, 20, 100)
AROUND = 0.3
"""Seconds of the line's sound on both sides of a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, its names, and its sound as a final window."""

    text: tuple[str, ...]
    names: tuple[str, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class Count:
    """What came out of some lines; `wrong` are (line, name) that were written and not said."""

    words: int
    errors: int
    named: int
    right: int
    wrong: frozenset[tuple[int, str]]
    cpu: float


def plain(text: str) -> tuple[str, ...]:
    """A text's words without case and punctuation."""
    return tuple(word for word in map(bare, text.split()) if word)


def holds(text: Sequence[str], name: str) -> bool:
    """Tell whether a name is among words."""
    parts = plain(name)
    return any(tuple(text[i : i + len(parts)]) == parts for i in range(len(text)))


def lines(file: Path, step: slice) -> list[Line]:
    """Read labelled sentences."""
    tracks = dict(zip(TRACKS, read_call(file), strict=True))
    rows = [json.loads(line) for line in file.with_suffix(".words.jsonl").read_text("utf-8").splitlines()]
    found = []
    for row in rows[step]:
        track, start = Track(row["track"]), max(0, samples(row["start"] - AROUND))
        pcm = tracks[track][start : samples(row["end"] + AROUND)]
        names = tuple(row.get("names", ()))
        pairs = (f"{a} {b}" for a in names for b in names)
        whole = tuple(pair for pair in pairs if holds(plain(row["text"]), pair))
        found.append(Line(plain(row["text"]), names + whole, Window(track, 1, 1, start, pcm, Look.FINAL)))
    return found


def others() -> list[str]:
    """Names to draw from: all of the corpus, whole names of people, and those that sound like common words."""
    kinds = [NAMES[half] for half in ("held", "tune", "known")]
    people = [f"{a} {b}" for kind in kinds for a, b in zip(kind["first"], kind["last"], strict=False)]
    return [*people, *TRAPS, *(name for kind in kinds for names in kind.values() for name in names)]


def with_names(some: list[Line], size: int, seed: int) -> list[Window]:
    """Each line's window with a vocabulary of some size."""
    rng, pool, windows = Random(seed), others(), []
    for line in some:
        rest = [name for name in pool if name not in line.names]
        drawn = rng.sample(rest, max(0, size - len(line.names)))
        windows.append(replace(line.window, names=(*line.names, *drawn)[:size]))
    return windows


def count(
    engine: Whisper, some: list[Line], windows: list[Window], names: list[Window], rounds: int
) -> Count:
    """Transcribe, and look in what comes out for the vocabulary that `names` has; of some rounds the least time."""
    cpu = []
    for _ in range(rounds):
        began = time.process_time()
        answers = engine.transcribe(windows)
        cpu.append(time.process_time() - began)
    errors = right = 0
    wrong = set()
    for place, (line, answer, asked) in enumerate(zip(some, answers, names, strict=True)):
        out = plain(" ".join(word.text for word in answer.words))
        errors += aligned(list(line.text), list(out))[0]
        right += sum(holds(out, name) for name in line.names)
        wrong |= {(place, name) for name in asked.names if holds(out, name) and not holds(line.text, name)}
    said = sum(len(line.text) for line in some)
    return Count(said, errors, sum(len(line.names) for line in some), right, frozenset(wrong), min(cpu))


def of_lines(engine: Whisper, rounds: int) -> list[Figure]:
    """Sentence by sentence."""
    figures = []
    for title, some in (("names", lines(NAMED, slice(None))), ("no names", lines(PLAIN, slice(1, None, 2)))):
        for size in SIZES:
            windows = with_names(some, size, seed=size)
            none = count(engine, some, [line.window for line in some], windows, rounds)
            with_ = count(engine, some, windows, windows, rounds)
            head = f"{title}, {size} in the vocabulary: "
            if none.named:
                figures += [
                    Figure(name=f"{head}names heard without", value=100 * none.right / none.named, unit="%"),
                    Figure(name=f"{head}names heard", value=100 * with_.right / none.named, unit="%",
                           least=100 * none.right / none.named),
                ]  # fmt: skip
            figures += [
                Figure(name=f"{head}WER without", value=100 * none.errors / none.words, unit="%"),
                Figure(name=f"{head}WER", value=100 * with_.errors / none.words, unit="%",
                       most=100 * none.errors / none.words),
                Figure(name=f"{head}wrong names of the model's own", value=len(none.wrong)),
                Figure(name=f"{head}wrong names by the vocabulary", value=len(with_.wrong - none.wrong), most=0),
                Figure(name=f"{head}processor time", value=with_.cpu / none.cpu, unit="× without"),
            ]  # fmt: skip
    return figures


def of_call(engine: Whisper, title: str, file: Path) -> list[Figure]:
    """A file as one live call, all names of the held half and the known ones in its vocabulary."""
    everybody = tuple(name for half in ("held", "known") for names in NAMES[half].values() for name in names)
    words, ear, rates, cpu = file.with_suffix(".words.jsonl"), Judge(), [], []
    for names in ((), everybody):
        run = ours.play(file, engine, ear, names)
        verdicts = [judge(spoken(words, track), told(run.told.out[track])) for track in TRACKS]
        rates.append(100 * sum(v.errors for v in verdicts) / sum(v.said for v in verdicts))
        cpu.append(run.cpu)
    head = f"live call, {title}, {len(everybody)} in the vocabulary: "
    return [
        Figure(name=f"{head}WER without", value=rates[0], unit="%"),
        Figure(name=f"{head}WER", value=rates[1], unit="%", most=rates[0]),
        Figure(name=f"{head}processor time", value=cpu[1] / cpu[0], unit="× without"),
    ]


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench names", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--model", type=Path, default=shipped())
    parser.add_argument("--rounds", type=int, default=3, help="of which the least processor time counts")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    engine = Whisper(given.model)
    figures = of_lines(engine, given.rounds)
    for title, file in (("names", NAMED), ("no names", PLAIN)):
        figures += of_call(engine, title, file)
    conditions = f"{given.model.name}, int8, one thread, final windows, beam 5"
    return report("names", conditions, figures, given.json)


if __name__ == "__main__":
    raise SystemExit(main())
