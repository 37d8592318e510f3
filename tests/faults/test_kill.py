"""`kill -9` during a call: at the next start it is closed as far as it was heard."""

from __future__ import annotations

import json

import pytest

from tests.faults.conftest import Served, frames


def test_a_killed_call_is_closed_at_the_next_start(mortal: Served) -> None:
    call_id, line = mortal.begin()
    for message in frames(0.0, 9.0):
        line.send(message)
    mortal.until(lambda: len(mortal.words(call_id)) > 3, "no words came")
    mortal.kill()
    line.close()

    mortal.start()
    row = mortal.ended(call_id)
    assert row["end_reason"] == "interrupted"
    assert row["duration"] == pytest.approx(9.0, abs=1.0)
    assert row["summary"] is not None
    rep, prospect = mortal.recording(call_id)
    assert len(rep) == len(prospect) >= 8 * 8000
    assert rep.any()
    crm = mortal.folder / "crm.jsonl"
    mortal.until(lambda: crm.exists() and call_id in crm.read_text(), "no CRM entry came")
    entry = [json.loads(text) for text in crm.read_text().splitlines() if call_id in text]
    assert len(entry) == 1
    stopped = {(e["track"], e["turn"]) for e in mortal.events(call_id) if e["type"] == "speech_stopped"}
    finals = {(e["track"], e["turn"]) for e in mortal.events(call_id) if e["type"] == "final"}
    assert stopped <= finals


def test_a_second_start_changes_nothing(mortal: Served) -> None:
    call_id, line = mortal.begin()
    for message in frames(0.0, 3.0):
        line.send(message)
    mortal.until(lambda: mortal.events(call_id), "no event came")
    mortal.kill()
    line.close()
    mortal.start()
    mortal.ended(call_id)
    events = mortal.events(call_id)
    mortal.kill()
    mortal.start()
    assert mortal.events(call_id)[: len(events)] == events


def test_a_polite_stop_saves_the_live_call(mortal: Served) -> None:
    call_id, line = mortal.begin()
    for message in frames(0.0, 3.0):
        line.send(message)
    mortal.until(lambda: mortal.events(call_id), "no event came")
    assert mortal.process
    mortal.process.terminate()
    mortal.process.wait(40)
    line.close()
    mortal.start()
    assert mortal.ended(call_id)["duration"] == pytest.approx(3.0, abs=0.2)
