"""Calls that go on now: sound in; events out to the bus, the store and the page.

The shell around three rules: the line-up of frames (`media/jitter.py`), hearing (`media/listener.py`) and the
conversation's fold (`server/call/conversation.py`).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path

import anyio
import anyio.to_thread
import structlog
from anyio.streams.memory import MemoryObjectReceiveStream

from media.audio import RATE, TRACKS, Frame, Look, Window, samples, seconds
from media.gate import Gate
from media.heard import Heard
from media.jitter import Jitter
from media.ladder import Level
from media.listener import Listener
from media.scheduler import Scheduler
from media.wav import Recorder
from server.call.conversation import Conversation
from server.call.heard import events_of
from server.call.names import names_of
from server.call.playbook import Playbook
from server.call.pulse import Pulse
from server.carriers.wire import Decoder, Odd, Sound, Started, Stopped, Wire, party
from server.diary import AGAIN, Diary
from server.errors import Unreachable
from server.events import CallEnded, CallStarted, Event, Order, Summary
from server.outbox import chores_after
from server.outside.bus import Bus
from server.outside.playbooks import playbook_of
from server.outside.store import Store
from server.records import Call
from server.suggest import Advice, CallAdvice

log = structlog.get_logger("beatline.live")

APART = samples(0.3)
"""One track may be this far ahead before the other counts as silent."""

LINGER = 90.0
"""Seconds for which the events of an ended call stay at hand, for its summary and its CRM entry."""

PATIENCE = 30.0
"""Seconds that an ended call gets to save what was heard; after that the next start does it."""


@dataclass(frozen=True, kw_only=True)
class Ears:
    """What hears: the gate that judges speech, and the scheduler in front of the speech model."""

    gate: Gate
    scheduler: Scheduler


class Live:
    """All live calls of this process."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        ears: Ears,
        playbooks: Mapping[str, Playbook],
        recordings: Path,
        clock: Callable[[], datetime],
        advice: Advice | None = None,
    ) -> None:
        self.store, self.bus, self.ears, self.playbooks = store, bus, ears, playbooks
        self.recordings, self.clock, self.advice = recordings, clock, advice
        self._calls: dict[str, LiveCall] = {}
        self._ended: deque[tuple[float, str]] = deque()

    @property
    def count(self) -> int:
        """How many calls go on."""
        return len(self._calls)

    async def order(self, call_id: str, order: Order) -> bool:
        """Give what the rep pressed to its call; False when that has ended."""
        call = self._calls.get(call_id)
        if call is None:
            return False
        call.order(order)
        return True

    async def carry(self, call: Call, started: Started, carrier: str, wires: AsyncIterator[Wire]) -> None:
        """Carry a call from its start to its end; what was heard is saved whatever happens."""
        playbook = await anyio.to_thread.run_sync(playbook_of, call, self.playbooks, self.store)
        name = f"{call.id}.wav"
        self.recordings.mkdir(parents=True, exist_ok=True)
        await anyio.to_thread.run_sync(
            self.store.start_call, call.id, self.clock(), carrier, started.call_id, name
        )
        muted = await anyio.to_thread.run_sync(self.store.muted_kinds, call.rep)
        self._forget(anyio.current_time())
        live = LiveCall(self, call, started, playbook, muted)
        self._calls[call.id] = live
        log.info("call started", call=call.id, carrier=carrier, stream=started.stream_id)
        reason = "shutdown"
        try:
            reason = await live.run(wires)
        except Exception:
            # The call boundary: a fault in one call ends that call, saved as far as it was heard, and no other.
            log.exception("call broke", call=call.id)
            reason = "error"
        finally:
            del self._calls[call.id]
            self.ears.scheduler.forget(call.id)
            with anyio.move_on_after(PATIENCE, shield=True) as patience:
                await self._finish(live, reason)
            if patience.cancelled_caught:
                log.error("call not saved: the next start closes it from its log and recording", call=call.id)

    async def _finish(self, live: LiveCall, reason: str) -> None:
        summary = live.end(reason)
        self._ended.append((anyio.current_time(), live.call.id))
        await self._save(live, reason, summary)
        log.info(
            "call ended", call=live.call.id, reason=reason, seconds=live.seconds, odd=live.pulse.oddities
        )

    async def _save(self, live: LiveCall, reason: str, summary: Summary) -> None:
        """Write the end of a call, as often as it takes until the store answers."""
        now, figures = self.clock(), live.conversation.figures
        chores = chores_after(live.call, now, late=live.put_off > 0)
        finish = self.store.finish
        for wait in chain([0.0], repeat(AGAIN)):
            await anyio.sleep(wait)
            try:
                await live.diary.flush()
                await anyio.to_thread.run_sync(
                    finish, live.call.id, now, reason, live.seconds, summary, chores, figures
                )
            except Unreachable as problem:
                log.error("the end of a call waits for the store", call=live.call.id, why=str(problem))
            else:
                return

    def _forget(self, now: float) -> None:
        """Let go of the events of calls that ended a while ago; they are in the store."""
        while self._ended and now - self._ended[0][0] > LINGER:
            self.bus.close(self._ended.popleft()[1])


