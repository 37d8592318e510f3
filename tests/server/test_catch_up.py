"""A call that had more to hear than there was time gets its words from its recording, over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from media.audio import RATE, Frame, Hypothesis, Look, Track, Window, Word
from media.wav import Recorder
from server.catch_up import CatchUp
from server.envelope import Envelope
from server.errors import Malformed
from server.events import CallEnded, CallStarted, Final, SpeechStarted, SpeechStopped, Summary
from server.outside.bus import Bus
from server.outside.playbooks import load_playbooks
from server.outside.store import Store
from server.records import Call, Chore

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
CHORE = Chore(kind="catch_up", about="c1", key="catch_up:c1", payload={}, due_at=NOW)


class Ears:
    """A scheduler that hears a promise; `breaks` fails once on the second turn, as a process that ends does."""

    def __init__(self, breaks: bool = False) -> None:
        self.breaks, self.asked = breaks, list[Window]()

    async def transcribe(self, window: Window, call_id: str) -> Hypothesis:
        self.asked.append(window)
        if self.breaks and window.turn == 2:
            self.breaks = False
            raise ConnectionError("cut off")
        begin = window.start / RATE + 0.4
        said = ["I'll", "send", "the", "agenda", "tonight."]
        return Hypothesis(
            window, tuple(Word(w, begin + i / 10, begin + (i + 1) / 10) for i, w in enumerate(said))
        )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with an ended call of two turns, neither of which has its words."""
    made = Store(f"sqlite:///{tmp_path / 'b.db'}")
    made.migrate()
    made.add_call(Call(id="c1", rep="a@x.example", contact="Sarah Kim", playbook="post-demo", created_at=NOW))
    made.start_call("c1", NOW, "twilio", "CA1", "c1.wav")
    events = [
        CallStarted(at=0.0, playbook="post-demo"),
        SpeechStarted(at=1.0, track="rep", turn=1, start=0.9),
        SpeechStopped(at=2.5, track="rep", turn=1, start=0.9, end=2.1),
        SpeechStarted(at=3.0, track="rep", turn=2, start=2.9),
        SpeechStopped(at=4.5, track="rep", turn=2, start=2.9, end=4.0),
        CallEnded(at=5.0, reason="hangup", duration=5.0),
        Summary(at=5.0, outcome="connect", sentiment="neutral", meeting=False),
    ]
    made.append("c1", [Envelope("c1", number, event) for number, event in enumerate(events, 1)])
    made.finish("c1", NOW, "hangup", 5.0, events[-1], [])
    recorder = Recorder(tmp_path / "c1.wav")
    for track in Track:
        recorder.write(Frame(track, 0, np.full(5 * RATE, 300, np.int16)))
    recorder.close()
    yield made
    made.close()


def chore(store: Store, ears: Ears, folder: Path) -> CatchUp:
    return CatchUp(
        store=store,
        bus=Bus(),
        scheduler=ears,  # type: ignore[arg-type]
        playbooks=load_playbooks(),
        recordings=folder,
        clock=lambda: NOW,
    )


def finals(store: Store) -> list[Final]:
    return [e.event for e in store.events("c1") if isinstance(e.event, Final)]


async def test_every_owed_turn_gets_its_words_and_the_summary_knows_them(
    store: Store, tmp_path: Path
) -> None:
    ears = Ears()
    await chore(store, ears, tmp_path)(CHORE)
    assert [window.look for window in ears.asked] == [Look.LATE, Look.LATE]
    assert sorted(final.turn for final in finals(store)) == [1, 2]
    assert all(final.words[0].text == "I'll" for final in finals(store))
    summary = store.summary("c1")
    assert summary is not None
    assert any("agenda" in sentence.text for sentence in summary.sentences)
    numbers = [envelope.number for envelope in store.events("c1")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert isinstance(store.events("c1")[-1].event, Summary)


async def test_a_second_try_goes_on_where_the_first_broke_off(store: Store, tmp_path: Path) -> None:
    ears = Ears(breaks=True)
    with pytest.raises(ExceptionGroup):
        await chore(store, ears, tmp_path)(CHORE)
    done = [final.turn for final in finals(store)]
    await chore(store, ears, tmp_path)(CHORE)
    assert sorted(final.turn for final in finals(store)) == [1, 2]
    assert len(ears.asked) == 4 - len(done)


async def test_without_a_recording_the_turns_are_closed_empty(store: Store, tmp_path: Path) -> None:
    (tmp_path / "c1.wav").unlink()
    ears = Ears()
    await chore(store, ears, tmp_path)(CHORE)
    assert ears.asked == []
    assert [final.words for final in finals(store)] == [(), ()]


async def test_a_call_that_is_not_there_is_given_up(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        await chore(store, Ears(), tmp_path)(
            Chore(kind="catch_up", about="c9", key="k", payload={}, due_at=NOW)
        )
