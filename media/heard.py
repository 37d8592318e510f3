"""What comes of hearing: beginnings and ends of speech, words, and windows of sound that deserve words."""

from __future__ import annotations

from dataclasses import dataclass

from media.audio import Track, Window, Word


@dataclass(frozen=True, slots=True)
class SpeechStart:
    """A track began to speak at `start`; known at `at` (samples)."""

    track: Track
    turn: int
    at: int
    start: int


@dataclass(frozen=True, slots=True)
class SpeechStop:
    """A track stopped speaking at `end`; known at `at` (samples)."""

    track: Track
    turn: int
    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a turn, so far or for good. `start` and `end` in samples, the words' own times in media seconds."""

    track: Track
    turn: int
    start: int
    end: int
    words: tuple[Word, ...]
    agreed: int
    final: bool


Heard = SpeechStart | SpeechStop | Words | Window
