"""A call's events on their way out: numbered, to the bus at once, to the store in small batches."""

from __future__ import annotations

import math
from collections.abc import Iterable

import anyio
import anyio.to_thread

from server.events import Envelope, Event, Talk
from server.outside.bus import Bus
from server.outside.store import Store

PAUSE = 0.25
"""Seconds between two writes: what a killed process may lose of the log. The recording has the sound of it."""


class Diary:
    """One call's log. The gauge is not kept: it follows from the rest."""

    def __init__(self, call_id: str, bus: Bus, store: Store) -> None:
        self._call_id, self._bus, self._store = call_id, bus, store
        self._number = 0
        self._send, self._receive = anyio.create_memory_object_stream[Envelope](max_buffer_size=math.inf)

    def write(self, events: Iterable[Event]) -> None:
        """Number, publish and queue some events."""
        for event in events:
            self._number += 1
            envelope = Envelope(self._call_id, self._number, event)
            self._bus.publish(envelope)
            if not isinstance(event, Talk):
                self._send.send_nowait(envelope)

    async def keep(self) -> None:
        """Write to the store for as long as the call goes on."""
        while True:
            first = await self._receive.receive()
            with anyio.CancelScope(shield=True):
                await self._append([first, *self._waiting()])
            await anyio.sleep(PAUSE)

    async def close(self) -> None:
        """Write what is left."""
        left = self._waiting()
        if left:
            await self._append(left)

    def _waiting(self) -> list[Envelope]:
        taken = []
        while True:
            try:
                taken.append(self._receive.receive_nowait())
            except anyio.WouldBlock:
                return taken

    async def _append(self, envelopes: list[Envelope]) -> None:
        await anyio.to_thread.run_sync(self._store.append, self._call_id, envelopes)
