"""CRM entries, and the local log that keeps them once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.crm.local import healed, holds, to_line
from server.crm.shape import entry_of
from server.errors import Unreachable
from server.events import Evidence, NextStep, Sentence, Summary
from server.outside.crm_log import push_entry
from server.records import Call, Wrapup

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
CALL = Call(
    id="c1",
    playbook="post-demo",
    created_at=AT,
    rep="Alex",
    contact="Sarah Kim",
    contact_company="Acme",
    duration=61.25,
)
PROOF = Evidence(track="prospect", start=1.0, end=2.0, text="Thursday works.")
SUMMARY = Summary(
    at=61.25,
    outcome="connect",
    meeting=True,
    next_step=NextStep(kind="meeting", date="2026-11-26", time="14:00", with_="ops lead"),
    sentences=(
        Sentence(text="They meet.", evidence=(PROOF,)),
        Sentence(text="He sends it.", evidence=(PROOF,)),
    ),
)


def test_the_reps_word_goes_before_the_rules() -> None:
    made = entry_of(CALL, SUMMARY, None)
    assert (made.outcome, made.next_step.date, made.summary, made.confirmed) == (
        "connect", "2026-11-26", "They meet. He sends it.", False,
    )  # fmt: skip
    wrapup = Wrapup(outcome="voicemail", sentiment="neutral", next_step=NextStep(kind="call"), note="busy")
    said = entry_of(CALL, SUMMARY, wrapup)
    assert (said.outcome, said.meeting, said.next_step.kind, said.note, said.confirmed) == (
        "voicemail", False, "call", "busy", True,
    )  # fmt: skip
    assert entry_of(CALL, None, None).outcome == "no_answer"


def test_a_meeting_without_a_day_is_none_whoever_says_so() -> None:
    for day, meeting in ((None, False), ("2026-11-27", True)):
        step = NextStep(kind="meeting", date=day)
        wrapup = Wrapup(outcome="connect", sentiment="positive", next_step=step, note="")
        assert entry_of(CALL, SUMMARY, wrapup).meeting is meeting


def test_a_line_is_json_with_its_key_first() -> None:
    line = to_line(entry_of(CALL, SUMMARY, None), "push:c1")
    body = json.loads(line)
    assert body["next_step"] == {"kind": "meeting", "date": "2026-11-26", "time": "14:00", "with": "ops lead"}
    assert holds(f"{line}\n", "push:c1")
    assert not holds(f"{line}\n", "push:c")
    assert "\n" not in line


def test_a_push_that_is_tried_again_writes_once(tmp_path: Path) -> None:
    file = tmp_path / "crm" / "crm.jsonl"
    entry = entry_of(CALL, SUMMARY, None)
    for _ in range(3):
        push_entry(file, entry, "a")
    push_entry(file, entry, "b")
    assert [json.loads(line)["key"] for line in file.read_text().splitlines()] == ["a", "b"]


def test_half_a_line_of_a_killed_process_is_healed(tmp_path: Path) -> None:
    file = tmp_path / "crm.jsonl"
    entry = entry_of(CALL, SUMMARY, None)
    push_entry(file, entry, "a")
    whole = file.read_text()
    file.write_text(whole + to_line(entry, "b")[:40])
    push_entry(file, entry, "b")
    assert [json.loads(line)["key"] for line in file.read_text().splitlines()] == ["a", "b"]
    assert healed("") == ""
    assert healed(whole) == whole


def test_a_log_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    folder = tmp_path / "crm.jsonl"
    folder.mkdir()
    with pytest.raises(Unreachable):
        push_entry(folder, entry_of(CALL, None, None), "a")
