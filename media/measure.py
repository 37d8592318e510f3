"""Hears labelled speech with a model, filled up or cut to any length: what `calibration.py` judges."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from media.audio import TRACKS, Look, Pcm, Track, Window, samples
from media.calibration import OWN, Phrase, Point, Setting, Speaker, blamed, parse_words
from media.wav import read_call
from media.wer import aligned
from media.whisper import Whisper

SOUNDS = ("flac", "wav", "ogg", "mp3")

Said = tuple[Phrase, Pcm]
"""A window's words and sound."""

Answer = tuple[float, tuple[int, ...]]
"""Processor seconds that a window took, and its errors by said word."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A recording of which every word is known."""

    name: str
    sounds: dict[Track, Pcm]
    speakers: tuple[Speaker, ...]

    def natural(self) -> list[Said]:
        """The recording's windows as a call has them: cut at pauses only."""
        return [self._said(s.track, words) for s in self.speakers for words in s.natural()]

    def cut(self, seconds: float) -> list[Said]:
        """The recording's windows of a length."""
        return [self._said(s.track, words) for s in self.speakers for words in s.cut(seconds)]

    def _said(self, track: Track, words: Phrase) -> Said:
        return words, np.concatenate([self.sounds[track][samples(w.start) : samples(w.end)] for w in words])

    @property
    def words(self) -> int:
        """How many words are said."""
        return sum(len(phrase) for speaker in self.speakers for phrase in speaker.phrases)

    def shortened(self, words: int) -> Labelled:
        """The first phrases of every speaker, about so many words in all and an even share of each."""
        share, some = words / len(self.speakers), []
        for speaker in self.speakers:
            count, kept = 0, []
            for phrase in speaker.phrases:
                if count < share:
                    kept.append(phrase)
                    count += len(phrase)
            some.append(Speaker(speaker.track, tuple(kept)))
        return Labelled(self.name, self.sounds, tuple(some))


def load(sound: Path, words: Path) -> Labelled:
    """Read a two-channel recording and its words.

    Raises:
        ValueError: either cannot be used; one line says why.
    """
    tracks = dict(zip(TRACKS, read_call(sound), strict=True))
    try:
        speakers = parse_words(words.read_text("utf-8"))
    except FileNotFoundError as problem:
        raise ValueError(f"{words} does not exist: name the words of {sound.name} with --words") from problem
    except (OSError, ValueError) as problem:
        raise ValueError(f"{words}: {problem}") from problem
    for speaker in speakers:
        last = speaker.phrases[-1][-1]
        if samples(last.start) >= len(tracks[speaker.track]):
            raise ValueError(
                f"{words}: {last.text!r} at {last.start:.1f} s lies after the end of {sound.name}"
            )
    return Labelled(sound.name, tracks, tuple(speakers))


def load_folder(folder: Path) -> list[Labelled]:
    """Read all recordings of a folder that have their words beside them (`NAME.flac`, `NAME.words.jsonl`).

    Raises:
        ValueError: there are none, or one cannot be used.
    """
    pairs = [
        (sound, words)
        for words in sorted(folder.glob("*.words.jsonl"))
        for kind in SOUNDS
        if (sound := words.with_name(words.name.removesuffix("words.jsonl") + kind)).is_file()
    ]
    if not pairs:
        raise ValueError(
            f"{folder} holds no recording with its words beside it (NAME.flac, NAME.words.jsonl)"
        )
    return [load(*pair) for pair in pairs]


def hear_filled(
    engine: Whisper,
    speech: Sequence[Labelled],
    lengths: Sequence[float],
    setting: Setting,
    tick: Callable[[], None],
) -> Iterator[Point]:
    """Hear natural phrases filled up to each length; one that is longer anyway is heard once for all of them."""
    phrases = [said for recording in speech for said in recording.natural()]
    engine.padding, known = setting.fill, dict[tuple[int, Hashable], Answer]()
    for seconds in lengths:
        engine.shortest = seconds
        answers: list[Answer] = []
        for place, said in enumerate(phrases):
            key = place, engine.bucket(_window(said, setting))
            if key not in known:
                known[key] = _heard(engine, said, setting)
            answers.append(known[key])
            tick()
        yield _point(seconds, setting, phrases, answers)


def hear_cut(
    engine: Whisper,
    speech: Sequence[Labelled],
    lengths: Sequence[float],
    setting: Setting,
    tick: Callable[[], None],
) -> Iterator[Point]:
    """Hear all speech cut to each length, filled up to the engine's next bucket only."""
    engine.padding, engine.shortest = setting.fill, OWN
    for seconds in lengths:
        windows = [said for recording in speech for said in recording.cut(seconds)]
        answers: list[Answer] = []
        for said in windows:
            answers.append(_heard(engine, said, setting))
            tick()
        yield _point(seconds, setting, windows, answers)


def _window(said: Said, setting: Setting) -> Window:
    return Window(Track.REP, 1, 1, 0, said[1], Look.FINAL if setting.beam > 1 else Look.PARTIAL)


def _heard(engine: Whisper, said: Said, setting: Setting) -> Answer:
    window = _window(said, setting)
    began = time.process_time()
    (heard,) = engine.transcribe([window])
    cpu = time.process_time() - began
    texts = [word.text for word in said[0]]
    errors, right = aligned(texts, [word.text for word in heard.words])
    return cpu, blamed(texts, right, errors)


def _point(seconds: float, setting: Setting, windows: Sequence[Said], answers: Sequence[Answer]) -> Point:
    sound = sum(len(pcm) for _, pcm in windows) / samples(1)
    wrong = tuple(chain.from_iterable(errors for _, errors in answers))
    return Point(seconds, setting, len(windows), sound, sum(cpu for cpu, _ in answers), wrong)
