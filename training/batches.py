"""Batches, made in a process of their own so that training never waits for them."""

from __future__ import annotations

import multiprocessing as mp
from dataclasses import dataclass, replace
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import windows
from training.tokens import Tokens

SECONDS = 60.0
"""Sound in one batch."""


@dataclass
class Batch:
    """One step's arrays; spans are encoder frames (20 ms) [first, last) of the word a row of the decoder stands for."""

    mel: NDArray[np.float32]
    ids: NDArray[np.int64]
    labels: NDArray[np.int64]
    next_spans: NDArray[np.int64]
    last_spans: NDArray[np.int64]
    letters: list[list[int]]


def _spans(words: list[windows.Word | None], frames: int) -> list[tuple[int, int]]:
    out = []
    for word in words:
        if word is None:
            out.append((0, 0))
            continue
        first = min(frames - 2, max(0, int(word[1] * 50) - 1))
        out.append((first, min(frames, max(first + 2, int(word[2] * 50) + 2))))
    return out


def make(
    corpus: windows.Corpus, tokens: Tokens, rng: np.random.Generator, part: float, padded: float | None = None
) -> Batch:
    """Draw one batch for the elapsed part of training; `padded`: another share of windows filled up to 30 s."""
    plan = windows.plan_at(part)
    plan = plan if padded is None else replace(plan, padded=padded)
    weights = np.array(plan.weights) / sum(plan.weights)
    length = float(rng.choice(plan.lengths, p=weights))
    inner = length
    if rng.random() < plan.padded:
        length, inner = 30.0, float(rng.choice(windows.INNER))
    count = max(2, int(SECONDS / length))
    drawn = [windows.compose(corpus, rng, plan, inner) for _ in range(count)]
    mel = windows.features(rng, plan, drawn, length)
    rows = [windows.written(tokens, rng, window, plan.timed) for window in drawn]
    longest, frames = max(len(row[0]) for row in rows), mel.shape[2] // 2
    ids = np.full((count, longest), tokens.eot)
    labels = np.full((count, longest), -100)
    spans = np.zeros((2, count, longest, 2), np.int64)
    for place, (row, label, following, latest) in enumerate(rows):
        ids[place, : len(row)], labels[place, : len(row)] = row, label
        spans[0, place, : len(row)], spans[1, place, : len(row)] = (
            _spans(following, frames),
            _spans(latest, frames),
        )
    return Batch(mel, ids, labels, spans[0], spans[1], [windows.letters(window) for window in drawn])


def _work(
    folder: Path,
    tokenizer: Path,
    seed: int,
    part: object,
    padded: float | None,
    out: Queue[Batch],
    stop: Event,
) -> None:
    corpus, tokens = windows.Corpus(folder), Tokens.load(tokenizer)
    rng = np.random.default_rng(seed)
    while not stop.is_set():
        out.put(make(corpus, tokens, rng, part.value, padded))  # type: ignore[attr-defined]


class Source:
    """A process that keeps a few batches ready, for the elapsed part of training from which it begins."""

    def __init__(
        self, folder: Path, tokenizer: Path, seed: int, part: float, padded: float | None = None
    ) -> None:
        self.part, self.stop = mp.Value("d", part), mp.Event()
        self.queue: Queue[Batch] = mp.Queue(6)
        work = (folder, tokenizer, seed, self.part, padded, self.queue, self.stop)
        self.process = mp.Process(target=_work, args=work, daemon=True)
        self.process.start()

    def next(self, part: float) -> Batch:
        """Give the next batch; `part` steers those made from now on."""
        self.part.value = part
        return self.queue.get()
