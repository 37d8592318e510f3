"""After a call that had more to hear than there was time: its turns without words get them, from its recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import anyio
import anyio.to_thread
import structlog

from media.audio import Hypothesis, Look, Pcm, Track, Window
from media.scheduler import Scheduler
from media.wav import read_call, repair
from server.call.conversation import Conversation
from server.call.heard import events_of
from server.call.names import names_of
from server.call.owed import Owed, owed
from server.call.playbook import Playbook
from server.diary import tell
from server.errors import Malformed
from server.events import INPUTS, CallEnded, Event, Final
from server.outside.bus import Bus
from server.outside.playbooks import playbook_of
from server.outside.store import Store
from server.records import Call, Chore

log = structlog.get_logger("beatline.catch_up")


def recorded(file: Path) -> dict[Track, Pcm] | None:
    """Mend a recording and read it; None when there is nothing to read."""
    try:
        repair(file)
        rep, prospect = read_call(file)
    except (OSError, ValueError) as problem:
        log.warning("recording cannot be read", file=file.name, problem=str(problem))
        return None
    return {Track.REP: rep, Track.PROSPECT: prospect}


def in_time(inputs: list[Event]) -> list[Event]:
    """Put words that came after the call's end before it: so it is summed up as if they had come in time."""
    ended = [event for event in inputs if isinstance(event, CallEnded)]
    return [event for event in inputs if not isinstance(event, CallEnded)] + ended


@dataclass(frozen=True, kw_only=True)
class CatchUp:
    """The chore of that name. Each turn's words are kept as they come, so a second try goes on where one broke off."""

    store: Store
    bus: Bus
    scheduler: Scheduler
    playbooks: Mapping[str, Playbook]
    recordings: Path
    clock: Callable[[], datetime]

    async def __call__(self, chore: Chore) -> None:
        """Catch up with one call."""
        call = await anyio.to_thread.run_sync(self.store.call, chore.about)
        if call is None:
            raise Malformed(f"there is no call {chore.about}")
        playbook = await anyio.to_thread.run_sync(playbook_of, call, self.playbooks, self.store)
        names = names_of(call, playbook)
        turns = owed(await self._inputs(call), call.duration)
        heard = await anyio.to_thread.run_sync(recorded, self.recordings / call.recording)
        async with anyio.create_task_group() as asking:
            for turn in turns:
                asking.start_soon(self._hear, call, turn, turn.window(heard, names, Look.LATE))
        await self._sum_up(call, playbook)
        log.info("caught up", call=call.id, turns=len(turns))

    async def _inputs(self, call: Call) -> list[Event]:
        stored = await anyio.to_thread.run_sync(self.store.events, call.id)
        return [envelope.event for envelope in stored if isinstance(envelope.event, INPUTS)]

    async def _hear(self, call: Call, turn: Owed, window: Window) -> None:
        found = await self.scheduler.transcribe(window, call.id) if len(window.pcm) else None
        final = events_of(turn.words(found or Hypothesis(window, ())), call.duration)
        assert isinstance(final, Final)
        await tell(self.store, self.bus, call.id, final)

    async def _sum_up(self, call: Call, playbook: Playbook) -> None:
        conversation = Conversation(playbook)
        for event in in_time(await self._inputs(call)):
            conversation.apply(event)
        summary = conversation.summary()
        save = self.store.sum_up_again
        await anyio.to_thread.run_sync(save, call.id, summary, conversation.figures, self.clock())
        await tell(self.store, self.bus, call.id, summary)
