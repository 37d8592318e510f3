"""The overload ladder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.audio import Look
from media.ladder import APART, CLIMB, HALF, Level, Load, level_of, refused

levels = st.sampled_from(list(Level))
waits = st.floats(0, 30)


def test_every_step_has_its_wait() -> None:
    assert [level_of(limit + 0.01, Level.FULL) for limit in CLIMB] == list(Level)[1:]
    assert level_of(CLIMB[0], Level.FULL) is Level.FULL


def test_a_step_is_left_later_than_it_was_taken() -> None:
    assert level_of(CLIMB[2] * 0.9, Level.FINALS) is Level.FINALS
    assert level_of(CLIMB[2] * 0.4, Level.FINALS) < Level.FINALS
    assert level_of(0.0, Level.SPOOLED) is Level.FULL


@given(levels, waits, waits)
def test_more_waiting_never_means_a_lower_step(before: Level, one: float, other: float) -> None:
    assert level_of(min(one, other), before) <= level_of(max(one, other), before)


@given(levels, waits)
def test_an_unchanged_wait_moves_nothing(before: Level, wait: float) -> None:
    now = level_of(wait, before)
    assert level_of(wait, now) == now


@pytest.mark.parametrize("level", list(Level))
def test_what_is_owed_is_refused_only_to_be_caught_up(level: Level) -> None:
    assert refused(Look.FINAL, level, watched=False, new=0) == (level is Level.SPOOLED)
    assert not refused(Look.LATE, level, watched=False, new=0)


@given(st.sampled_from(list(Look)), st.booleans(), st.integers(0, 10 * APART))
def test_a_higher_step_gives_nothing_back(look: Look, watched: bool, new: int) -> None:
    given_up = [refused(look, level, watched=watched, new=new) for level in Level]
    assert given_up == sorted(given_up)


def test_partials_slow_down_then_stop() -> None:
    def partial(level: Level, watched: bool, new: int) -> bool:
        return not refused(Look.PARTIAL, level, watched=watched, new=new)

    assert partial(Level.FULL, False, 0)
    assert partial(Level.SLOWER, False, APART)
    assert not partial(Level.SLOWER, True, APART - 1)
    assert partial(Level.WATCHED, True, APART)
    assert not partial(Level.WATCHED, True, APART - 1)
    assert not partial(Level.WATCHED, False, APART)
    assert not partial(Level.FINALS, True, APART)


class TestLoad:
    """The moving average that the ladder is climbed by."""

    def test_one_long_wait_is_no_load_and_many_are(self) -> None:
        load = Load()
        load.served(1.0)
        assert load.see(0.0, 10.0) is Level.FULL
        for _ in range(20):
            load.served(1.2)
        assert load.see(0.0, 10.0) is Level.WATCHED

    def test_what_waits_now_counts_before_it_is_served(self) -> None:
        assert Load().see(CLIMB[2] + 0.1, 10.0) is Level.FINALS

    def test_while_nobody_waits_load_fades_with_time_and_not_with_looks(self) -> None:
        load = Load(wait=8.0)
        for _ in range(50):
            load.see(None, 10.0)
        assert load.wait == 8.0
        load.see(None, 10.0 + HALF)
        assert load.wait == 4.0
        assert load.see(None, 10.0 + 8 * HALF) is Level.FULL

    def test_while_somebody_waits_it_does_not(self) -> None:
        load = Load(wait=8.0)
        load.see(0.1, 10.0)
        load.see(0.1, 20.0)
        assert load.wait == 8.0
