"""Which cue belongs to which label: hand-made cases of every rule."""

from __future__ import annotations

from typing import Any

import pytest

from server.call.labels import RightCue, Trap
from server.call.matching import judged, off, paired, touching
from server.events import Cue


def cue(at: float, kind: Any = "book_it", objection: Any = None) -> Cue:
    return Cue(at=at, kind=kind, text="", objection=objection)


def right(start: float, end: float, kind: str = "book_it", **more: str) -> RightCue:
    return RightCue.model_validate({"label": "cue", "kind": kind, "from": start, "to": end, **more})


def trap(start: float, end: float, kind: str = "book_it", **more: str) -> Trap:
    return Trap.model_validate({"label": "no_cue", "kind": kind, "from": start, "to": end, **more})


def worths(cues: list[Cue], windows: list[RightCue], traps: list[Trap] | None = None) -> list[str]:
    return [one.worth for one in judged(cues, windows, traps or [])]


@pytest.mark.parametrize(
    ("at", "worth"),
    [(9.4, "false"), (9.5, "hit"), (10.0, "hit"), (14.0, "hit"), (14.1, "false")],
)
def test_a_window_has_its_ends(at: float, worth: str) -> None:
    assert worths([cue(at)], [right(10, 14)]) == [worth]


def test_the_second_in_a_window_is_neither() -> None:
    assert worths([cue(10), cue(12), cue(20)], [right(10, 14)]) == ["hit", "again", "false"]


def test_two_windows_take_a_cue_each_and_the_one_that_closes_first_comes_first() -> None:
    windows = [right(10, 20), right(11, 14)]
    found = judged([cue(12), cue(13)], windows, [])
    assert [(one.worth, one.window) for one in found] == [("hit", windows[1]), ("hit", windows[0])]


def test_kinds_are_told_apart() -> None:
    assert worths([cue(12, "name_time")], [right(10, 14)]) == ["false"]


def test_a_card_must_be_that_objection_s() -> None:
    windows = [right(10, 14, "card", objection="price")]
    cards = [cue(11, "card", "timing"), cue(12, "card", "price")]
    assert worths(cards, windows) == ["false", "hit"]


def test_a_trap_for_cards_catches_any_card_and_one_for_an_objection_only_its_own() -> None:
    assert worths([cue(11, "card", "price")], [], [trap(10, 14, "card")]) == ["trap"]
    assert worths([cue(11, "card", "price")], [], [trap(10, 14, "card", objection="timing")]) == ["false"]


def test_of_overlapping_labels_the_narrower_speaks() -> None:
    assert worths([cue(12)], [right(10, 14)], [trap(0, 60)]) == ["hit"]
    assert worths([cue(12)], [right(0, 60)], [trap(10, 14)]) == ["trap"]
    assert worths([cue(12)], [right(10, 14)], [trap(10, 14)]) == ["trap"]


def test_a_trap_has_no_slack() -> None:
    assert worths([cue(9.9)], [], [trap(10, 14)]) == ["false"]


@pytest.mark.parametrize(("at", "says"), [(8.8, "early 1.2 s"), (16.5, "late 2.5 s"), (90.0, "false")])
def test_a_false_cue_says_by_how_much_it_missed(at: float, says: str) -> None:
    assert off(cue(at), [right(10, 14), right(30, 34, "name_time")]) == says


def test_pairs_use_each_once_and_are_as_many_as_can_be() -> None:
    assert paired([1.0, 3.0], [2.9, 4.9], 2.0) == [(0, 0), (1, 1)]
    assert paired([10.0], [9.0, 10.1], 2.0) == [(0, 0)]
    assert paired([5.0, 1.0], [1.5], 2.0) == [(1, 0)]
    assert paired([1.0], [3.1], 2.0) == []
    assert paired([1.0], [3.0], 2.0) == [(0, 0)]


def test_several_may_lie_in_one_span_and_one_meets_only_one() -> None:
    assert touching([(10, 14)], [(10, 11), (12, 14), (20, 21)], 1.5) == ({0}, {2})
    assert touching([(10, 11), (12, 13)], [(10, 13)], 1.5) == ({0}, set())
    assert touching([(10, 11), (12, 13)], [(10, 11), (11, 13)], 1.5) == ({0, 1}, set())
