"""When nobody is asked any more, and when somebody is again."""

from __future__ import annotations

from server.call.breaker import Breaker


def test_it_opens_after_failures_in_a_row_and_rests() -> None:
    breaker = Breaker(3, 60)
    assert [breaker.bad(1), breaker.bad(2)] == [False, False]
    assert not breaker.rests(2)
    assert breaker.bad(3)
    assert breaker.rests(3)
    assert breaker.rests(62.9)
    assert not breaker.rests(63)


def test_a_good_answer_starts_the_count_anew() -> None:
    breaker = Breaker(2, 60)
    breaker.bad(1)
    breaker.good()
    assert not breaker.bad(2)


def test_after_the_rest_one_more_failure_is_enough() -> None:
    breaker = Breaker(3, 60)
    for at in (1, 2, 3):
        breaker.bad(at)
    assert breaker.bad(70)
    assert breaker.rests(129)


def test_answers_that_were_still_awaited_do_not_prolong_the_rest() -> None:
    breaker = Breaker(1, 60)
    breaker.bad(1)
    assert not breaker.bad(50)
    assert not breaker.rests(61)
