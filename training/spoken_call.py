"""A scripted call spoken by two synthetic voices: its sound, and where its words and its labels are in it.

A voice keeps a line's length as far as it can without sounding hurried or slow; pauses and overlaps are the script's.
What still differs moves everything that comes after, and labels move with the words that they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from media import g711
from media.audio import RATE, TRACKS, Pcm
from media.level import level
from server.call.script import spread
from training.channel import coloured
from training.corpus import trim
from training.voices import Spoken

LEVELS = {"rep": -19.0, "prospect": -22.0}
"""Loudness while speaking (dBFS); two people are never equally loud."""

NOISE, TILT = -52.0, 1.0
"""Line noise under both tracks (dBFS), and how its spectrum falls."""

LEAST = 0.1
"""Seconds that one's next line waits at least, unless the script leaves less."""

TAIL = 1.0
"""Seconds of line after the last word."""

SLOWEST, FASTEST = 1.35, 0.62
"""How far a voice may be stretched: beyond this it does not sound like somebody who talks."""

KEPT = 0.08
"""A line that was spoken within this share of its length has kept the script's pace."""

HELD = {"stop_talking": 40.0, "make_ask": 20.0}
"""Cues that become right so many seconds after something, whatever is said in them (seconds)."""

VOICEMAIL = 25.0
"""The same for `stop_talking` where a voicemail is left."""

Say = Callable[[str, str, float], Spoken]
"""Speak a text, for a track, stretched by a factor."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a script says: track, start and end (seconds), text."""

    track: str
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with its sound (8 kHz) and where that begins; `ends` are its words' ends, seconds from there."""

    line: Line
    pcm: Pcm
    start: float
    ends: tuple[float, ...]

    @property
    def end(self) -> float:
        """Where the sound ends (seconds)."""
        return self.start + len(self.pcm) / RATE

    @property
    def faithful(self) -> bool:
        """Tell whether it has the length that the script gives it."""
        length = self.line.end - self.line.start
        return abs(len(self.pcm) / RATE - length) <= KEPT * length

    def moved(self, at: float) -> float:
        """Where a moment of the script's line is in the sound: with the word in which it lies."""
        line = self.line
        written = [line.start, *(word.end for word in spread(line.text, line.start, line.end))]
        spoken = [self.start, *(self.start + end for end in self.ends[:-1]), self.end]
        return float(np.interp(at, written, spoken))


@dataclass(frozen=True, slots=True)
class SpokenCall:
    """All lines of a call in the order in which they begin."""

    placed: tuple[Placed, ...]

    def moved(self, at: float, track: str = "") -> float:
        """Where a moment of the script is now: with a line of `track` in which it lies, or after the one before it."""
        inside = [one for one in self.placed if one.line.start - 0.02 <= at <= one.line.end + 0.02]
        inside = [one for one in inside if one.line.track == track] or inside
        if inside:
            return round(min(inside, key=lambda one: _from_a_word(one.line, at)).moved(at), 3)
        before = [one for one in self.placed if one.line.end < at]
        if not before:
            return round(at, 3)
        last = max(before, key=lambda one: one.line.end)
        return round(last.end + at - last.line.end, 3)

    def kept_pace(self, track: str, start: float, end: float) -> bool:
        """Tell whether the lines of a track between two moments of the script have their length."""
        lines = (one for one in self.placed if one.line.track == track)
        return all(one.faithful for one in lines if one.line.start < end and one.line.end > start)


def _from_a_word(line: Line, at: float) -> float:
    edges = [line.start, *(word.end for word in spread(line.text, line.start, line.end))]
    return min(abs(edge - at) for edge in edges)


def spoken_call(lines: Sequence[Line], say: Say) -> SpokenCall:
    """Speak a call's lines and put them in their places."""
    placed: list[Placed] = []
    for line in sorted(lines, key=lambda line: line.start):
        if line.text.split():
            pcm, ends = _spoken(line, say)
            placed.append(Placed(line, pcm, _start(line, placed), ends))
    return SpokenCall(tuple(placed))


