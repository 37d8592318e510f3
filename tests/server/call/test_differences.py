"""Two runs compared, with differences counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from server.call.differences import Change, Worth, changes_of, difference_of, marks_of, sums_of
from server.events import Ask, Beat, CallEnded, Cue, Event, Evidence

PROOF = Evidence(track="rep", start=8.0, end=10.0, text="Shall we?")
END = CallEnded(at=60.0, reason="hangup", duration=60.0)


def cue(kind: str, at: float, text: str = "Do it", **more: Any) -> Cue:
    return Cue(at=at, kind=kind, text=text, since=at, **more)  # type: ignore[arg-type]


def beat(name: str, phase: str, at: float, since: float) -> Beat:
    return Beat(at=at, beat=name, phase=phase, since=since, budget=15.0)  # type: ignore[arg-type]


def changes(before: Sequence[Event], after: Sequence[Event]) -> list[Change]:
    return changes_of(marks_of(before), marks_of(after))


def said(before: Sequence[Event], after: Sequence[Event]) -> list[tuple[str, str, float, float]]:
    return [(one.what, one.mark.kind, one.mark.at, one.by) for one in changes(before, after)]


def test_the_same_twice_differs_in_nothing() -> None:
    run = [
        cue("make_ask", 20.0),
        Ask(at=25.2, end=25.0, evidence=PROOF),
        beat("ask", "entered", 25.2, 24.0),
        END,
    ]
    assert changes(run, run) == []


def test_gained_lost_and_moved() -> None:
    before = [cue("make_ask", 20.0), cue("stop_talking", 40.0), cue("book_it", 50.0)]
    after = [cue("give_reason", 9.0), cue("make_ask", 17.5), cue("book_it", 50.0)]
    assert said(before, after) == [
        ("gained", "give_reason", 9.0, 0.0),
        ("moved", "make_ask", 17.5, -2.5),
        ("lost", "stop_talking", 40.0, 0.0),
    ]


@pytest.mark.parametrize(
    ("apart", "found"), [(5.0, ["moved"]), (5.1, ["lost", "gained"]), (-5.0, ["moved"]), (-5.1, ["gained", "lost"])]
)  # fmt: skip
def test_what_moved_by_more_than_five_seconds_is_another_one(apart: float, found: list[str]) -> None:
    assert [one.what for one in changes([cue("card", 20.0)], [cue("card", 20.0 + apart)])] == found


def test_the_nearest_are_the_same_and_each_counts_once() -> None:
    before = [cue("slow_down", 10.0), cue("slow_down", 14.0)]
    assert said(before, [cue("slow_down", 13.0)]) == [
        ("lost", "slow_down", 10.0, 0.0),
        ("moved", "slow_down", 13.0, -1.0),
    ]


def test_another_objection_is_another_card() -> None:
    before, after = [cue("card", 10.0, objection="price")], [cue("card", 10.0, objection="timing")]
    assert said(before, after) == [("lost", "card price", 10.0, 0.0), ("gained", "card timing", 10.0, 0.0)]


def test_other_words_at_the_same_place_are_reworded() -> None:
    (one,) = changes([cue("make_ask", 20.0)], [cue("make_ask", 20.0, line="Now")])
    assert (one.what, one.before and one.before.text, one.mark.text) == ("reworded", "Do it", "Do it. Now")


def test_only_a_cue_that_is_raised_counts() -> None:
    assert changes([], [cue("make_ask", 26.0, phase="expired")]) == []


def test_a_beat_that_begins_or_ends_elsewhere_moved() -> None:
    before = [beat("why_now", "entered", 12.0, 10.0), beat("why_now", "left", 30.0, 10.0), END]
    after = [beat("why_now", "entered", 12.0, 10.0), beat("why_now", "left", 33.0, 10.0), END]
    (one,) = changes(before, after)
    assert (one.what, one.by, one.before and one.before.end, one.mark.end) == ("moved", 0.0, 30.0, 33.0)
    reached = [*before, beat("why_now", "reached", 31.0, 10.0), beat("why_now", "overrun", 25.1, 10.0)]
    assert said(before, reached) == [
        ("gained", "why_now overrun", 25.1, 0.0),
        ("gained", "why_now reached", 31.0, 0.0),
    ]


def test_asks() -> None:
    before, after = Ask(at=25.2, end=25.0, evidence=PROOF), Ask(at=25.9, end=25.7, evidence=PROOF)
    assert said([before], [after]) == [("moved", "ask", 25.7, 0.7)]


def test_sums_over_calls() -> None:
    one = difference_of("a", "own", [cue("make_ask", 20.0), cue("book_it", 50.0)], [cue("make_ask", 18.0)])
    other = difference_of("b", "own", [cue("make_ask", 20.0)], [cue("make_ask", 24.0), cue("make_ask", 55.0)])
    ask, book = sums_of([one, other])
    assert (ask.kind, ask.before, ask.after, ask.shift) == ("make_ask", 2, 3, 1.0)
    assert dict(ask.counts) == {"gained": 1, "lost": 0, "moved": 2, "reworded": 0}
    assert (book.kind, book.before, book.after, book.shift, book.hits) == ("book_it", 1, 0, None, None)
    assert [one.kind for one in sums_of([])] == []


def test_with_labels_a_change_is_better_or_worse() -> None:
    """Right at 20 s, false at 40 s: the new run finds the one and drops the other, and adds one that nobody marked."""

    def judge(cues: Sequence[Cue]) -> list[Worth]:
        worth: dict[float, Worth] = {20.0: "hit", 40.0: "false"}
        return [worth.get(one.at, "") for one in cues]

    before = [cue("make_ask", 40.0), END]
    after = [cue("make_ask", 20.0), cue("make_ask", 55.0), END]
    found = difference_of("a", "own", before, after, judge)
    assert [(one.what, one.mark.at, one.better) for one in found.changes] == [
        ("gained", 20.0, 1),
        ("lost", 40.0, 1),
        ("gained", 55.0, 0),
    ]
    (ask,) = sums_of([found])
    assert (ask.hits, ask.false) == (1, -1)
    back = difference_of("a", "own", after, before, judge)
    assert [one.better for one in back.changes] == [-1, -1, 0]
