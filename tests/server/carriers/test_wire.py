"""Wire values and the way from payload to samples."""

from __future__ import annotations

import numpy as np
import pytest

from media import g711
from media.audio import Track
from server.carriers.wire import Decoder, Encoding, Sound, Started, party


def started(encoding: Encoding = "mulaw", rate: int = 8_000, channels: int = 1) -> Started:
    return Started("MZ1", "CA1", "AC1", ("inbound", "outbound"), encoding, rate, {}, channels)


PCM = (1_000 * np.sin(np.arange(1_600) / 5)).astype(np.int16)


@pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
def test_companded_sound_becomes_samples_at_its_place(encoding: Encoding) -> None:
    payload = g711.encode(PCM, encoding)
    start, pcm = Decoder(started(encoding)).decode(Sound("inbound", 25, payload))
    assert start == 200
    assert np.array_equal(pcm, g711.decode(payload, encoding))


def test_linear_sound_is_little_endian() -> None:
    _, pcm = Decoder(started("l16")).decode(Sound("inbound", 0, PCM.astype("<i2").tobytes()))
    assert np.array_equal(pcm, PCM)


def test_an_odd_byte_at_the_end_is_left_out() -> None:
    _, pcm = Decoder(started("l16")).decode(Sound("inbound", 0, b"\x01\x00\x02"))
    assert pcm.tolist() == [1]


def test_a_higher_rate_comes_down_to_8_khz_each_track_for_itself() -> None:
    decoder = Decoder(started("l16", 16_000))
    loud, silence = np.full(3_200, 9_000, "<i2").tobytes(), np.zeros(3_200, "<i2").tobytes()
    made = {"inbound": 0, "outbound": 0}
    for number in range(10):
        for track, payload in (("inbound", loud), ("outbound", silence)):
            start, pcm = decoder.decode(Sound(track, number * 200, payload))
            assert start == number * 1_600
            made[track] += len(pcm)
            assert (track == "inbound") == bool(np.abs(pcm).max() > 1)
    assert all(15_900 < count <= 16_000 for count in made.values())


def test_two_channels_of_one_track_are_mixed() -> None:
    both = np.stack((PCM, -PCM), axis=1).astype("<i2").tobytes()
    _, pcm = Decoder(started("l16", channels=2)).decode(Sound("inbound", 0, both))
    assert len(pcm) == len(PCM)
    assert not pcm.any()


@pytest.mark.parametrize(
    ("track", "rep_track", "whose"),
    [
        ("inbound", "inbound", Track.REP),
        ("outbound", "inbound", Track.PROSPECT),
        ("inbound", "outbound", Track.PROSPECT),
        ("outbound", "outbound", Track.REP),
        ("mixed", "inbound", None),
        ("", "", None),
    ],
)
def test_who_is_who_is_a_property_of_the_call(track: str, rep_track: str, whose: Track | None) -> None:
    assert party(track, rep_track) is whose


@pytest.mark.parametrize(("stream", "rate", "channels"), [("", 8_000, 1), ("MZ", 0, 1), ("MZ", 8_000, 0)])
def test_what_is_no_stream_is_refused(stream: str, rate: int, channels: int) -> None:
    with pytest.raises(ValueError, match="not a stream"):
        Started(stream, "CA1", "AC1", (), "mulaw", rate, {}, channels)


def test_payloads_stay_out_of_logs() -> None:
    assert "secret" not in repr(Sound("inbound", 0, b"secret"))
