"""What the listener heard, as events, with times in milliseconds, so that a stored log folds to the same bits."""

from __future__ import annotations

from dataclasses import replace

from media.audio import RATE, Track, Word
from media.heard import SpeechStart, SpeechStop, Words
from server.events import Final, Partial, SpeechStarted, SpeechStopped, TrackName


def _ms(samples: int) -> float:
    return round(samples / RATE, 3)


def events_of(
    heard: SpeechStart | SpeechStop | Words, at: float
) -> SpeechStarted | SpeechStopped | Partial | Final:
    """Make the event of something heard, known at media second `at`."""
    at, turn = round(at, 3), heard.turn
    track: TrackName = "rep" if heard.track is Track.REP else "prospect"
    if isinstance(heard, SpeechStart):
        return SpeechStarted(at=at, track=track, turn=turn, start=_ms(heard.start))
    if isinstance(heard, SpeechStop):
        return SpeechStopped(at=at, track=track, turn=turn, start=_ms(heard.start), end=_ms(heard.end))
    words = tuple(rounded(word) for word in heard.words)
    start, end = _ms(heard.start), _ms(heard.end)
    if heard.final:
        return Final(at=at, track=track, turn=turn, start=start, end=end, words=words)
    return Partial(at=at, track=track, turn=turn, start=start, end=end, words=words, agreed=heard.agreed)


def rounded(word: Word) -> Word:
    """A word with its times and probability to three decimals."""
    return replace(word, start=round(word.start, 3), end=round(word.end, 3), p=round(word.p, 3))
