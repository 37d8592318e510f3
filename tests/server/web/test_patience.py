"""Waits after wrong passwords, in made-up time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.web.patience import (
    FIRST_WAIT,
    FORGOTTEN,
    FREE,
    FREE_WIDE,
    LONGEST_WAIT,
    REMEMBERED,
    Door,
    Patience,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "after", "wait"),
    [
        (0, timedelta(0), timedelta(0)),
        (FREE - 1, timedelta(0), timedelta(0)),
        (FREE, timedelta(0), FIRST_WAIT),
        (FREE, timedelta(seconds=5), FIRST_WAIT - timedelta(seconds=5)),
        (FREE, FIRST_WAIT, timedelta(0)),
        (FREE + 2, timedelta(0), FIRST_WAIT * 4),
        (FREE + 500, timedelta(0), LONGEST_WAIT),
        (FREE + 500, FORGOTTEN, timedelta(0)),
    ],
)
def test_wait(wrong: int, after: timedelta, wait: timedelta) -> None:
    patience = Patience()
    for _ in range(wrong):
        patience.wrong("a@x", NOW)
    assert patience.wait("a@x", NOW + after) == wait
    assert patience.wait("b@x", NOW + after) == timedelta(0)


def test_a_right_password_forgives() -> None:
    patience = Patience()
    for _ in range(FREE):
        patience.wrong("a@x", NOW)
    patience.right("a@x")
    assert patience.wait("a@x", NOW) == timedelta(0)


def test_a_forgotten_name_counts_from_one() -> None:
    patience = Patience()
    for _ in range(FREE + 3):
        patience.wrong("a@x", NOW)
    patience.wrong("a@x", NOW + FORGOTTEN)
    assert patience.wait("a@x", NOW + FORGOTTEN) == timedelta(0)


def test_memory_is_bounded_and_drops_the_oldest() -> None:
    patience = Patience()
    for _ in range(FREE):
        patience.wrong("first", NOW)
    for number in range(REMEMBERED):
        patience.wrong(f"name {number}", NOW)
    assert patience.wait("first", NOW) == timedelta(0)


def test_an_office_shares_its_address() -> None:
    door = Door()
    for _ in range(FREE):
        door.knock("careless@x", "10.0.0.1", NOW)
    assert door.wait("careless@x", "10.0.0.1", NOW) > timedelta(0)
    assert door.wait("colleague@x", "10.0.0.1", NOW) == timedelta(0)
    assert door.wait("careless@x", "10.0.0.2", NOW) == timedelta(0), "nobody is locked out from elsewhere"


def test_many_addresses_do_not_help() -> None:
    door = Door()
    for number in range(FREE_WIDE):
        door.knock("victim@x", f"10.0.0.{number}", NOW)
    assert door.wait("victim@x", "10.0.1.1", NOW) > timedelta(0)


def test_entering_forgives() -> None:
    door = Door()
    for _ in range(FREE):
        door.knock("a@x", "10.0.0.1", NOW)
    door.enter("a@x", "10.0.0.1")
    assert door.wait("a@x", "10.0.0.1", NOW) == timedelta(0)
