"""The talk gauge and the record's figures, out of the talk sums and the rep's pace (docs/metrics.md)."""

from __future__ import annotations

from media.talk import Talk
from server.call.playbook import Limits
from server.events import Final
from server.events import Talk as Gauge

RECENT, ENOUGH = 30.0, 5.0
"""Seconds back that the gauge's pace looks, and seconds of speech it needs."""


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

    def too_fast(self, end: float, limits: Limits) -> str | None:
        """Say how fast the newest turns were, if too fast: as many as make `pace_for` s within three times that."""
        spoken, words = 0.0, 0
        for start, stop, count in reversed(self._turns):
            if start < end - 3 * limits.pace_for:
                break
            spoken, words = spoken + stop - start, words + count
            if spoken >= limits.pace_for:
                break
        if spoken < limits.pace_for or 60 * words / spoken <= limits.pace_wpm:
            return None
        return f"{60 * words / spoken:.0f} words a minute for {spoken:.0f} s"


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
