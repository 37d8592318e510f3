"""Long numbers leave no trace; amounts, years and times stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.call.redact import HIDDEN, hidden

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize(
    "text",
    [
        "It's 4111 1111 1111 1111, thanks.",
        "It's 4111-1111-1111-1111, thanks.",
        "It's four one one one double one three oh two, thanks.",
        "It's forty one eleven twenty-two ninety six five, thanks.",
        "It's DE89 3704 0044 0532 0130 00, thanks.",
        "It's 12345678, thanks.",
        "It's 4111 - 1111 - 1111 - 1111, thanks.",
        "It's four one one one, um, one one and then one one, thanks.",
        "It's (555) 010-9987, thanks.",
    ],
)
def test_cards_accounts_and_telephones_are_hidden(text: str) -> None:
    (shown,) = hidden([text])
    assert shown.replace(",", "") == f"It's {HIDDEN} thanks."


@pytest.mark.parametrize(
    "text",
    [
        "We pay $45,000 a year for 120 seats.",
        "12,000,000 dollars in 2026.",
        "Thursday the twenty sixth at two thirty, for fifteen minutes.",
        "One or two of the three.",
        "No. Double check that.",
    ],
)
def test_amounts_dates_and_times_stay(text: str) -> None:
    assert hidden([text]) == [text]


def test_a_number_that_goes_on_in_the_next_sentence_is_one_number() -> None:
    assert hidden(["4111.", "1111.", "And Thursday at two."]) == [HIDDEN, HIDDEN, "And Thursday at two."]


@given(st.text("0123456789", min_size=8, max_size=19), st.booleans(), st.integers(1, 5))
def test_no_long_number_gets_through_however_it_is_read_out(number: str, spoken: bool, group: int) -> None:
    parts = [number[place : place + group] for place in range(0, len(number), group)]
    said = " ".join(" ".join(ONES[int(one)] for one in part) for part in parts) if spoken else " ".join(parts)
    assert hidden([f"my account is {said} okay"]) == [f"my account is {HIDDEN} okay"]
