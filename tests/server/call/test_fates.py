"""What became of cues, from hand-made logs."""

from __future__ import annotations

from typing import Any

import pytest

from server.call.fates import Trace, shown_of
from server.envelope import Envelope
from server.events import Cue, Event, Evidence, Order


def cue(kind: str, phase: str, at: float, **more: Any) -> Cue:
    given = {"text": "Make the ask", "why": "It is time.", "since": at - 1, "heard": at - 0.2, **more}
    return Cue(at=at, kind=kind, phase=phase, **given)  # type: ignore[arg-type]


def order(action: str, target: str, at: float) -> Order:
    return Order(at=at, action=action, target=target)  # type: ignore[arg-type]


def fates(*events: Event) -> list[tuple[str, str, float | None]]:
    log = [Envelope("c", number, event) for number, event in enumerate(events, 1)]
    return [(one.kind, one.fate, one.fate_at) for one in shown_of(log)]


@pytest.mark.parametrize("fate", ["followed", "dismissed", "expired", "wrong"])
def test_what_became_of_a_cue(fate: str) -> None:
    assert fates(
        cue("make_ask", "raised", 20.0),
        cue("stop_talking", "raised", 30.0),
        cue("make_ask", fate, 33.0),
        cue("make_ask", "raised", 50.0),
    ) == [("make_ask", fate, 33.0), ("stop_talking", "shown", None), ("make_ask", "shown", None)]


def test_an_end_or_an_order_without_its_cue_is_passed_over() -> None:
    assert fates(cue("make_ask", "expired", 20.0), order("see_cue", "make_ask", 20.1)) == []


def test_a_cue_keeps_what_it_carried() -> None:
    proof = Evidence(track="rep", start=8.0, end=9.0, text="Just checking in.")
    raised = cue("card", "raised", 10.0, objection="price", evidence=proof)
    [shown] = shown_of([Envelope("c", 7, raised)])
    assert (shown.number, shown.why, shown.objection, shown.evidence) == (7, "It is time.", "price", proof)
    assert shown.trace == Trace(sound=9.0, heard=9.8, rule=10.0)


def test_the_trace_ends_where_the_page_says_so_first_while_the_cue_is_on() -> None:
    def page(*events: Event) -> list[float | None]:
        log = [Envelope("c", number, event) for number, event in enumerate(events, 1)]
        return [one.trace.page for one in shown_of(log)]

    raised, over = cue("make_ask", "raised", 10.0), cue("make_ask", "expired", 16.0)
    seen, again = order("see_cue", "make_ask", 10.1), order("see_cue", "make_ask", 12.0)
    assert page(raised, seen, again, over) == [10.1]
    assert page(raised, over, seen) == [None]
    assert page(raised, order("see_cue", "book_it", 10.1)) == [None]
    assert page(raised, seen, over, cue("make_ask", "raised", 50.0)) == [10.1, None]


def test_a_press_just_after_the_end_still_marks_the_cue_wrong() -> None:
    log = (cue("card", "raised", 10.0), cue("card", "expired", 30.0), order("mark_wrong", "card", 30.2))
    assert fates(*log) == [("card", "wrong", 30.2)]
    assert fates(*log, cue("card", "expired", 31.0)) == [("card", "wrong", 30.2)]


def test_the_legs_of_a_trace() -> None:
    whole = Trace(sound=31.2, heard=31.8, rule=31.8, page=31.9)
    assert (whole.heard_s, whole.rule_s) == (pytest.approx(0.6), 0.0)
    assert (whole.page_s, whole.total_s) == (pytest.approx(0.1), pytest.approx(0.7))
    unseen = Trace(sound=31.2, heard=31.8, rule=32.0)
    assert (unseen.page_s, unseen.total_s) == (None, None)


def test_logs_from_before_the_words_were_timed() -> None:
    [shown] = shown_of([Envelope("c", 1, cue("make_ask", "raised", 10.0, heard=0.0))])
    assert (shown.trace.heard_s, shown.trace.rule_s) == (1.0, 0.0)
