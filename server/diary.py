"""A call's events on their way out: numbered, to the bus at once, to the store in small batches."""

from __future__ import annotations

from collections.abc import Iterable

import anyio
import anyio.to_thread
import structlog

from server.envelope import Envelope
from server.errors import Unreachable
from server.events import Event, Talk
from server.outside.bus import Bus
from server.outside.store import Store

log = structlog.get_logger("beatline.diary")

PAUSE = 0.25
"""Seconds between two writes: what a killed process may lose of the log. The recording has the sound of it."""

AGAIN = 2.0
"""Seconds until a store that did not answer is asked again; the call goes on meanwhile."""


class Diary:
    """One call's log. The gauge is not kept: it follows from the rest."""

    def __init__(self, call_id: str, bus: Bus, store: Store) -> None:
        self._call_id, self._bus, self._store = call_id, bus, store
        self._number = 0
        self._unwritten: list[Envelope] = []
        self._bell = anyio.Event()

    def write(self, events: Iterable[Event]) -> None:
        """Number, publish and queue some events."""
        for event in events:
            self._number += 1
            envelope = Envelope(self._call_id, self._number, event)
            self._bus.publish(envelope)
            if not isinstance(event, Talk):
                self._unwritten.append(envelope)
                self._bell.set()

    async def keep(self) -> None:
        """Write to the store for as long as the call goes on."""
        while True:
            await self._bell.wait()
            pause = PAUSE
            try:
                with anyio.CancelScope(shield=True):
                    await self.flush()
            except Unreachable as problem:
                waiting = len(self._unwritten)
                log.warning(
                    "events wait for the store", call=self._call_id, waiting=waiting, why=str(problem)
                )
                pause = AGAIN
            await anyio.sleep(pause)

    async def flush(self) -> None:
        """Write what waits.

        Raises:
            Unreachable: the store does not answer; nothing is lost, and this may be called again.
        """
        batch = tuple(self._unwritten)
        if batch:
            await anyio.to_thread.run_sync(self._store.append, self._call_id, batch)
            del self._unwritten[: len(batch)]
        if not self._unwritten:
            self._bell = anyio.Event()


async def tell(store: Store, bus: Bus, call_id: str, event: Event) -> None:
    """Add an event to the log of an ended call, and tell the pages that still follow it."""
    envelope = await anyio.to_thread.run_sync(store.append_event, call_id, event)
    if bus.knows(call_id):
        bus.publish(envelope)
