"""Change of rate: right tones, nothing above the new Nyquist rate, the same in pieces as at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.audio import Pcm
from media.resample import Resampler, upsample

RATES = [(8_000, 16_000), (16_000, 8_000), (8_000, 48_000), (48_000, 8_000), (24_000, 8_000), (44_100, 8_000)]


def tone(hz: float, rate: int, seconds: float = 0.5) -> Pcm:
    return np.rint(8_000 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


def at_once(pcm: Pcm, source: int, target: int) -> Pcm:
    resampler = Resampler(source, target)
    return np.concatenate((resampler.feed(pcm), resampler.flush()))


@pytest.mark.parametrize(("source", "target"), RATES)
def test_a_tone_keeps_pitch_level_and_place(source: int, target: int) -> None:
    made = at_once(tone(1_000, source), source, target)
    wanted = tone(1_000, target)
    assert len(made) == len(wanted)
    edge = target // 50
    assert np.abs(made.astype(int) - wanted)[edge:-edge].max() <= 2


@pytest.mark.parametrize("source", [16_000, 44_100, 48_000])
def test_what_the_new_rate_cannot_hold_is_gone(source: int) -> None:
    made = at_once(tone(4_600, source), source, 8_000)
    assert np.abs(made[200:-200]).max() < 8  # 60 dB below the 8,000 that went in


@settings(deadline=None)  # a busy machine is no bug
@given(cuts=st.lists(st.integers(0, 400), max_size=40), pair=st.sampled_from(RATES))
def test_pieces_give_the_same_as_all_at_once(cuts: list[int], pair: tuple[int, int]) -> None:
    source, target = pair
    pcm = np.random.default_rng(1).integers(-20_000, 20_000, sum(cuts)).astype(np.int16)
    resampler = Resampler(source, target)
    pieces = [resampler.feed(piece) for piece in np.split(pcm, np.cumsum(cuts))] + [resampler.flush()]
    assert np.array_equal(np.concatenate(pieces), at_once(pcm, source, target))


@pytest.mark.parametrize(("source", "target"), RATES)
def test_small_chunks_are_never_empty_for_ever(source: int, target: int) -> None:
    resampler = Resampler(source, target)
    made = [len(resampler.feed(np.zeros(source // 50, np.int16))) for _ in range(50)]
    assert sum(made) > target * 0.99
    assert all(made[2:])


def test_equal_rates_pass_through_and_flush_nothing() -> None:
    pcm = tone(440, 8_000)
    resampler = Resampler(8_000, 8_000)
    assert np.array_equal(resampler.feed(pcm), pcm)
    assert not len(resampler.flush())


def test_a_flushed_stream_starts_afresh() -> None:
    pcm = tone(440, 16_000)
    resampler = Resampler(16_000, 8_000)
    first = np.concatenate((resampler.feed(pcm), resampler.flush()))
    again = np.concatenate((resampler.feed(pcm), resampler.flush()))
    assert np.array_equal(first, again)


def test_a_rate_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot resample"):
        Resampler(0, 8_000)


def test_upsample_doubles_keeps_the_samples_and_fills_between() -> None:
    pcm = tone(1_000, 8_000)
    made = upsample(pcm)
    assert made.dtype == np.float32
    assert len(made) == 2 * len(pcm)
    assert np.array_equal(made[0::2], pcm.astype(np.float32) / 32_768)
    wanted = 8_000 / 32_768 * np.sin(2 * np.pi * 1_000 * np.arange(len(made)) / 16_000)
    assert np.abs(made - wanted)[100:-100].max() < 1e-3


@pytest.mark.parametrize("count", [0, 1, 2, 33])
def test_upsample_takes_any_length(count: int) -> None:
    assert len(upsample(np.full(count, 32_767, np.int16))) == 2 * count


def test_upsample_never_leaves_the_range() -> None:
    square = np.where(np.arange(800) // 3 % 2, 32_767, -32_768).astype(np.int16)
    assert np.abs(upsample(square)).max() <= 1.0
