"""A suggestion through the whole of a live call: sound, words, the model, the page's events, the store, a replay."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from media import g711
from media.gate import Gate
from media.models import shipped
from media.scheduler import Scheduler
from media.vad import Judge
from media.wav import read_call
from media.whisper import Whisper
from server.call.allowance import Allowance
from server.call.breaker import Breaker
from server.carriers.wire import Sound, Started, Stopped, Wire
from server.events import INPUTS, Card, Cue, Suggestion, Talk
from server.live import Ears, Live
from server.outside.bus import Bus
from server.outside.llm import Suggester
from server.outside.playbooks import load_playbooks
from server.outside.store import Store
from server.records import Call
from server.replay import replay_events
from server.suggest import Advice

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "samples" / "good.flac"
FROM, OBJECTED, KNOWN = 40.0, 5.7, 6.6
"""Where the sample's objection is cut out; where it ends there; when its turn is known to be over (media seconds)."""
REPLY = {
    "headline": "Ask about timing", "lines": ["Understood. What makes it busy?"], "question": "", "evidence": "",
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'b.db'}")
    made.migrate()
    made.add_call(Call(id="c1", rep="a@x.example", playbook="post-demo", rep_track="inbound", created_at=NOW))
    yield made
    made.close()


async def wires(bus: Bus) -> AsyncIterator[Wire]:
    """An objection, and then no more sound until something has come of it."""
    _, pcm = read_call(SAMPLE)
    heard = np.ascontiguousarray(pcm[int(FROM * 8000) :])
    for place in range(int((KNOWN + 2) * 50)):
        yield Sound("inbound", place * 20, g711.encode(np.zeros(160, np.int16), "mulaw"))
        yield Sound("outbound", place * 20, g711.encode(heard[place * 160 : (place + 1) * 160], "mulaw"))
        await anyio.lowlevel.checkpoint()
        if place == int(KNOWN * 50):
            async with bus.follow("c1") as events:
                while not isinstance((await anext(events)).event, Suggestion):
                    pass
    yield Stopped("stop")


async def test_from_the_prospects_words_to_the_card_and_back_from_the_store(
    cloud: Any, store: Store, tmp_path: Path
) -> None:
    cloud.usage = (812, 57)
    bus, playbooks = Bus(), load_playbooks()
    engine = Whisper(shipped())

    class Quotes(Suggester):
        """The model: it quotes what it is told, which a fixed reply cannot know."""

        async def suggest(self, told: str) -> Any:
            cloud.content = json.dumps(REPLY | {"evidence": json.loads(told)["heard"]["prospect_said"]})
            return await super().suggest(told)

    suggester = Quotes("sk-test", cloud.url, "quick")
    advice = Advice(suggester, Allowance(requests=9, tokens_in=9999, tokens_out=999), Breaker(3, 60))
    ears = Ears(gate=Gate(Judge()), scheduler=Scheduler(engine, bus.followed))
    call = store.call("c1")
    assert call is not None
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            await tasks.start(ears.scheduler.run)
            tasks.start_soon(ears.gate.run)
            live = Live(
                store=store, bus=bus, ears=ears, playbooks=playbooks, recordings=tmp_path, clock=lambda: NOW,
                advice=advice,
            )  # fmt: skip
            started = Started("MZ1", "CA1", "AC1", ("inbound", "outbound"), "mulaw", 8000)
            await live.carry(call, started, "twilio", wires(bus))
            tasks.cancel_scope.cancel()
        await suggester.aclose()
    events = [envelope.event for envelope in store.events("c1")]
    (card,) = [event for event in events if isinstance(event, Card)]
    (cue,) = [e for e in events if isinstance(e, Cue) and e.kind == "card" and e.phase == "raised"]
    assert (card.about, card.lines) == ("timing", ("Understood. What makes it busy?",))
    assert cue.at <= card.at <= OBJECTED + 2
    assert advice.outcomes == {"shown": 1}
    figures = store.figures("c1")
    assert (figures["suggestions_shown"], figures["suggestion_tokens_in"]) == (1, 812)

    inputs = [event for event in events if isinstance(event, INPUTS)]
    again = replay_events("c1", inputs, playbooks["post-demo"])
    kept = [envelope.event for envelope in again if not isinstance(envelope.event, Talk)]
    assert kept == events, "the log alone gives what the rep saw: no key, no network"
