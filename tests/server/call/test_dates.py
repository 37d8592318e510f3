"""Days and times as people say them. The call is on Monday, 16 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from server.call.dates import When, says_day, when_of

MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        ("can we get your ops lead on for fifteen minutes thursday at two", "2026-11-19", "14:00"),
        ("no need to call back i'll try you thursday at ten", "2026-11-19", "10:00"),
        ("next tuesday at ten thirty", "2026-11-24", "10:30"),
        ("monday works", "2026-11-23", None),
        ("tomorrow at 2 pm", "2026-11-17", "14:00"),
        ("tomorrow morning at nine", "2026-11-17", "09:00"),
        ("in two weeks", "2026-11-30", None),
        ("in ten days", "2026-11-26", None),
        ("december third at half past one", "2026-12-03", "13:30"),
        ("november 12 at noon", "2027-11-12", "12:00"),
        ("on the twentieth", "2026-11-20", None),
        ("the 20th at 9 am", "2026-11-20", "09:00"),
        ("friday four o'clock", "2026-11-20", "16:00"),
        ("today at five", "2026-11-16", "17:00"),
    ],
)
def test_what_was_meant(text: str, day: str | None, time: str | None) -> None:
    assert when_of(text, MONDAY) == When(day, time)


@pytest.mark.parametrize(
    "text",
    [
        "you saw our demo last tuesday",
        "could we set up half an hour next week",
        "it takes us three days to finish",
        "thirty more meetings in the first six months",
        "our prices change in january",
        "since monday nothing works",
        "at twenty people",
        "for fifteen minutes",
        "i have two questions",
        "june thirty fifth",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert when_of(text, MONDAY).date is None


def test_without_a_day_of_the_call_nothing_is_made_up() -> None:
    assert when_of("thursday at two", None) == When(None, "14:00")


@pytest.mark.parametrize("text", ["thursday works", "tomorrow then", "on the twentieth", "in two weeks"])
def test_a_day_is_a_day_whatever_the_date(text: str) -> None:
    assert says_day(text)
    assert when_of(text, None).date is None


def test_a_past_day_is_none_to_meet_on() -> None:
    assert not says_day("you saw our demo last tuesday")
