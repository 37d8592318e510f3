"""Events on their way to pages, within this process.

A topic is one call. It remembers what a page that comes late (or again) needs: every event but the gauge's, of which
only the newest says anything. Nobody who is slow makes anybody wait.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from server.envelope import Envelope
from server.events import Talk

BACKLOG = 512
"""Envelopes a follower may be behind (about 40 s of a lively call); then it is let go and comes again."""


@dataclass(eq=False)
class _Topic:
    kept: list[Envelope] = field(default_factory=list)
    talk: Envelope | None = None
    followers: set[MemoryObjectSendStream[Envelope]] = field(default_factory=set)
    open: bool = True

    def keep(self, envelope: Envelope) -> None:
        if isinstance(envelope.event, Talk):
            self.talk = envelope
        else:
            self.kept.append(envelope)

    def since(self, after: int) -> Iterator[Envelope]:
        missed = [envelope for envelope in self.kept if envelope.number > after]
        if self.talk and self.talk.number > after:
            missed.append(self.talk)
            missed.sort(key=lambda envelope: envelope.number)
        return iter(missed)


class Following:
    """What one follower still has to see. Waiting for the next may be broken off without losing anything."""

    def __init__(self, missed: Iterator[Envelope], receive: MemoryObjectReceiveStream[Envelope]) -> None:
        self._missed, self._receive, self._last = missed, receive, 0

    def __aiter__(self) -> Following:
        return self

    async def __anext__(self) -> Envelope:
        envelope = next(self._missed, None)
        while envelope is None or envelope.number <= self._last:
            try:
                envelope = await self._receive.receive()
            except anyio.EndOfStream:
                raise StopAsyncIteration from None
        self._last = envelope.number
        return envelope


class Bus:
    """Hands each call's envelopes to whoever follows it. Lives on one event loop; no method blocks."""

    def __init__(self) -> None:
        self._topics: dict[str, _Topic] = {}

    def knows(self, call_id: str) -> bool:
        """Tell whether the call's events are remembered here (else they are in the store)."""
        topic = self._topics.get(call_id)
        return topic is not None and bool(topic.kept)

    def followed(self, call_id: str) -> bool:
        """Tell whether somebody follows a call now."""
        topic = self._topics.get(call_id)
        return topic is not None and bool(topic.followers)

    def publish(self, envelope: Envelope) -> None:
        """Hand an envelope to all followers of its call."""
        topic = self._topics.setdefault(envelope.call_id, _Topic())
        topic.keep(envelope)
        for follower in tuple(topic.followers):
            try:
                follower.send_nowait(envelope)
            except (anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
                self._let_go(topic, follower)

    @asynccontextmanager
    async def follow(self, call_id: str, after: int = 0) -> AsyncIterator[Following]:
        """Follow a call from the first envelope whose number is above `after`; ends when the call is closed here."""
        topic = self._topics.setdefault(call_id, _Topic())
        send, receive = anyio.create_memory_object_stream[Envelope](max_buffer_size=BACKLOG)
        missed = topic.since(after)
        topic.followers.add(send)
        try:
            yield Following(missed, receive)
        finally:
            self._let_go(topic, send)
            receive.close()
            if not topic.followers and not topic.kept and self._topics.get(call_id) is topic:
                del self._topics[call_id]

    def close(self, call_id: str) -> None:
        """Forget a call; those who follow it come to the end."""
        topic = self._topics.pop(call_id, None)
        for follower in tuple(topic.followers) if topic else ():
            self._let_go(topic, follower)

    @staticmethod
    def _let_go(topic: _Topic | None, follower: MemoryObjectSendStream[Envelope]) -> None:
        if topic:
            topic.followers.discard(follower)
        follower.close()
