"""The bus: late followers, resume, the gauge's newest only, slow followers, many calls."""

from __future__ import annotations

import anyio
import pytest

from server.envelope import Envelope
from server.events import CallEnded, Question, Talk
from server.outside.bus import BACKLOG, Bus

pytestmark = pytest.mark.anyio


def question(number: int, call: str = "c1") -> Envelope:
    return Envelope(
        call, number, Question(at=number / 10, track="rep", start=0.0, end=0.1, text=f"{number}?")
    )


def talk(number: int) -> Envelope:
    zero = dict.fromkeys(
        (
            "talk_share",
            "air_share",
            "rep_s",
            "prospect_s",
            "overlap_s",
            "monologue_s",
            "silence_s",
            "pace_wpm",
            "patience_s",
        ),
        0.0,
    )
    return Envelope("c1", number, Talk(at=number / 10, interruptions=0, **zero))


async def numbers(bus: Bus, count: int, after: int = 0, call: str = "c1") -> list[int]:
    seen: list[int] = []
    with anyio.fail_after(2):
        async with bus.follow(call, after) as envelopes:
            while len(seen) < count:
                seen.append((await anext(envelopes)).number)
    return seen


async def test_a_late_follower_gets_everything_but_old_gauges() -> None:
    bus = Bus()
    for envelope in (question(1), talk(2), talk(3), question(4)):
        bus.publish(envelope)
    assert await numbers(bus, 3) == [1, 3, 4]


async def test_resume_gives_only_what_came_after() -> None:
    bus = Bus()
    for number in (1, 2, 3):
        bus.publish(question(number))
    assert await numbers(bus, 1, after=2) == [3]


async def test_calls_do_not_mix() -> None:
    bus = Bus()
    bus.publish(question(1, "c1"))
    bus.publish(question(1, "c2"))
    bus.publish(question(2, "c2"))
    assert await numbers(bus, 2, call="c2") == [1, 2]


async def test_waiting_may_be_broken_off_without_loss() -> None:
    bus = Bus()
    async with bus.follow("c1") as envelopes:
        with anyio.move_on_after(0.01) as patience:
            await anext(envelopes)
        assert patience.cancelled_caught
        bus.publish(question(1))
        with anyio.fail_after(2):
            assert (await anext(envelopes)).number == 1


async def test_closing_ends_the_following() -> None:
    bus = Bus()
    async with bus.follow("c1") as envelopes:
        bus.publish(Envelope("c1", 1, CallEnded(at=1.0, reason="hangup", duration=1.0)))
        bus.close("c1")
        assert [envelope.number async for envelope in envelopes] == [1]
    assert not bus.knows("c1")


async def test_a_slow_follower_is_let_go_and_nobody_waits() -> None:
    bus = Bus()
    async with bus.follow("c1") as slow:
        for number in range(1, BACKLOG + 10):
            bus.publish(question(number))
        seen = [envelope.number async for envelope in slow]
    assert seen == list(range(1, BACKLOG + 1))
    assert (await numbers(bus, 9, after=BACKLOG)) == list(range(BACKLOG + 1, BACKLOG + 10))


async def test_nothing_is_kept_of_calls_that_were_only_asked_for() -> None:
    bus = Bus()
    async with bus.follow("nobody"):
        assert not bus.knows("nobody")
    assert bus._topics == {}
