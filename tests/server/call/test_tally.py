"""Sums and intervals, against values worked out by hand or printed in the literature."""

from __future__ import annotations

import pytest

from server.call.tally import Count, Score, Share, Tally, percentile, spread_of


def test_precision_recall_and_f1() -> None:
    count = Count(right=6, false=2, missed=4)
    assert (count.found, count.wanted) == (Share(6, 8), Share(6, 10))
    assert count.f1 == pytest.approx(12 / 18)
    assert Count().f1 is None
    assert Count(false=1).f1 == 0.0


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    # The first two are in Newcombe 1998, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (10, 10, 0.7225, 1.0)],
)
def test_wilson(good: int, of: int, low: float, high: float) -> None:
    assert Share(good, of).interval == pytest.approx((low, high), abs=5e-5)


def test_nothing_of_nothing_is_unknown() -> None:
    assert Share().value is None
    assert Share().interval is None
    assert Score(()).f1_interval("cue") is None
    assert Score(()).false_interval() is None
    assert percentile((), 0.5) is None


def tallies(*counts: Count) -> Score:
    return Score(tuple(Tally(call=str(n), counts={("cue", "card"): one}) for n, one in enumerate(counts)))


def test_sums_by_kind_and_over_all() -> None:
    one = Tally(call="a", counts={("cue", "card"): Count(1, 0, 2), ("cue", "book_it"): Count(0, 3, 0)},
                times={("cue", "card"): (0.6,)}, outcome=("connect", "dnc"))  # fmt: skip
    two = Tally(call="b", counts={("cue", "card"): Count(2, 1, 0)}, times={("cue", "card"): (0.2, 0.4)},
                outcome=("connect", "dnc"))  # fmt: skip
    score = Score((one, two))
    assert score.count("cue", "card") == Count(3, 1, 2)
    assert score.count("cue") == Count(3, 4, 2)
    assert score.times("cue") == (0.2, 0.4, 0.6)
    assert score.confusion == {("connect", "dnc"): 2}
    assert score.keys == (("cue", "book_it"), ("cue", "card"))


def test_an_interval_of_calls_that_are_alike_has_no_width() -> None:
    assert tallies(*[Count(2, 1, 1)] * 5).f1_interval("cue") == pytest.approx((2 / 3, 2 / 3))


def test_an_interval_holds_its_value_and_is_the_same_each_time() -> None:
    score = tallies(*[Count(3, 0, 0), Count(1, 2, 1), Count(0, 0, 3), Count(2, 1, 0)] * 5)
    f1, interval = score.count("cue").f1, score.f1_interval("cue")
    assert f1 is not None
    assert interval is not None
    assert 0.4 < interval[0] < f1 < interval[1] < 0.95
    assert score.f1_interval("cue") == interval
    false = score.false_interval()
    assert false is not None
    assert false[0] < 0.75 < false[1]


def test_percentiles_and_the_distribution() -> None:
    times = (0.2, 0.4, 0.6, 0.8, 5.0)
    assert percentile(times, 0.5) == 0.6
    assert percentile(times, 0.95) == pytest.approx(4.16)
    assert spread_of(times, (0.4, 1.0)) == (1, 3, 1)
    assert spread_of((), (0.4, 1.0)) == (0, 0, 0)
