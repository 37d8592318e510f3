"""The talk gauge and the record's figures, out of the talk sums and the rep's pace (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Sequence

from media.audio import Word
from media.talk import Talk
from server.call.playbook import Limits
from server.call.text import plain
from server.call.words import class_of
from server.events import Final
from server.events import Talk as Gauge

RECENT, ENOUGH = 30.0, 5.0
"""Seconds back that the gauge's pace looks, and seconds of speech it needs."""

SPELT = 0.25
"""Share of words that are numbers or letters from which somebody spells something out."""


class Pace:
    """The rep's words a minute of speech; pauses between turns do not count."""

    def __init__(self) -> None:
        self._turns: list[tuple[float, float, int]] = []

    def hear(self, final: Final) -> None:
        """Count a turn of the rep's."""
        if final.words:
            self._turns.append((final.start, final.end, len(final.words)))

    def now(self, at: float) -> float:
        """Words a minute lately; 0 while there is too little speech to tell."""
        recent = [(end - start, words) for start, end, words in self._turns[-12:] if end > at - RECENT]
        spoken = sum(length for length, _ in recent)
        return 60 * sum(words for _, words in recent) / spoken if spoken >= ENOUGH else 0.0

    @property
    def whole(self) -> float:
        """Words a minute over the whole call."""
        spoken = sum(end - start for start, end, _ in self._turns)
        return 60 * sum(words for _, _, words in self._turns) / spoken if spoken else 0.0

    def too_fast(self, words: Sequence[Word], limits: Limits) -> str | None:
        """Say how fast a turn's newest words came, if too fast for `pace_for` s; spelling out numbers is no haste."""
        if not words:
            return None
        end = words[-1].end
        recent = [word for word in words if word.start >= end - 1.5 * limits.pace_for]
        spoken = end - recent[0].start
        if spoken < limits.pace_for or sum(map(_spelt, recent)) > SPELT * len(recent):
            return None
        pace = 60 * len(recent) / spoken
        return f"{pace:.0f} words a minute for {spoken:.0f} s" if pace > limits.pace_wpm else None


def _spelt(word: Word) -> bool:
    """Tell whether a word is a number or a letter that is spelt out."""
    text = plain(word.text)
    return class_of(text) == "<number>" or text == "oh" or (len(text) == 1 and text not in "ai")


def gauge_of(at: float, talk: Talk, pace: Pace) -> Gauge:
    """The gauge as the page shows it at a moment (media seconds)."""
    f = talk.figures(at)
    return Gauge(
        at=at,
        talk_share=round(f.talk_share, 3),
        air_share=round(f.air_share, 3),
        rep_s=round(f.rep_s, 2),
        prospect_s=round(f.prospect_s, 2),
        overlap_s=round(f.overlap_s, 2),
        monologue_s=round(f.monologue_s, 1),
        silence_s=round(f.silence_s, 1),
        interruptions=f.interruptions,
        pace_wpm=round(pace.now(at)),
        patience_s=round(f.patience_s, 2),
        speaking=tuple(track.value for track in f.speaking),
    )


def figures_of(at: float, talk: Talk, pace: Pace) -> dict[str, float]:
    """A whole call's figures, for its record."""
    f = talk.figures(at)
    return {
        "rep_s": round(f.rep_s, 2),
        "prospect_s": round(f.prospect_s, 2),
        "overlap_s": round(f.overlap_s, 2),
        "talk_share": round(f.talk_share, 4),
        "air_share": round(f.air_share, 4),
        "longest_monologue_s": round(talk.longest_monologue, 1),
        "interruptions": f.interruptions,
        "pace_wpm": round(pace.whole),
        "patience_s": round(f.patience_s, 2),
    }
