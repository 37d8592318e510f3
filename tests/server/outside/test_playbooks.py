"""Playbooks in the store: what runs, what a change does, and calls that keep the version they had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.call.playbook import Playbook
from server.call.script import parse_script
from server.errors import Malformed, Misconfigured
from server.events import INPUTS, Beat
from server.outside.playbooks import (
    newer_playbooks,
    open_playbooks,
    playbook_of,
    save_playbook,
    stored_playbook,
)
from server.outside.store import Store
from server.records import Call
from server.replay import replay_events, replay_script

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
DEMO = """\
name: demo
title: Demo
beats:
  - {beat: permission_context, goal: Begin, budget: 15}
  - {beat: why_now, goal: Say why, budget: 20}
  - {beat: ask, goal: Ask, budget: 10}
  - {beat: listen, goal: Listen, budget: 30}
  - {beat: book_or_bridge, goal: Book, budget: 15}
"""
CHILD = "name: child\ntitle: Child\nextends: demo\n"
SHORTER = DEMO.replace("budget: 20", "budget: 18")


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store("sqlite://")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "demo.yaml").write_text(DEMO)
    (tmp_path / "child.yaml").write_text(CHILD)
    return tmp_path


def save(store: Store, name: str, text: str, replaces: str, at: int = 1) -> dict[str, Playbook] | None:
    now = NOW + timedelta(minutes=at)
    return save_playbook(store, name, text, replaces=replaces, author="mo@x.example", note="shorter", now=now)


def test_the_files_are_the_first_versions(store: Store, folder: Path) -> None:
    runs = open_playbooks(store, folder, NOW)
    assert store.running_versions() == {name: one.version for name, one in runs.items()}
    assert [(one.author, one.text) for one in store.playbook_history("demo")] == [("", DEMO)]
    assert open_playbooks(store, folder, NOW + timedelta(days=1)) == runs
    assert len(store.playbook_history("demo")) == 1


def test_a_file_that_changed_runs_at_the_next_start(store: Store, folder: Path) -> None:
    open_playbooks(store, folder, NOW)
    (folder / "demo.yaml").write_text(SHORTER)
    assert open_playbooks(store, folder, NOW)["demo"].budgets["why_now"] == 18
    assert [one.active for one in store.playbook_history("demo")] == [True, False]


def test_what_a_person_saved_stands_over_the_file_and_the_file_is_kept(store: Store, folder: Path) -> None:
    was = open_playbooks(store, folder, NOW)
    changed = save(store, "demo", SHORTER, was["demo"].version)
    assert changed is not None
    assert changed.keys() == {"demo", "child"}
    (folder / "demo.yaml").write_text(DEMO + "# another\n")
    runs = open_playbooks(store, folder, NOW)
    assert runs == {**was, **changed}
    newest = store.playbook_history("demo")
    assert [(one.author, one.active) for one in newest] == [("", False), ("mo@x.example", True), ("", False)]
    assert newest[0].note == "From the playbook folder"


def test_a_child_changes_with_its_base(store: Store, folder: Path) -> None:
    was = open_playbooks(store, folder, NOW)
    changed = save(store, "demo", SHORTER, was["demo"].version)
    assert changed is not None
    assert changed["child"].budgets["why_now"] == 18
    assert changed["child"].version != was["child"].version
    newest = store.playbook_history("child")[0]
    assert (newest.author, newest.note) == ("", "demo, which it extends, has changed")
    (folder / "child.yaml").write_text(CHILD + "level: eager\n")
    assert open_playbooks(store, folder, NOW)["child"].level == "eager", "it still follows its file"
    first = stored_playbook(store, "child", was["child"].version)
    assert first == was["child"]
    assert stored_playbook(store, "child", changed["child"].version) == changed["child"]


def test_a_bad_text_never_replaces_the_one_that_runs(store: Store, folder: Path) -> None:
    was = open_playbooks(store, folder, NOW)
    with pytest.raises(Malformed, match=r"demo, line 5, beats\.1\.budget: "):
        save(store, "demo", DEMO.replace("budget: 20", "budget: soon"), was["demo"].version)
    with pytest.raises(Malformed, match="says 'demo', but this is the playbook 'child'"):
        save(store, "child", DEMO, was["child"].version)
    assert store.running_versions() == {name: one.version for name, one in was.items()}
    assert len(store.playbook_history("demo")) == 1


def test_a_change_that_would_break_a_child_is_refused(store: Store, folder: Path) -> None:
    (folder / "child.yaml").write_text(CHILD + "reasons: ['Since {event}']\n")
    (folder / "demo.yaml").write_text(DEMO + "slots: {event: what happened}\n")
    was = open_playbooks(store, folder, NOW)
    with pytest.raises(Malformed, match=r"child extends it and would break: line 4, reasons\.0: \{event\}"):
        save(store, "demo", DEMO, was["demo"].version)
    assert store.running_versions()["demo"] == was["demo"].version


def test_two_who_save_at_once(store: Store, folder: Path) -> None:
    was = open_playbooks(store, folder, NOW)["demo"].version
    assert save(store, "demo", SHORTER, was) is not None
    assert save(store, "demo", DEMO + "# mine\n", was) is None
    assert store.running_playbooks()["demo"].text == SHORTER


def test_restoring_is_saving_again_and_both_are_told(store: Store, folder: Path) -> None:
    was = open_playbooks(store, folder, NOW)["demo"].version
    changed = save(store, "demo", SHORTER, was)
    assert changed is not None
    restored = save(store, "demo", DEMO, changed["demo"].version, at=2)
    assert restored is not None
    assert restored["demo"].version == was
    assert [one.version for one in store.playbook_history("demo")] == [was, changed["demo"].version, was]
    assert [one.active for one in store.playbook_history("demo")] == [True, False, False]


def test_another_process_learns_of_a_change(store: Store, folder: Path) -> None:
    here = open_playbooks(store, folder, NOW)
    changed = save(store, "demo", SHORTER, here["demo"].version)
    assert newer_playbooks(store, here) == changed
    assert newer_playbooks(store, {**here, **(changed or {})}) == {}


def test_a_new_one_needs_no_file(store: Store, folder: Path) -> None:
    open_playbooks(store, folder, NOW)
    assert save(store, "fresh", DEMO.replace("name: demo", "name: fresh"), "") is not None
    assert "fresh" in open_playbooks(store, folder, NOW)
    (folder / "child.yaml").unlink()
    assert open_playbooks(store, folder, NOW).keys() == {"demo", "fresh"}


def test_a_saved_text_that_is_not_taken_any_more_gives_way_to_its_file(store: Store, folder: Path) -> None:
    was = open_playbooks(store, folder, NOW)
    old = DEMO + "mood: sunny\n"  # a field that an older program took
    row = store.running_playbooks()["demo"]
    assert store.save_playbooks([replace(row, text=old, author="mo", version="old")], {"demo": row.version})
    runs = open_playbooks(store, folder, NOW)
    assert runs == was
    assert store.running_playbooks()["demo"].text == old


def test_a_wrong_file_is_refused_at_the_start(store: Store, folder: Path) -> None:
    (folder / "demo.yaml").write_text("name: demo\n")
    with pytest.raises(Malformed, match=r"child\.yaml, line 3, extends: demo is wrong itself: "):
        open_playbooks(store, folder, NOW)
    with pytest.raises(Misconfigured):
        open_playbooks(store, folder / "none", NOW)


# --- calls -----------------------------------------------------------------------------------------------

SCRIPT = """\
{"call": {"id": "c1", "playbook": "demo", "contact": "Sarah"}}
{"track": "rep", "start": 0.4, "end": 3.0, "text": "Hi Sarah, it's Alex from Northwind. Did I catch you at a bad time?"}
{"track": "prospect", "start": 3.5, "end": 4.2, "text": "No, go on."}
{"track": "rep", "start": 4.6, "end": 30.0, "text": "The reason I'm calling is that you looked at pricing twice."}
"""


def test_a_call_keeps_its_version_and_folds_again_exactly(store: Store, folder: Path) -> None:
    running = open_playbooks(store, folder, NOW)
    call = Call(id="c1", playbook="demo", playbook_version=running["demo"].version, created_at=NOW)
    store.add_call(call)
    seen = list(replay_script(parse_script(SCRIPT.splitlines()), playbook_of(call, running, store)))
    store.append("c1", [one for one in seen if one.event.type not in ("talk", "summary")])

    changed = save(store, "demo", SHORTER, running["demo"].version)
    running.update(changed or {})
    assert (
        playbook_of(Call(id="c2", playbook="demo", created_at=NOW), running, store).budgets["why_now"] == 18
    )

    kept = store.call("c1")
    assert kept is not None
    assert kept.playbook_version == stored_playbook(store, "demo", kept.playbook_version).version
    inputs = [one.event for one in store.events("c1") if isinstance(one.event, INPUTS)]

    def lines(playbook: Playbook) -> list[str]:
        return [one.to_line() for one in replay_events("c1", inputs, playbook)]

    exact = stored_playbook(store, "demo", kept.playbook_version)
    assert lines(exact) == [one.to_line() for one in seen]
    assert lines(exact) == lines(playbook_of(kept, running, store))
    assert lines(running["demo"]) != lines(exact), "the budget of why now is shorter: it overruns sooner"
    assert "overrun" in [one.event.phase for one in seen if isinstance(one.event, Beat)]


def test_a_version_that_is_not_kept(store: Store, folder: Path) -> None:
    running = open_playbooks(store, folder, NOW)
    with pytest.raises(Malformed, match="version abc of the playbook demo is not kept"):
        stored_playbook(store, "demo", "abc")
    old = Call(id="c1", playbook="demo", playbook_version="abc", created_at=NOW)
    assert playbook_of(old, running, store) is running["demo"]
    with pytest.raises(Malformed):
        playbook_of(Call(id="c2", playbook="gone", playbook_version="abc", created_at=NOW), running, store)
