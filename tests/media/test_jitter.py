"""Order, gaps, duplicates: whatever arrives, one unbroken track leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.audio import FRAME, Frame, Pcm, Track, samples
from media.jitter import Jitter


def sound(start: int, count: int = FRAME) -> Pcm:
    """Samples that tell their own place; never zero, so that silence is known as such."""
    return (np.arange(start, start + count) % 30_000 + 1).astype(np.int16)


def play(jitter: Jitter, *starts: int, count: int = FRAME) -> list[Frame]:
    frames = [frame for start in starts for frame in jitter.add(start, sound(start, count))]
    return frames + jitter.flush()


def whole(frames: list[Frame]) -> Pcm:
    end = 0
    for frame in frames:
        assert frame.start == end, "a hole or an overlap"
        assert len(frame.pcm)
        end = frame.end
    return np.concatenate([frame.pcm for frame in frames] or [np.zeros(0, np.int16)])


def test_frames_in_order_pass_at_once() -> None:
    jitter = Jitter(Track.REP)
    for number in range(5):
        (frame,) = jitter.add(number * FRAME, sound(number * FRAME))
        assert (frame.track, frame.start) == (Track.REP, number * FRAME)
    assert (jitter.lost, jitter.late, jitter.duplicate, jitter.ignored) == (0, 0, 0, 0)


def test_a_swapped_pair_is_put_right() -> None:
    jitter = Jitter(Track.REP)
    assert np.array_equal(whole(play(jitter, 0, 320, 160, 480)), sound(0, 640))
    assert (jitter.lost, jitter.late, jitter.duplicate) == (0, 0, 0)


def test_a_swapped_pair_of_long_frames_is_put_right() -> None:
    jitter = Jitter(Track.REP)
    assert np.array_equal(whole(play(jitter, 0, 1_600, 800, 2_400, count=800)), sound(0, 3_200))


def test_a_frame_that_comes_twice_is_counted_once() -> None:
    jitter = Jitter(Track.REP)
    assert np.array_equal(whole(play(jitter, 0, 160, 160, 320)), sound(0, 480))
    assert (jitter.duplicate, jitter.late, jitter.lost) == (1, 0, 0)


def test_a_waiting_frame_that_comes_twice_is_counted_once() -> None:
    jitter = Jitter(Track.REP)
    assert np.array_equal(whole(play(jitter, 0, 320, 320, 160)), sound(0, 480))
    assert jitter.duplicate == 1


def test_a_lost_frame_becomes_silence_once_the_depth_has_passed() -> None:
    jitter = Jitter(Track.REP)
    assert len(jitter.add(0, sound(0))) == 1
    assert jitter.add(320, sound(320)) == []
    assert jitter.add(480, sound(480)) == []
    assert [frame.start for frame in jitter.add(640, sound(640))] == [160, 320, 480, 640]
    assert jitter.lost == FRAME


def test_a_late_frame_is_dropped_and_counted() -> None:
    jitter = Jitter(Track.REP)
    pcm = whole(play(jitter, 0, 320, 480, 640, 160, 800))
    assert not pcm[160:320].any()
    assert len(pcm) == 960
    assert (jitter.late, jitter.duplicate, jitter.lost) == (1, 0, FRAME)


def test_a_gap_of_ten_seconds_is_filled_in_frames() -> None:
    jitter = Jitter(Track.REP)
    back = samples(10)
    frames = play(jitter, 0, back, back + FRAME)
    assert not whole(frames)[FRAME:back].any()
    assert max(len(frame.pcm) for frame in frames) == FRAME
    assert jitter.lost == back - FRAME


def test_a_track_that_begins_later_is_silent_from_the_calls_zero() -> None:
    jitter = Jitter(Track.PROSPECT)
    pcm = whole(play(jitter, 4_000, 4_160))
    assert len(pcm) == 4_320
    assert not pcm[:4_000].any()


def test_overlapping_payloads_are_trimmed() -> None:
    jitter = Jitter(Track.REP)
    frames = jitter.add(0, sound(0, 800)) + jitter.add(400, sound(400, 800))
    assert np.array_equal(whole(frames), sound(0, 1_200))


def test_rounded_timestamps_make_no_holes() -> None:
    jitter = Jitter(Track.REP)
    pcm = whole(play(jitter, 0, 168, 312, 480))
    assert len(pcm) == 640
    assert jitter.lost == 0


def test_a_clock_that_jumps_back_goes_on_where_it_was() -> None:
    jitter = Jitter(Track.REP)
    pcm = whole(play(jitter, *range(0, 32_000, FRAME), *range(0, 8_000, FRAME)))
    assert np.array_equal(pcm[32_000:], sound(0, 8_000))
    assert (jitter.lost, jitter.ignored) == (0, 0)


def test_one_wild_timestamp_is_ignored() -> None:
    jitter = Jitter(Track.REP)
    pcm = whole(play(jitter, 0, 10**12, 160, -(10**9), 320))
    assert np.array_equal(pcm, sound(0, 480))
    assert jitter.ignored == 2


def test_a_clock_that_jumps_far_ahead_costs_the_longest_gap() -> None:
    jitter = Jitter(Track.REP, longest_gap=samples(2))
    far = 10**9
    pcm = whole(play(jitter, 0, *range(far, far + 1_600, FRAME)))
    assert len(pcm) == FRAME + samples(2) + 1_600
    assert jitter.lost == samples(2)


def test_a_stream_that_counts_from_an_epoch_starts_at_zero() -> None:
    jitter = Jitter(Track.REP)
    pcm = whole(play(jitter, *range(10**9, 10**9 + 1_600, FRAME)))
    assert np.array_equal(pcm, sound(10**9, 1_600))


def test_a_silent_track_is_caught_up() -> None:
    jitter = Jitter(Track.PROSPECT)
    frames = jitter.add(0, sound(0)) + jitter.add(480, sound(480)) + jitter.catch_up(1_000)
    pcm = whole(frames)
    assert len(pcm) == 1_000
    assert np.array_equal(pcm[480:640], sound(480))
    assert jitter.catch_up(500) == []


def test_an_empty_payload_is_nothing() -> None:
    jitter = Jitter(Track.REP)
    assert jitter.add(0, sound(0, 0)) == []
    assert jitter.flush() == []


PIECES = st.tuples(st.integers(-4_000, 20_000) | st.integers(-(10**15), 10**15), st.integers(0, 900))


@settings(deadline=None)  # a busy machine is no bug
@given(pieces=st.lists(PIECES, max_size=60), catch_up=st.integers(0, 20_000))
def test_whatever_arrives_the_track_is_contiguous(pieces: list[tuple[int, int]], catch_up: int) -> None:
    jitter = Jitter(Track.REP, longest_gap=samples(1))
    frames = [frame for start, count in pieces for frame in jitter.add(start, sound(start, count))]
    frames += jitter.catch_up(catch_up) + jitter.flush()
    pcm = whole(frames)
    assert len(pcm) == jitter.end
    assert np.count_nonzero(pcm == 0) == jitter.lost


@settings(deadline=None)  # a busy machine is no bug
@given(order=st.permutations(range(6)), count=st.sampled_from([80, 160, 240]))
def test_any_order_within_the_depth_is_put_right(order: list[int], count: int) -> None:
    jitter = Jitter(Track.REP, depth=6 * count)
    assert np.array_equal(whole(play(jitter, *(n * count for n in order), count=count)), sound(0, 6 * count))


@pytest.mark.parametrize("count", [40, 80, 160, 240, 800, 1_600])
def test_any_packet_length_is_taken(count: int) -> None:
    jitter = Jitter(Track.REP)
    pcm = whole(play(jitter, *range(0, 16_000, count), count=count))
    assert np.array_equal(pcm[:16_000], sound(0, 16_000))
