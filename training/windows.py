"""Training windows: utterances placed in time, cut at edges, with context, and the batches made of them.

A window holds 8 kHz sound, its words with times (seconds) by segment, and the words said before it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import channel, mel
from training.tokens import Tokens

Word = tuple[str, float, float]
WARPS = (0.82, 0.86, 0.9, 0.94, 0.97, 1.03, 1.07, 1.11, 1.16)
LONG = 0.7
"""The elapsed part of training from which windows are long."""
INNER = (1.5, 2, 3, 3, 4, 5, 6, 8, 10, 14, 19, 25)
"""Seconds of sound in a window that is filled up to 30."""
LETTERS = "_ abcdefghijklmnopqrstuvwxyz'"
"""Letters of the CTC head; the first is the blank."""


@dataclass
class Window:
    """Sound at 8 kHz and what is said in it."""

    sound: channel.Sound
    segments: list[list[Word]] = field(default_factory=list)
    before: str = ""


@dataclass(frozen=True)
class Plan:
    """What a stage of training draws: window lengths (s) and shares of kinds and of special windows."""

    lengths: tuple[float, ...]
    weights: tuple[float, ...]
    kinds: dict[str, float]
    empty: float = 0.0
    cut: float = 0.0
    hard: float = 0.3
    padded: float = 0.0
    masked: float = 0.0
    other: float = 0.0
    timed: float = 0.35


def plan_at(part: float) -> Plan:
    """Choose the plan for the elapsed part (0 to 1) of training: words, then sentences, then all of it."""
    if part < 0.12:
        return Plan((1.6, 2.4, 3.2), (1, 2, 1), {"words": 1.0}, hard=0.15)
    if part < 0.25:
        return Plan((2, 3, 4, 6), (1, 2, 2, 1), {"words": 0.5, "mixed": 0.25, "train": 0.25}, 0.02, 0.1)
    if part < 0.5:
        kinds = {"words": 0.2, "mixed": 0.25, "train": 0.35, "free": 0.2}
        return Plan((1.5, 2.5, 4, 6, 10), (1, 2, 3, 3, 1.5), kinds, 0.04, 0.25, 0.5, 0.02, 0.15, 0.4)
    kinds = {"words": 0.12, "mixed": 0.22, "train": 0.38, "free": 0.28}
    if part < LONG:
        lengths, weights = (1.2, 2, 3, 4, 6, 8, 10, 13, 20, 30), (1, 2, 2.5, 3, 3, 2, 2, 1.5, 0.6, 0.7)
        return Plan(lengths, weights, kinds, 0.05, 0.3, 0.7, 0.06, 0.45, 0.6, 0.35)
    # Where a window's late words lie is learnt by long windows full of talk alone: with few of them the model lost its
    # place after some eighty tokens. Short and padded ones come back at the end.
    if part < 0.94:
        lengths, weights = (3, 6, 10, 13, 16, 20, 25, 30), (0.5, 0.5, 0.5, 0.5, 1, 2, 3, 6)
        return Plan(lengths, weights, kinds, 0.05, 0.15, 0.5, 0.06, 0.15, 0.45, 0.5)
    # Stock pipelines pad to 30 s and ask for times: heard with times, a strange voice cost four points more.
    lengths = (1.2, 2, 3, 4, 6, 8, 10, 13, 16, 20, 25, 30)
    weights = (1, 1.2, 1.2, 1.2, 1.2, 1, 1, 1, 1.2, 2, 2, 3.5)
    return Plan(lengths, weights, kinds, 0.05, 0.3, 0.7, 0.3, 0.15, 0.45, 0.5)


class Corpus:
    """The spoken shards of a folder, memory-mapped, grouped by kind and voice."""

    def __init__(self, folder: Path, kinds: tuple[str, ...] = ("words", "mixed", "train", "free")) -> None:
        self.groups: dict[str, dict[str, list[tuple[int, dict]]]] = {kind: {} for kind in kinds}
        self.sounds: list[NDArray[np.int16]] = []
        for index in sorted(folder.glob("*.json")):
            shard = json.loads(index.read_text())
            if shard["kind"] not in kinds:
                continue
            self.sounds.append(np.memmap(index.with_suffix(".pcm"), np.int16, "r"))
            voice = index.stem.split("-", 1)[1].rsplit("-", 1)[0]
            group = self.groups[shard["kind"]].setdefault(voice, [])
            group += [(len(self.sounds) - 1, item) for item in shard["items"]]
        for kind in self.groups.values():
            for group in kind.values():
                group.sort(key=lambda entry: entry[1]["length"])
        self.lengths = {
            kind: {voice: np.array([e[1]["length"] for e in group]) for voice, group in voices.items()}
            for kind, voices in self.groups.items()
        }

    def draw(
        self, rng: np.random.Generator, kind: str, voice: str, longest: float
    ) -> tuple[channel.Sound, list[Word]] | None:
        """Take an utterance of at most `longest` seconds, a long one when there is a choice."""
        lengths = self.lengths[kind][voice]
        last = int(np.searchsorted(lengths, longest * 8000, "right"))
        if last == 0:
            return None
        first = int(np.searchsorted(lengths, longest * 8000 * 0.4)) if rng.random() < 0.7 else 0
        # Where all are short beside the room, the longest would be drawn each time.
        shard, item = self.groups[kind][voice][int(rng.integers(min(first, last // 2), last))]
        sound = self.sounds[shard][item["start"] : item["start"] + item["length"]].astype(np.float32) / 32768
        words = [(word, a, b) for word, (a, b) in zip(item["text"].split(), item["times"], strict=True)]
        return sound, words


def compose(corpus: Corpus, rng: np.random.Generator, plan: Plan, length: float) -> Window:
    """Make one window of `length` seconds."""
    count = int(length * 8000)
    if rng.random() < plan.empty:
        return Window(channel.non_speech(rng, count))
    out, segments, before = np.zeros(count, np.float32), [], ""
    kinds, shares = list(plan.kinds), list(plan.kinds.values())
    kind = str(rng.choice(kinds, p=shares))
    voices = corpus.groups[kind]
    voice = str(
        rng.choice(list(voices), p=[0.4 if name == "espeak" else 0.6 / (len(voices) - 1) for name in voices])
    )
    at = float(rng.uniform(0.0, min(0.5, length * 0.15)))
    close, varied = rng.random() < 0.5, rng.random() < 0.5
    while True:
        factor = float(rng.uniform(0.84, 1.18))
        drawn = corpus.draw(rng, kind, voice, (length - at - 0.02) * factor)
        if drawn is None:
            break
        sound, words = (
            channel.stretch(drawn[0], factor),
            [(w, a / factor, b / factor) for w, a, b in drawn[1]],
        )
        if not segments and rng.random() < plan.cut:
            sound, words, before = cut_start(rng, sound, words)
        start = int(at * 8000)
        piece = sound[: count - start] * np.float32(rng.uniform(0.6, 1.0))
        out[start : start + len(piece)] += piece
        segments.append([(w, a + at, b + at) for w, a, b in words])
        at += len(sound) / 8000 + float(rng.uniform(0.05, 0.4 if close else 0.9))
        if varied:
            kind = str(rng.choice(kinds, p=shares))
        if length < 7 and rng.random() < 0.6:
            break
    if rng.random() < plan.cut:
        out, segments = cut_end(rng, out, segments)
    return Window(out, [s for s in segments if s], before)


def cut_start(
    rng: np.random.Generator, sound: channel.Sound, words: list[Word]
) -> tuple[channel.Sound, list[Word], str]:
    """Begin within an utterance: drop its first words, which become the context three times in four."""
    first = int(rng.integers(0, len(words)))
    _, a, b = words[first]
    inside = rng.random() < 0.5
    at = a + (b - a) * float(rng.uniform(0.0, 0.9)) if inside else a
    kept = first if (at - a) / max(b - a, 1e-3) < 0.35 else first + 1
    rest = [(w, max(0.0, s - at), e - at) for w, s, e in words[kept:]]
    before = " ".join(w for w, _, _ in words[:kept]) if rng.random() < 0.75 else ""
    return sound[int(at * 8000) :], rest, before


def cut_end(
    rng: np.random.Generator, sound: channel.Sound, segments: list[list[Word]]
) -> tuple[channel.Sound, list[list[Word]]]:
    """Stop the sound within a word; a word heard for less than two thirds is not written."""
    words = [word for segment in segments for word in segment]
    if not words:
        return sound, segments
    _, a, b = words[int(rng.integers(len(words) // 2, len(words)))]
    at = max(0.6, a + (b - a) * float(rng.uniform(0.1, 1.0)))
    kept = [[(w, s, min(e, at)) for w, s, e in segment if s + 0.66 * (e - s) <= at] for segment in segments]
    return sound[: int(at * 8000)], [segment for segment in kept if segment]


def features(
    rng: np.random.Generator, plan: Plan, windows: list[Window], length: float
) -> NDArray[np.float32]:
    """Pass windows through a line, and make one array of mels, filled up in one of Whisper's ways."""
    frames = int(length * 100)
    out = np.zeros((len(windows), mel.BINS, frames), np.float32)
    for place, window in enumerate(windows):
        sound = channel.line(window.sound, rng, plan.hard)
        if rng.random() < 0.5 and len(sound) < length * 8000:  # silence of the line; else features of 0.0
            sound = np.pad(sound, (0, int(length * 8000) - len(sound)))
        made = mel.log_mel(channel.upsample(sound, int(rng.integers(4))), *voice(rng, plan.other))[:, :frames]
        if rng.random() < plan.masked:
            mask(rng, made)
        out[place, :, : made.shape[1]] = made
    return out


