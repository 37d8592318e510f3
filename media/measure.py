"""Hears labelled speech with a model, in windows of any length and filled in any way: what `calibration.py` judges."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from media.audio import TRACKS, Look, Pcm, Track, Window, samples
from media.calibration import Phrase, Point, Setting, Speaker, blamed, parse_words
from media.wav import read_call
from media.wer import aligned
from media.whisper import WHOLE, Whisper

SOUNDS = ("flac", "wav", "ogg", "mp3")


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A recording of which every word is known."""

    name: str
    sounds: dict[Track, Pcm]
    speakers: tuple[Speaker, ...]

    def cut(self, seconds: float) -> list[tuple[Phrase, Pcm]]:
        """The recording's windows of a length, as words and sound."""
        return [
            (
                words,
                np.concatenate(
                    [self.sounds[speaker.track][samples(w.start) : samples(w.end)] for w in words]
                ),
            )
            for speaker in self.speakers
            for words in speaker.cut(seconds)
        ]

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


def hear(
    engine: Whisper, speech: list[Labelled], seconds: float, setting: Setting, tick: Callable[[], None]
) -> Point:
    """Hear all speech once, each window alone; `tick` is called after each."""
    engine.shortest, engine.padding = (WHOLE if setting.whole else 0.0), setting.fill
    windows = [window for recording in speech for window in recording.cut(seconds)]
    cpu, wrong = 0.0, list[int]()
    for words, pcm in windows:
        window = Window(Track.REP, 1, 1, 0, pcm, Look.FINAL if setting.beam > 1 else Look.PARTIAL)
        began = time.process_time()
        (heard,) = engine.transcribe([window])
        cpu += time.process_time() - began
        said = [word.text for word in words]
        errors, right = aligned(said, [word.text for word in heard.words])
        wrong += blamed(said, right, errors)
        tick()
    sound = sum(len(pcm) for _, pcm in windows) / samples(1)
    return Point(seconds, setting, len(windows), sound, cpu, tuple(wrong))
