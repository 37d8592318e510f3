"""The whole server in one process: what it is made of, and the web app around it.

The only place of the house that reads the wall clock.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.to_thread
import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp

from media.gate import Gate
from media.scheduler import Scheduler
from media.vad import Judge
from media.whisper import Whisper
from server import outbox
from server.call.playbook import Playbook
from server.catch_up import CatchUp
from server.chores import kinds_of
from server.engine import open_engine
from server.live import Ears, Live
from server.outside.bus import Bus
from server.outside.playbooks import open_playbooks
from server.outside.store import Store
from server.records import Call
from server.recovery import close_interrupted
from server.settings import Settings
from server.suggest import advice_of
from server.web import events, health, once, pages, stream

log = structlog.get_logger("beatline.app")


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the one place


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything a serving process has, opened and checked before the first request."""

    settings: Settings
    store: Store
    bus: Bus
    gate: Gate
    engine: Whisper
    scheduler: Scheduler
    playbooks: dict[str, Playbook]
    """Those that new calls run on; the admin page puts a new version in its place."""
    live: Live
    tickets: once.Tickets = field(default_factory=once.Tickets)

    @property
    def recordings(self) -> Path:
        """The folder of recordings."""
        return self.settings.data_dir / "recordings"


def open_house(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> House:
    """Open store and models; `progress` hears what goes on.

    Raises:
        Misconfigured, Unreachable: something is missing or does not answer; the message says what to do.
    """
    settings.make_data_dir()
    store = Store(settings.database_url)
    store.migrate()
    playbooks = open_playbooks(store, settings.playbooks, wall_clock())
    progress("loading the speech model")
    engine = open_engine(settings, progress=progress)
    bus = Bus()
    scheduler, gate = Scheduler(engine, bus.followed), Gate(Judge())
    live = Live(
        store=store,
        bus=bus,
        ears=Ears(gate=gate, scheduler=scheduler),
        playbooks=playbooks,
        recordings=settings.data_dir / "recordings",
        clock=wall_clock,
        advice=advice_of(settings),
    )
    return House(
        settings=settings, store=store, bus=bus, gate=gate, engine=engine, scheduler=scheduler,
        playbooks=playbooks, live=live,
    )  # fmt: skip


def app_of(house: House) -> ASGIApp:
    """Make the web app of an open house."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # Asked before a new call can be among them.
        interrupted = await anyio.to_thread.run_sync(house.store.live_calls)
        try:
            async with anyio.create_task_group() as tasks:
                await tasks.start(house.scheduler.run)
                tasks.start_soon(house.gate.run)
                tasks.start_soon(_after_a_crash, house, interrupted)
                tasks.start_soon(_chores, house)
                yield
                tasks.cancel_scope.cancel()
        except Exception:
            # A house that hears nothing must not go on taking calls: who watches over it starts it again.
            log.exception("the house broke")
            signal.raise_signal(signal.SIGTERM)
        finally:
            if house.live.advice:
                with anyio.move_on_after(1, shield=True):
                    await house.live.advice.model.aclose()
            house.store.close()

    app = Starlette(
        routes=[*stream.routes, *events.routes, *health.routes, *once.routes, *pages.routes],
        exception_handlers=pages.exception_handlers,
        lifespan=lifespan,
    )
    for name in ("settings", "store", "bus", "scheduler", "live", "playbooks", "tickets"):
        setattr(app.state, name, getattr(house, name))
    app.state.clock = wall_clock
    return pages.Guard(app, public_url=house.settings.public_url or "")


async def _after_a_crash(house: House, calls: Sequence[Call]) -> None:
    """Close the calls that a killed process left open."""
    rest = (house.store, house.recordings, house.engine, house.playbooks, wall_clock())
    closed = await anyio.to_thread.run_sync(close_interrupted, calls, *rest)
    if closed:
        log.info("interrupted calls closed", calls=closed)


async def _chores(house: House) -> None:
    late = CatchUp(
        store=house.store, bus=house.bus, scheduler=house.scheduler, playbooks=house.playbooks,
        recordings=house.recordings, clock=wall_clock,
    )  # fmt: skip
    kinds: Mapping[str, outbox.Kind] = {
        **kinds_of(house.settings, house.store, house.bus, wall_clock),
        "catch_up": late,
    }
    await outbox.run(house.store, kinds, wall_clock)
