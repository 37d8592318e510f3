"""Who spoke how much, on spans whose answer can be counted on paper."""

from __future__ import annotations

import pytest

from media.audio import Track
from media.talk import Talk, talk_of

REP, PROSPECT = Track.REP, Track.PROSPECT


def after(*spans: tuple[Track, float, float], until: float) -> Talk:
    return talk_of(spans, until)


def test_shares_and_overlap() -> None:
    f = after((REP, 0.0, 4.0), (PROSPECT, 3.0, 6.0), until=10).figures(10.0)
    assert (f.rep_s, f.prospect_s, f.overlap_s) == (4.0, 3.0, 1.0)
    assert f.talk_share == pytest.approx(4 / 7)
    assert f.air_share == pytest.approx(0.4)


def test_overlap_counts_while_it_goes_on() -> None:
    assert after((REP, 0.0, 9.0), (PROSPECT, 2.0, 9.0), until=5).figures(5.0).overlap_s == pytest.approx(3.0)


def test_nobody_has_spoken() -> None:
    f = Talk().figures(0.0)
    assert (f.talk_share, f.air_share, f.monologue_s, f.patience_s) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("spans", "until", "held"),
    [
        ([(REP, 1.0, 9.0)], 8.0, 7.0),
        ([(REP, 1.0, 4.0), (REP, 5.0, 9.0)], 8.0, 7.0),  # own pauses count
        ([(REP, 1.0, 9.0), (PROSPECT, 5.0, 5.4)], 8.0, 7.0),  # a back-channel does not break it
        ([(REP, 1.0, 4.0), (PROSPECT, 4.2, 6.0), (REP, 6.2, 9.0)], 8.0, 1.8),
        ([(REP, 1.0, 3.0)], 6.5, 0.0),  # three seconds of silence give it up
    ],
)
def test_the_floor(spans: list[tuple[Track, float, float]], until: float, held: float) -> None:
    assert after(*spans, until=until).monologue(until) == pytest.approx(held, abs=0.11)


@pytest.mark.parametrize(
    ("spans", "count"),
    [
        ([(PROSPECT, 0.0, 4.0), (REP, 2.0, 5.0)], 1),
        ([(PROSPECT, 0.0, 4.0), (REP, 2.0, 2.4)], 0),  # a back-channel
        ([(PROSPECT, 0.0, 4.0), (REP, 0.2, 3.0)], 0),  # both began at once
        ([(PROSPECT, 0.0, 2.0), (REP, 1.9, 5.0)], 0),  # at the end of their sentence
        ([(PROSPECT, 0.0, 2.0), (REP, 2.5, 5.0)], 0),
        ([(PROSPECT, 0.0, 4.0), (REP, 2.0, 5.0), (PROSPECT, 5.5, 9.0), (REP, 7.0, 9.5)], 2),
    ],
)
def test_interruptions(spans: list[tuple[Track, float, float]], count: int) -> None:
    assert after(*spans, until=12).figures(12.0).interruptions == count


def test_patience_is_the_median_gap_before_the_rep_answers() -> None:
    once = after((PROSPECT, 0.0, 2.0), (REP, 2.5, 3.0), until=8)
    assert once.figures(8.0).patience_s == pytest.approx(0.5)
    spans = ((PROSPECT, 0.0, 2.0), (REP, 2.5, 3.0), (PROSPECT, 4.0, 5.0), (REP, 5.7, 7.0), (PROSPECT, 8, 9))
    assert after(*spans, (REP, 18.0, 19.0), until=20).figures(20.0).patience_s == pytest.approx(0.7)


def test_silence_counts_from_the_last_word() -> None:
    talk = after((REP, 0.0, 2.0), (PROSPECT, 2.5, 3.0), until=5)
    assert talk.silence(5.0) == pytest.approx(2.0)
    assert after((REP, 0.0, 9.0), until=5).silence(5.0) == 0.0
