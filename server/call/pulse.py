"""How well a call is heard, from what its shell saw. Loop times (seconds) come in as arguments."""

from __future__ import annotations

from typing import Literal

from server.events import Health

State = Literal["live", "no_audio", "captions_delayed", "captions_later"]

NO_AUDIO = 2.0
"""Seconds without a frame after which the page says so."""

DELAYED = 3.0
"""Seconds from sound to words beyond which captions count as delayed."""

EVERY = 5.0
"""Seconds between two health events when nothing changes."""


class Pulse:
    """Counts, and decides when there is something to say."""

    def __init__(self) -> None:
        self.oddities: dict[str, int] = {}
        self._frames = 0
        self._last_frame = self._said_at = -1e9
        self._delay = 0.0
        self._said: tuple[object, ...] = ()

    def frame(self, now: float) -> None:
        """Count a frame that came at `now`."""
        self._frames += 1
        self._last_frame = now

    def words(self, delay: float) -> None:
        """Note how long (media seconds) the newest words took."""
        self._delay = delay

    def odd(self, kind: str) -> bool:
        """Count a break of the protocol; True for the first of its kind, which is the one to log."""
        self.oddities[kind] = self.oddities.get(kind, 0) + 1
        return self.oddities[kind] == 1

    def read(
        self, now: float, at: float, lost: int, wait: float, level: int, *, later: bool = False
    ) -> Health | None:
        """Say how it is, when the state or a count changed or nothing was said for a while.

        `lost` is in samples at 8 kHz, `wait` the scheduler's queue wait in seconds; `later` when words that were said
        come only after the call.
        """
        if not self._frames:
            self._last_frame = max(self._last_frame, now) if self._last_frame < 0 else self._last_frame
        state: State = "live"
        if now - self._last_frame > NO_AUDIO:
            state = "no_audio"
        elif later:
            state = "captions_later"
        elif level > 0 or max(wait, self._delay) > DELAYED:
            state = "captions_delayed"
        key = (state, level, sum(self.oddities.values()))
        if key == self._said and now - self._said_at < EVERY:
            return None
        self._said, self._said_at = key, now
        return self._health(at, state, lost, level)

    def close(self, at: float, lost: int) -> Health | None:
        """Say at the end of a call what was counted since the last reading."""
        told = self._said[2] if self._said else 0
        return self._health(at, "live", lost, 0) if sum(self.oddities.values()) != told else None

    def _health(self, at: float, state: State, lost: int, level: int) -> Health:
        return Health(
            at=at,
            state=state,
            frames=self._frames,
            lost=lost // 8,
            delay_s=round(self._delay, 3),
            level=level,
            oddities=dict(self.oddities),
        )
