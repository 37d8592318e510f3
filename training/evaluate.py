"""Measure the exported model: `python -m training.evaluate FOLDER MODEL [--choose] [--few N]`.

Everything goes through the int8 folder that ships. Native windows are read by Beatline's own engine, padded ones by
faster-whisper (30 s, beam 5), without time tokens and the stock way, which asks for them; windows full of talk are cut
from the shipped labelled speech. `--choose` first finds the alignment heads with the smallest error.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from media.audio import Look, Track, Window, Word
from media.calibration import served
from media.measure import hear_cut, load
from media.resample import upsample
from media.whisper import Whisper
from training import channel, measure, windows
from training.text import normalise

_VOICES = (
    "espeak", "kal", "kal16", "slt", "awb", "kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts",
)  # fmt: skip
KNOWN = tuple(f"test-{voice}" for voice in _VOICES)
HELD = ("test-rms", "test-f5")
LOOSE = tuple(f"freetest-{voice}" for voice in _VOICES)
LOOSE_HELD = ("freetest-rms",)
GROUPS = {"known": KNOWN, "held": HELD, "known_loose": LOOSE, "held_loose": LOOSE_HELD}
"""Script lines and loose talk (clauses in any order), by voices that were trained on and voices that were not."""

LABELLED = Path("samples/labelled/speech.flac"), Path("samples/labelled/speech.words.jsonl")
DENSE = (2, 4, 6, 10, 15, 20, 30)
"""Speech with its words, and the seconds of the windows that are cut from it, silence between phrases shortened."""

EDGE = 0.15
"""Seconds of silence before and after a sentence, as a speech gate leaves them."""

WAYS = ("native", "padded", "stock")

Pairs = dict[str, list[tuple[str, str]]]
"""(said, heard) by way of hearing."""

Item = tuple[channel.Sound, str, list[windows.Word]]


def sets_of(corpus: Path, few: int | None) -> dict[str, list[Item]]:
    """Read the test sets by voice."""
    return {name: measure.items(corpus, name)[:few] for group in GROUPS.values() for name in group}


def clean(sound: channel.Sound) -> np.ndarray:
    """8 kHz mu-law as int16, with silence around."""
    quiet = np.zeros(int(EDGE * 8000), np.float32)
    return (channel.companded(np.concatenate([quiet, sound, quiet])) * 32_767).astype(np.int16)


def native(engine: Whisper, pcm: np.ndarray) -> tuple[Word, ...]:
    """Hear a window at its own length."""
    return engine.transcribe([Window(Track.REP, 1, 1, 0, pcm, Look.FINAL)])[0].words


def padded(model: WhisperModel, pcm: np.ndarray, *, timed: bool) -> str:
    """Hear it as faster-whisper does by itself, or without time tokens."""
    segments, _ = model.transcribe(upsample(pcm), language="en", beam_size=5, without_timestamps=not timed)
    return " ".join(segment.text.strip() for segment in segments)


def time_errors(said: list[windows.Word], heard: tuple[Word, ...]) -> list[float]:
    """Seconds by which starts and ends of rightly heard words miss the synthesiser's own."""
    a, b = [normalise(w) for w, _, _ in said], [normalise(word.text) for word in heard]
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    for i in range(len(a)):
        for j in range(len(b)):
            table[i + 1, j + 1] = table[i, j] + 1 if a[i] == b[j] else max(table[i, j + 1], table[i + 1, j])
    i, j, errors = len(a), len(b), []
    while i and j:
        if a[i - 1] == b[j - 1]:
            _, start, end = said[i - 1]
            errors += [abs(heard[j - 1].start - start - EDGE), abs(heard[j - 1].end - end - EDGE)]
            i, j = i - 1, j - 1
        elif table[i - 1, j] >= table[i, j - 1]:
            i -= 1
        else:
            j -= 1
    return errors


def percent(pairs: list[tuple[str, str]]) -> float:
    """Word error rate in percent."""
    return round(100 * measure.rate(pairs), 1)


def with_heads(model: Path, heads: Iterable[tuple[int, int]]) -> Whisper:
    """Open the model with other alignment heads."""
    file = model / "config.json"
    config = json.loads(file.read_text())
    config["alignment_heads"] = [list(head) for head in heads]
    file.write_text(json.dumps(config, indent=2) + "\n")
    return Whisper(model)


