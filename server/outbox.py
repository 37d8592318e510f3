"""The outbox: chores are taken, done, tried again. At least once each; the same work is harmless twice."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import anyio
import anyio.to_thread
import structlog

from server.errors import Malformed, Misconfigured, Refused, Rejected
from server.outside.store import Store
from server.records import Call, Chore

log = structlog.get_logger("beatline.outbox")

Kind = Callable[[Chore], Awaitable[None]]
Clock = Callable[[], datetime]

LEASE = 120.0
"""Seconds a worker has for a chore; then another may take it."""

PAUSE = 0.5
"""Seconds between two looks when there is nothing to do."""

FIRST, MOST = timedelta(seconds=2), timedelta(hours=1)
LIFE = 12
"""Attempts (about five hours) after which a chore is given up and shown."""


def chores_after(call: Call, now: datetime, *, late: bool = False) -> list[Chore]:
    """Say what must follow the end of a call, in this order; `late` when words of it have still to be heard."""
    kinds = ("catch_up", "summarise", "push_to_crm") if late else ("summarise", "push_to_crm")
    return [
        Chore(kind=kind, about=call.id, key=f"{kind}:{call.id}", payload={"call_id": call.id}, due_at=now)
        for kind in kinds
    ]


def retry_at(problem: Exception, attempts: int, now: datetime, dice: float) -> datetime | None:
    """Decide when a chore that failed is due again; None gives it up.

    Doubling from 2 s to 1 h, spread by a fifth with `dice` (0 to 1) so that a herd does not come at once.
    """
    if isinstance(problem, Rejected | Malformed | Misconfigured | Refused) or attempts >= LIFE:
        return None
    wait: timedelta = min(MOST, FIRST * 2 ** (attempts - 1))
    return now + wait * (0.8 + 0.4 * dice)


async def run(store: Store, kinds: Mapping[str, Kind], clock: Clock) -> None:
    """Do chores for as long as the process lives."""
    while True:
        try:
            chore = await anyio.to_thread.run_sync(store.take, clock(), LEASE)
            if chore is None:
                await anyio.sleep(PAUSE)
            else:
                await _do(store, kinds, clock, chore)
        except Exception:
            # The loop must outlive whatever a chore or the database does.
            log.exception("outbox stumbled")
            await anyio.sleep(PAUSE * 4)


async def _do(store: Store, kinds: Mapping[str, Kind], clock: Clock, chore: Chore) -> None:
    try:
        kind = kinds.get(chore.kind)
        if kind is None:
            raise Rejected(f"nobody here knows the chore {chore.kind!r}")
        with anyio.fail_after(LEASE * 0.9):
            await kind(chore)
    except Exception as problem:
        await _failed(store, clock(), chore, problem)
        return
    await anyio.to_thread.run_sync(store.finish_chore, chore)
    log.info("chore done", chore=chore.kind, about=chore.about)


async def _failed(store: Store, now: datetime, chore: Chore, problem: Exception) -> None:
    again = retry_at(problem, chore.attempts, now, random.random())  # noqa: S311  spreads load
    error = f"{type(problem).__name__}: {problem}"[:500]
    log.warning("chore failed", chore=chore.kind, about=chore.about, attempts=chore.attempts, error=error)
    if again is None:
        await anyio.to_thread.run_sync(store.bury_chore, chore, error)
    else:
        await anyio.to_thread.run_sync(store.retry_chore, chore, again, error)
