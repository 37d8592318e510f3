"""What any carrier's media stream says, as frozen values, and how its sound becomes samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from media import g711
from media.audio import RATE, Pcm, Track
from media.resample import Resampler

Encoding = Literal["mulaw", "alaw", "l16"]


@dataclass(frozen=True, slots=True)
class Started:
    """The stream began; what it carries and who it says it is (nothing of it is proven yet)."""

    stream_id: str
    call_id: str
    """The carrier's own id of the call."""
    account_id: str
    tracks: tuple[str, ...]
    """As announced; empty when the carrier did not say."""
    encoding: Encoding
    rate: int
    """Samples a second."""
    parameters: dict[str, str] = field(default_factory=dict)
    """What we asked the carrier to hand back, the token among it."""
    channels: int = 1

    def __post_init__(self) -> None:
        if not self.stream_id or self.rate <= 0 or self.channels <= 0:
            raise ValueError(f"not a stream: {self.stream_id!r}, {self.rate} Hz, {self.channels} channels")


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of one track as it was on the wire. `at_ms` is the carrier's time since the stream began."""

    track: str
    at_ms: int
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The carrier says that the stream has ended."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key was pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What we asked to be played has been played up to here."""

    name: str


@dataclass(frozen=True, slots=True)
class Odd:
    """Something against the protocol: counted by kind, logged once, never obeyed."""

    kind: str
    detail: str = ""


Wire = Started | Sound | Stopped | Dtmf | Mark | Odd


class Decoder:
    """Turns one stream's payloads into samples at 8 kHz, with the state that a change of rate needs."""

    def __init__(self, started: Started) -> None:
        self._encoding = started.encoding
        self._channels = started.channels
        self._rate = started.rate
        self._resamplers: dict[str, Resampler] = {}

    def decode(self, sound: Sound) -> tuple[int, Pcm]:
        """Return the place of the first sample in the stream (samples at 8 kHz) and the samples."""
        return sound.at_ms * RATE // 1_000, self._at_8k(sound.track, self._linear(sound.payload))

    def _linear(self, payload: bytes) -> Pcm:
        if self._encoding == "l16":
            pcm = np.frombuffer(payload, "<i2", count=len(payload) // 2)
        else:
            pcm = g711.decode(payload, self._encoding)
        if self._channels > 1:
            whole = len(pcm) // self._channels * self._channels
            pcm = pcm[:whole].reshape(-1, self._channels).mean(axis=1).astype(np.int16)
        return pcm

    def _at_8k(self, track: str, pcm: Pcm) -> Pcm:
        if self._rate == RATE:
            return pcm
        resampler = self._resamplers.get(track)
        if resampler is None:
            resampler = self._resamplers[track] = Resampler(self._rate, RATE)
        return resampler.feed(pcm)


def party(track: str, rep_track: str) -> Track | None:
    """Whose sound a carrier's track is, when the rep is on `rep_track`; None for a track that is neither's.

    Carriers name tracks from their own side of one leg, so who is who is a property of the call
    (https://www.twilio.com/docs/voice/twiml/stream#attributes-track), never of the word "inbound".
    """
    if track not in ("inbound", "outbound"):
        return None
    return Track.REP if track == rep_track else Track.PROSPECT
