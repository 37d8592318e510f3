"""The outbox: when a chore is tried again, and a loop over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from server import outbox
from server.errors import Malformed, Misconfigured, Refused, Rejected, Unreachable
from server.outbox import LIFE, MOST, retry_at
from server.outside.store import Store
from server.records import Chore

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
KINDS = ("flaky", "never", "unknown")


@pytest.mark.parametrize("problem", [Rejected("no"), Malformed("?"), Misconfigured("set it"), Refused("no")])
def test_a_no_is_not_asked_again(problem: Exception) -> None:
    assert retry_at(problem, 1, NOW, 0.5) is None


def test_waits_double_and_are_spread_up_to_an_hour() -> None:
    waits = [retry_at(Unreachable("?"), attempts, NOW, 0.5) for attempts in (1, 2, 3, LIFE - 1)]
    assert [(wait - NOW).total_seconds() for wait in waits if wait] == [
        2,
        4,
        8,
        min(3600, 2 * 2 ** (LIFE - 2)),
    ]
    spread = [retry_at(ValueError("?"), 5, NOW, dice) for dice in (0.0, 1.0)]
    assert [round((at - NOW).total_seconds(), 1) for at in spread if at] == [25.6, 38.4]
    assert timedelta(hours=1) == MOST
    assert retry_at(Unreachable("?"), LIFE, NOW, 0.5) is None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'beatline.db'}")
    made.migrate()
    yield made
    made.close()


@pytest.mark.anyio
async def test_the_loop_does_retries_and_buries(store: Store) -> None:
    tried: list[str] = []

    async def flaky(chore: Chore) -> None:
        tried.append(chore.key)
        if chore.attempts == 1:
            raise Unreachable("not now")

    async def never(chore: Chore) -> None:
        raise Rejected("the CRM says no")

    store.enqueue([
        Chore(kind=kind, about=kind, key=kind, due_at=NOW) for kind in KINDS
    ])  # fmt: skip
    now = NOW

    def clock() -> datetime:
        nonlocal now
        now += timedelta(seconds=1)  # every look finds the clock a second on
        return now

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(outbox.run, store, {"flaky": flaky, "never": never}, clock)
        with anyio.fail_after(20):
            while any(store.chores(kind)[0].state in ("todo", "doing") for kind in KINDS):  # noqa: ASYNC110
                await anyio.sleep(0.01)
        tasks.cancel_scope.cancel()
    assert tried == ["flaky", "flaky"]
    states = {kind: store.chores(kind)[0].state for kind in KINDS}
    assert states == {"flaky": "done", "never": "dead", "unknown": "dead"}
    assert "the CRM says no" in store.chores("never")[0].error
