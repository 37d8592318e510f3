"""The kinds of chores, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import anyio.to_thread

from server.call.cited import checked
from server.crm.local import NAME
from server.crm.shape import entry_of
from server.diary import tell
from server.errors import Malformed
from server.events import Final, Synced
from server.outbox import Kind
from server.outside.bus import Bus
from server.outside.crm_log import push_entry
from server.outside.llm import Writer
from server.outside.store import Store
from server.records import Chore
from server.settings import Settings


def kinds_of(settings: Settings, store: Store, bus: Bus, clock: Callable[[], datetime]) -> Mapping[str, Kind]:
    """Give the chores that this process can do."""
    work = _Work(settings, store, bus, clock)
    return {"summarise": work.summarise, "push_to_crm": work.push_to_crm}


class _Work:
    def __init__(self, settings: Settings, store: Store, bus: Bus, clock: Callable[[], datetime]) -> None:
        self._settings, self._store, self._bus, self._clock = settings, store, bus, clock

    async def summarise(self, chore: Chore) -> None:
        """Let a language model write the summary, if there is one; the rules' own stands until it is checked."""
        settings = self._settings
        if settings.openai_api_key is None:
            return
        call_id = chore.about
        rules = await anyio.to_thread.run_sync(self._store.summary, call_id)
        envelopes = await anyio.to_thread.run_sync(self._store.events, call_id)
        finals = tuple(e.event for e in envelopes if isinstance(e.event, Final) and e.event.words)
        if rules is None or not finals:
            return
        key = settings.openai_api_key.get_secret_value()
        async with Writer(key, settings.openai_base_url, settings.llm_model) as writer:
            draft = await writer.summarise(finals)
        summary = checked(draft, finals, rules)
        await anyio.to_thread.run_sync(self._store.save_summary, call_id, summary, self._clock())
        await tell(self._store, self._bus, call_id, summary)

    async def push_to_crm(self, chore: Chore) -> None:
        """Write the call to the CRM, once per chore."""
        call = await anyio.to_thread.run_sync(self._store.call, chore.about)
        if call is None:
            raise Malformed(f"there is no call {chore.about}")
        summary = await anyio.to_thread.run_sync(self._store.summary, call.id)
        wrapup = await anyio.to_thread.run_sync(self._store.wrapup, call.id)
        file = self._settings.data_dir / "crm.jsonl"
        entry = entry_of(call, summary, wrapup)
        id = await anyio.to_thread.run_sync(push_entry, file, entry, chore.key)
        await tell(self._store, self._bus, call.id, Synced(at=call.duration, crm=NAME, id=id))