class LiveCall:
    """One call while it goes on."""

    def __init__(
        self, house: Live, call: Call, started: Started, playbook: Playbook, muted: Sequence[str] = ()
    ) -> None:
        self.call, self.playbook, self._ears = call, playbook, house.ears
        self._muted = muted
        """Kinds of cues that the rep muted in an earlier call."""
        self.conversation = Conversation(playbook)
        self.diary = Diary(call.id, house.bus, house.store)
        self.pulse = Pulse()
        self._decoder = Decoder(started)
        self._jitters = {track: Jitter(track) for track in TRACKS}
        self._listener = Listener(
            self._ears.gate.judge,
            shortest=self._ears.scheduler.shortest,
            names=names_of(call, playbook),
        )
        self._in_time = self._ears.scheduler.admits
        """Words come while the call goes on: from its start, or from when there is room."""
        self.put_off = 0
        """Finals that wait until the call has ended."""
        self._recorder: Recorder | None = self._open(house.recordings / f"{call.id}.wav")
        self._tasks: anyio.abc.TaskGroup | None = None
        self._work: anyio.abc.TaskGroup | None = None
        """What goes on beside the call and is broken off at its end."""
        self._advice = house.advice and CallAdvice(
            house.advice, playbook, self.conversation, lambda: self.at, self.apply
        )

    def _open(self, path: Path) -> Recorder | None:
        try:
            return Recorder(path)
        except OSError as problem:
            log.error("call is not recorded", call=self.call.id, problem=str(problem))
            return None

    @property
    def at(self) -> float:
        """Media seconds heard."""
        return round(self._listener.clock / RATE, 3)

    @property
    def seconds(self) -> float:
        """Length of the call so far: the longer track (media seconds)."""
        return seconds(max(jitter.end for jitter in self._jitters.values()))

    @property
    def _lost(self) -> int:
        """Samples that never came."""
        return sum(jitter.lost for jitter in self._jitters.values())

    def apply(self, event: Event) -> None:
        """Fold an input; publish and keep what comes of it."""
        self._tell(self.conversation.apply(event))

    def _tell(self, made: list[Event]) -> None:
        self.diary.write(made)
        if self._advice and self._work:
            self._advice.hear(made, self._work)

    def order(self, order: Order) -> None:
        """Fold what the rep pressed, at the moment it came."""
        self.apply(replace(order, at=self.at))

    async def run(self, wires: AsyncIterator[Wire]) -> str:
        """Hear until the carrier stops or goes away, and until every word is there; say why it ended."""
        async with anyio.create_task_group() as work:
            self._work = work
            self.apply(start_of(self.call, self.playbook))
            for kind in self._muted:
                # As if pressed in this call, so that its log alone tells what the rep saw.
                self.order(Order(at=0.0, action="mute_kind", target=kind))
            work.start_soon(self.diary.keep)
            work.start_soon(self._watch)
            async with anyio.create_task_group() as self._tasks:
                reason = await self._listen(wires)
                self._hang_up()
            self._work = None
            work.cancel_scope.cancel()
        return reason

    async def _listen(self, wires: AsyncIterator[Wire]) -> str:
        """Hear what comes; what the gate makes of it is taken here, so that a fault of ours ends this call alone."""
        send, receive = anyio.create_memory_object_stream[list[Heard] | Exception](math.inf)
        async with anyio.create_task_group() as hearing:
            hearing.start_soon(self._follow, receive)
            with send, self._ears.gate.attend(self._listener, send.send_nowait):
                reason = await self._hear(wires)
        return reason

    async def _follow(self, ticks: MemoryObjectReceiveStream[list[Heard] | Exception]) -> None:
        with ticks:
            async for tick in ticks:
                if isinstance(tick, Exception):
                    raise tick
                self._tick(tick)

    def _tick(self, heard: list[Heard]) -> None:
        for one in heard:
            self._take(one)
        self._tell(self.conversation.advance(self.at))

    async def _hear(self, wires: AsyncIterator[Wire]) -> str:
        async for wire in wires:
            if isinstance(wire, Sound):
                self._sound(wire)
            elif isinstance(wire, Stopped):
                return "hangup" if wire.reason == "stop" else wire.reason
            elif isinstance(wire, Odd) and self.pulse.odd(wire.kind):
                log.warning(
                    "carrier broke its protocol", call=self.call.id, kind=wire.kind, detail=wire.detail
                )
        return "disconnected"

    def _sound(self, sound: Sound) -> None:
        track = party(sound.track, self.call.rep_track)
        if track is None:
            return
        start, pcm = self._decoder.decode(sound)
        self.pulse.frame(anyio.current_time())
        for frame in self._jitters[track].add(start, pcm):
            self._frame(frame)
        ahead = self._jitters[track].end - APART
        if self._jitters[track.other].end < ahead:
            for frame in self._jitters[track.other].catch_up(ahead):
                self._frame(frame)

    def _frame(self, frame: Frame) -> None:
        self._record(frame)
        self._listener.push(frame)

    def _record(self, frame: Frame) -> None:
        if self._recorder:
            try:
                self._recorder.write(frame)
            except OSError as problem:
                log.error("recording stopped", call=self.call.id, problem=str(problem))
                self._recorder = None

    def _take(self, heard: Heard) -> None:
        if isinstance(heard, Window):
            assert self._tasks
            self._tasks.start_soon(self._words, heard)
        else:
            self.apply(events_of(heard, self.at))

    async def _words(self, window: Window) -> None:
        scheduler = self._ears.scheduler
        self._in_time = self._in_time or scheduler.admits
        hypothesis = await scheduler.transcribe(window, self.call.id) if self._in_time else None
        if hypothesis is None and window.owed and self._recorder is None:
            # There is no recording to catch up from: this is the only sound of it.
            hypothesis = await scheduler.transcribe(replace(window, look=Look.LATE), self.call.id)
        if hypothesis is None:
            self.put_off += window.owed
            told = self._listener.pass_over(window)
        else:
            self.pulse.words(max(0.0, self.at - seconds(window.end)))
            told = self._listener.accept(hypothesis)
        for heard in told:
            self._take(heard)

    def _hang_up(self) -> None:
        """Take what still waits; its words are awaited by the task group."""
        for jitter in self._jitters.values():
            for frame in jitter.flush():
                self._frame(frame)
        longest = max(jitter.end for jitter in self._jitters.values())
        for jitter in self._jitters.values():
            for frame in jitter.catch_up(longest):
                self._frame(frame)
        self._tick(self._listener.close())

    async def _watch(self) -> None:
        while True:
            await anyio.sleep(0.5)
            scheduler = self._ears.scheduler
            level = scheduler.level
            later = level is Level.SPOOLED or not self._in_time
            health = self.pulse.read(
                anyio.current_time(), self.at, self._lost, scheduler.wait, level, later=later
            )
            if health is not None:
                self.apply(health)

    def end(self, reason: str) -> Summary:
        """Close the recording, fold the end, sum up."""
        if self._recorder:
            try:
                self._recorder.close()
            except OSError as problem:
                log.error("recording not closed", call=self.call.id, problem=str(problem))
        at = max(self.at, round(self.seconds, 3))
        if told := self.pulse.close(at, self._lost):
            self.apply(told)
        self.apply(CallEnded(at=at, reason=reason, duration=round(self.seconds, 3)))
        summary = self.conversation.summary()
        self.diary.write([summary])
        return summary


def start_of(call: Call, playbook: Playbook) -> CallStarted:
    """Say what is known of a call when its first sound comes."""
    return CallStarted(
        at=0.0,
        playbook=call.playbook,
        direction=call.direction,
        rep=call.rep,
        company=call.company,
        contact=call.contact,
        contact_company=call.contact_company,
        date=call.date,
        tz=call.tz,
        level=playbook.level,
    )