def voice(rng: np.random.Generator, share: float) -> tuple[float, NDArray[np.float32] | None]:
    """Draw another throat and another microphone for a share of the windows: voices nobody has recorded."""
    warp = float(rng.choice(WARPS)) if rng.random() < share else 1.0
    if rng.random() >= share:
        return warp, None
    knots = rng.uniform(-0.6, 0.6, 6)
    return warp, np.interp(np.arange(mel.BINS), np.linspace(0, mel.BINS - 1, 6), knots).astype(np.float32)


def mask(rng: np.random.Generator, made: NDArray[np.float32]) -> None:
    """Hide up to two bands and two short spans (SpecAugment, Park et al. 2019), in place."""
    for _ in range(2):
        low, wide = int(rng.integers(0, 52)), int(rng.integers(0, 9))
        made[low : low + wide] = made.mean()
        start, long = int(rng.integers(0, made.shape[1])), int(rng.integers(0, 12))
        made[:, start : start + long] = made.mean()


def written(
    tokens: Tokens, rng: np.random.Generator, window: Window, timed: float, context: bool = True
) -> tuple[list[int], list[int], list[Word | None], list[Word | None]]:
    """Write a window's input ids, labels (-100: not learnt), and the words whose sound labels and inputs stand for.

    `timed` is the share of windows written with time tokens.
    """
    ids: list[int] = []
    if context and window.before:
        words = window.before.split()[-int(rng.integers(1, 25)) :]
        ids = [tokens.prev, *(i for word in words for i in tokens.word(word))]
    start, with_times = len(ids), rng.random() < timed
    ids.append(tokens.sot)
    said: list[Word | None] = [None] * len(ids)
    if not with_times:
        ids.append(tokens.no_times)
        said.append(None)
    for segment in window.segments:
        for place, word in enumerate(segment):
            if with_times and place == 0:
                ids, said = [*ids, tokens.at(word[1])], [*said, None]
            pieces = tokens.word(word[0])
            ids, said = [*ids, *pieces], [*said, *([word] * len(pieces))]
        if with_times:
            ids, said = [*ids, tokens.at(segment[-1][2])], [*said, None]
    if with_times and not window.segments:
        ids, said = [*ids, tokens.at(0)], [*said, None]
    ids, said = [*ids, tokens.eot], [*said, None]
    labels = [-100] * start + ids[start + 1 :]
    labels[start] = tokens.at(window.segments[0][0][1]) if window.segments else tokens.no_speech
    return ids[:-1], labels, said[1:], said[:-1]


def letters(window: Window) -> list[int]:
    """Spell a window's words for the CTC head."""
    text = " ".join(w for segment in window.segments for w, _, _ in segment).lower()
    return [place for place in (LETTERS.find(letter) for letter in text) if place > 0]
