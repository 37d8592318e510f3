"""A call's log on its way to a store that does not always answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import anyio
import pytest

from server import diary as diary_module
from server.diary import Diary
from server.envelope import Envelope
from server.errors import Unreachable
from server.events import Event, SpeechStarted, Talk
from server.outside.bus import Bus
from server.outside.store import Store

TALK = Talk(at=1.0, talk_share=1, air_share=1, rep_s=1, prospect_s=0, overlap_s=0, monologue_s=1, silence_s=0,
            interruptions=0, pace_wpm=0, patience_s=0)  # fmt: skip
pytestmark = pytest.mark.anyio


class Ledger:
    """A store that fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.kept = failures, list[Envelope]()
        self.taken = anyio.Event()

    def append(self, call_id: str, envelopes: Sequence[Envelope]) -> None:
        if self.failures:
            self.failures -= 1
            raise Unreachable("the database does not answer: gone")
        self.kept += envelopes
        anyio.from_thread.run_sync(self.taken.set)


def diary(ledger: Ledger) -> Diary:
    return Diary("c1", Bus(), cast(Store, ledger))


def turn(number: int) -> Event:
    return SpeechStarted(at=float(number), track="rep", turn=number, start=float(number))


async def test_events_are_numbered_and_the_gauge_is_not_kept() -> None:
    ledger = Ledger()
    one = diary(ledger)
    one.write([turn(1), TALK, turn(2)])
    await one.flush()
    assert [(e.number, e.event.type) for e in ledger.kept] == [(1, "speech_started"), (3, "speech_started")]


async def test_flushing_twice_writes_once() -> None:
    ledger = Ledger()
    one = diary(ledger)
    one.write([turn(1)])
    await one.flush()
    await one.flush()
    assert len(ledger.kept) == 1


async def test_what_a_store_did_not_take_is_written_later_in_order() -> None:
    ledger = Ledger(failures=1)
    one = diary(ledger)
    one.write([turn(1)])
    with pytest.raises(Unreachable):
        await one.flush()
    one.write([turn(2)])
    await one.flush()
    assert [e.number for e in ledger.kept] == [1, 2]


async def test_keeping_goes_on_while_the_store_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diary_module, "AGAIN", 0.01)
    ledger = Ledger(failures=3)
    one = diary(ledger)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one.keep)
            one.write([turn(1)])
            await ledger.taken.wait()
            tasks.cancel_scope.cancel()
    assert [e.number for e in ledger.kept] == [1]