def choose_heads(model: Path, items: list[Item]) -> tuple[list[tuple[int, int]], float]:
    """Try every head of the decoder, then pairs of the best; leave the model with the winner."""

    def error(heads: tuple[tuple[int, int], ...]) -> float:
        engine = with_heads(model, heads)
        found = [e for sound, _, words in items for e in time_errors(words, native(engine, clean(sound)))]
        return float(np.median(found)) + 0.1 * float(np.percentile(found, 90))

    alone = sorted((error(((layer, head),)), (layer, head)) for layer in range(2) for head in range(6))
    best = [head for _, head in alone[:3]]
    tried = [(score, (head,)) for score, head in alone[:3]]
    tried += [(error(pair), pair) for pair in combinations(best, 2)]
    score, heads = min(tried)
    with_heads(model, heads)
    return list(heads), score


def non_speech(engine: Whisper, model: WhisperModel, count: int) -> dict[str, float]:
    """Count the windows without words in which words were heard."""
    rng, false = np.random.default_rng(42), {"native": 0, "padded": 0}
    for number in range(count):
        sound = channel.non_speech(rng, int(8000 * (2.0, 4.0, 8.0)[number % 3]))
        pcm = (channel.companded(np.clip(sound, -1, 1)) * 32_767).astype(np.int16)
        false["native"] += bool(native(engine, pcm))
        false["padded"] += bool(padded(model, pcm, timed=True)) if number % 3 == 0 else 0
    return {
        "windows": count,
        "false_native": false["native"],
        "false_padded": false["padded"],
        "padded": -(-count // 3),
    }


def dense(engine: Whisper) -> dict[str, float]:
    """Word error rate in percent by length of window, at its own length, beam 5."""
    points = hear_cut(engine, [load(*LABELLED)], DENSE, served("sound"), lambda: None)
    return {f"{point.seconds:g}": round(100 * point.wer, 1) for point in points}


def evaluate(corpus: Path, model: Path, few: int | None) -> dict[str, object]:
    """Measure everything; print as it goes."""
    engine, other = Whisper(model), WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=2)
    rows: dict[str, dict[str, float]] = {}
    errors: list[float] = []
    pairs: dict[str, Pairs] = {}
    for name, items in sets_of(corpus, few).items():
        own = pairs[name] = {way: [] for way in WAYS}
        for sound, text, words in items:
            pcm = clean(sound)
            heard = native(engine, pcm)
            own["native"].append((text, " ".join(word.text for word in heard)))
            own["padded"].append((text, padded(other, pcm, timed=False)))
            own["stock"].append((text, padded(other, pcm, timed=True)))
            if name in KNOWN:
                errors += time_errors(words, heard)
        rows[name] = {"sentences": len(items), **{way: percent(own[way]) for way in own}}
        print(name, rows[name], flush=True)
    together = {
        group: {way: percent([p for name in names for p in pairs[name][way]]) for way in WAYS}
        for group, names in GROUPS.items()
    }
    return {
        "sets": rows,
        "groups": together,
        "word_times": {
            "median_ms": round(1000 * float(np.median(errors))),
            "p90_ms": round(1000 * float(np.percentile(errors, 90))),
            "words": len(errors) // 2,
        },
        "non_speech": non_speech(engine, other, few or 240),
        "dense": dense(engine),
    }


def main() -> None:
    """Measure, and keep the figures beside the model's checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--choose", action="store_true", help="choose the alignment heads first")
    parser.add_argument("--few", type=int, help="only so many sentences of each set")
    args = parser.parse_args()
    corpus = args.folder / "corpus"
    if args.choose:
        heads, score = choose_heads(
            args.model, measure.items(corpus, "dev-espeak")[:24] + measure.items(corpus, "dev-slt")
        )
        print(f"alignment heads {heads}, score {score:.3f}", flush=True)
    found = evaluate(corpus, args.model, args.few)
    (args.folder / "figures.json").write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps({name: value for name, value in found.items() if name != "sets"}, indent=2))


if __name__ == "__main__":
    main()
