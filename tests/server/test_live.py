"""A whole call in one process, with the real gate, model, store and rules: with room, under load, broken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from media import g711
from media.gate import Gate
from media.ladder import CLIMB, Level
from media.models import shipped
from media.scheduler import Scheduler
from media.vad import Judge
from media.wav import read_call
from media.whisper import Whisper
from server.carriers.wire import Sound, Started, Stopped, Wire
from server.catch_up import CatchUp
from server.events import CallStarted, Final, Health, Order, SpeechStopped
from server.live import Ears, Live
from server.outside.bus import Bus
from server.outside.playbooks import load_playbooks
from server.outside.store import Store
from server.records import Call, Chore, User

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
STARTED = Started("MZ1", "CA1", "AC1", ("inbound", "outbound"), "mulaw", 8000)
SAMPLE = Path(__file__).parents[2] / "samples" / "good.flac"


@pytest.fixture(scope="module")
def engine() -> Whisper:
    return Whisper(shipped())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'b.db'}")
    made.migrate()
    made.add_call(
        Call(
            id="c1",
            rep="a@x.example",
            contact="Sarah Kim",
            playbook="post-demo",
            rep_track="inbound",
            created_at=NOW,
        )
    )
    yield made
    made.close()


@asynccontextmanager
async def house(store: Store, engine: Whisper, folder: Path) -> AsyncIterator[Live]:
    bus = Bus()
    ears = Ears(gate=Gate(Judge()), scheduler=Scheduler(engine, bus.followed))
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            await tasks.start(ears.scheduler.run)
            tasks.start_soon(ears.gate.run)
            yield Live(
                store=store,
                bus=bus,
                ears=ears,
                playbooks=load_playbooks(),
                recordings=folder,
                clock=lambda: NOW,
            )
            tasks.cancel_scope.cancel()


async def wires(until: float) -> AsyncIterator[Wire]:
    """The sample call's first seconds, as fast as they are taken."""
    sides = zip(("inbound", "outbound"), read_call(SAMPLE), strict=True)
    sound = {name: np.ascontiguousarray(pcm) for name, pcm in sides}
    for place in range(int(until * 50)):
        for name, pcm in sound.items():
            yield Sound(name, place * 20, g711.encode(pcm[place * 160 : (place + 1) * 160], "mulaw"))
        await anyio.lowlevel.checkpoint()
    yield Stopped("stop")


async def carry(live: Live, store: Store, until: float = 16.0) -> None:
    call = store.call("c1")
    assert call is not None
    await live.carry(call, STARTED, "twilio", wires(until))


def turns(store: Store) -> tuple[set[tuple[str, int]], dict[tuple[str, int], str]]:
    """A call's turns that stopped, and those that have their words."""
    events = [envelope.event for envelope in store.events("c1")]
    stopped = {(e.track, e.turn) for e in events if isinstance(e, SpeechStopped)}
    finals = {(e.track, e.turn): " ".join(w.text for w in e.words) for e in events if isinstance(e, Final)}
    return stopped, finals


async def test_every_turn_has_its_words_when_the_call_has_ended(
    store: Store, engine: Whisper, tmp_path: Path
) -> None:
    async with house(store, engine, tmp_path) as live:
        await carry(live, store)
    stopped, finals = turns(store)
    assert stopped == set(finals)
    assert "Sarah" in finals["rep", 1]
    assert [chore.kind for chore in store.chores("c1")] == ["summarise", "push_to_crm"]


async def test_what_was_too_much_is_caught_up_from_the_recording(
    store: Store, engine: Whisper, tmp_path: Path
) -> None:
    async with house(store, engine, tmp_path) as live:
        scheduler = live.ears.scheduler
        scheduler.load.wait, scheduler.load.level = 1000 * CLIMB[-1], Level.SPOOLED
        assert not scheduler.admits
        await carry(live, store)
        stopped, finals = turns(store)
        assert len(stopped) > 2
        assert finals == {}
        health = [e.event for e in store.events("c1") if isinstance(e.event, Health)]
        assert health == [] or health[-1].level == Level.SPOOLED
        call = store.call("c1")
        assert call is not None
        assert call.state == "ended"
        assert [chore.kind for chore in store.chores("c1")] == ["catch_up", "summarise", "push_to_crm"]
        late = CatchUp(
            store=store, bus=live.bus, scheduler=scheduler, playbooks=live.playbooks, recordings=tmp_path,
            clock=lambda: NOW,
        )  # fmt: skip
        await late(Chore(kind="catch_up", about="c1", key="catch_up:c1", payload={}, due_at=NOW))
    stopped, finals = turns(store)
    assert stopped == set(finals)
    assert "Sarah" in finals["rep", 1]


async def test_what_is_not_recorded_is_never_put_off(store: Store, engine: Whisper, tmp_path: Path) -> None:
    (tmp_path / "c1.wav").mkdir()  # no recording can be written here
    async with house(store, engine, tmp_path) as live:
        live.ears.scheduler.load.wait, live.ears.scheduler.load.level = 1000 * CLIMB[-1], Level.SPOOLED
        await carry(live, store)
    stopped, finals = turns(store)
    assert stopped == set(finals)
    assert "Sarah" in finals["rep", 1]


async def test_a_fault_in_a_calls_hearing_ends_that_call_with_what_was_heard(
    store: Store, engine: Whisper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(store, engine, tmp_path) as live:
        from media.turns import Turns

        step = Turns.step

        def breaks(turns: Turns, at: int, p: float):  # type: ignore[no-untyped-def]
            if at > 12 * 8000:
                raise ZeroDivisionError("a fault of ours")
            return step(turns, at, p)

        monkeypatch.setattr(Turns, "step", breaks)
        await carry(live, store)
        call = store.call("c1")
        assert call is not None
        assert (call.state, call.end_reason) == ("ended", "error")
        rep, _ = read_call(tmp_path / "c1.wav")
        assert len(rep) >= 12 * 8000
        assert live.count == 0


async def test_kinds_that_the_rep_muted_are_muted_in_the_next_call_by_its_log(
    store: Store, engine: Whisper, tmp_path: Path
) -> None:
    store.add_user(User(email="a@x.example", name="A"), NOW)
    store.mute_kind("a@x.example", "slow_down", NOW)
    async with house(store, engine, tmp_path) as live:
        await carry(live, store, until=1.0)
    events = [envelope.event for envelope in store.events("c1")]
    assert [type(event) for event in events[:2]] == [CallStarted, Order]
    assert events[1] == Order(at=0.0, action="mute_kind", target="slow_down")