def _start(line: Line, placed: Sequence[Placed]) -> float:
    if not placed:
        return line.start
    last = max(placed, key=lambda one: one.line.end)
    pause = line.start - last.line.end
    start = last.end + pause if pause >= 0 else last.moved(line.start)
    own = [one for one in placed if one.line.track == line.track]
    return max(start, own[-1].end + min(LEAST, line.start - own[-1].line.end)) if own else start


def _spoken(line: Line, say: Say) -> tuple[Pcm, tuple[float, ...]]:
    pcm, ends = _trimmed(line, say, 1.0)
    stretch = (line.end - line.start) / (len(pcm) / RATE)
    if abs(stretch - 1) > KEPT / 2:
        pcm, ends = _trimmed(line, say, min(SLOWEST, max(FASTEST, stretch)))
    return evened(pcm, LEVELS[line.track]), ends


def _trimmed(line: Line, say: Say, stretch: float) -> tuple[Pcm, tuple[float, ...]]:
    pcm, times = trim(say(line.text, line.track, stretch))
    if not len(pcm):
        raise ValueError(f"a voice made no sound of {line.text!r}")
    if len(times) != len(line.text.split()):
        return pcm, tuple(word.end for word in spread(line.text, 0.0, len(pcm) / RATE))
    return pcm, tuple(end for _, end in times)


def evened(pcm: Pcm, db: float) -> Pcm:
    """The line at `db` dBFS, mean power of the frames in which something is said."""
    levels = np.array([level(pcm[at : at + 160]) for at in range(0, len(pcm), 160)])
    active = 10 * np.log10((10 ** (levels[levels > levels.max() - 25] / 10)).mean())
    return np.clip(np.rint(pcm * 10 ** ((db - active) / 20)), -32_000, 32_000).astype(np.int16)


def tracks_of(call: SpokenCall, seed: int) -> list[Pcm]:
    """Both tracks, rep and prospect, as a telephone line carries them: on line noise, through mu-law."""
    count = round((max(one.end for one in call.placed) + TAIL) * RATE)
    rng = np.random.default_rng(seed)
    tracks: list[Pcm] = []
    for track in TRACKS:
        sound = 32_768 * 10 ** (NOISE / 20) * coloured(rng, count, TILT).astype(np.float64)
        for one in call.placed:
            if one.line.track == track.value:
                first = round(one.start * RATE)
                sound[first : first + len(one.pcm)] += one.pcm
        pcm = np.clip(np.rint(sound), -32_768, 32_767).astype(np.int16)
        tracks.append(g711.decode(g711.encode(pcm, "mulaw"), "mulaw"))
    return tracks


_WHOSE = {"ask_end": "rep", "opener": "rep", "objection": "prospect", "dnc": "prospect"}


def moved_label(label: dict[str, Any], call: SpokenCall, *, voicemail: bool) -> dict[str, Any] | None:
    """A label with its times moved; None when it holds no longer: its cue depends on a pace that was not kept."""
    if label.get("kind") == "slow_down" and not call.kept_pace("rep", label["from"] - 8, label["to"]):
        return None
    track = label.get("track") or label.get("by") or _WHOSE.get(label["label"], "")
    times = {
        name: call.moved(label[name], track) for name in ("start", "end", "at", "from", "to") if name in label
    }
    held = VOICEMAIL if voicemail and label.get("kind") == "stop_talking" else HELD.get(label.get("kind", ""))
    if label["label"] == "cue" and held:
        times["from"] = round(call.moved(label["from"] - held, "rep") + held, 3)
        if times["from"] >= times["to"]:
            return None
    if "to" in times and times["to"] <= times["from"]:
        times["to"] = round(times["from"] + label["to"] - label["from"], 3)
    return {**label, **times}
