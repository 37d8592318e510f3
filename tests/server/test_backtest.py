"""Calls that were, through another playbook: what the command finds is what differs, and nothing gets lost."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from server.backtest import Bench, Report, backtest, by_labels, playbook_named
from server.backtest_calls import Source, sources_in, stored_sources, workers_for
from server.backtest_report import as_html, headline, show, to_json
from server.call.playbook import Playbook, parse_playbook
from server.call.script import parse_script
from server.envelope import event_to_json
from server.errors import Malformed
from server.events import Talk
from server.outside.playbooks import load_playbooks, prompts
from server.outside.store import Store
from server.records import Call
from server.replay import replay_script

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOKS = load_playbooks()
DEMO = PLAYBOOKS["post-demo"]
TEXT = (prompts() / "playbooks" / "post-demo.yaml").read_text()
SOONER = DEMO.model_copy(
    update={"version": "sooner", "limits": DEMO.limits.model_copy(update={"monologue": 30.0})}
)
"""Stop talking after 30 s instead of 40: the bad sample's cue comes 10 s earlier."""
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The scripted samples, without their recordings."""
    calls = tmp_path / "calls"
    calls.mkdir()
    for name in ("good", "bad", "voicemail"):
        shutil.copy(ROOT / "samples" / f"{name}.call.jsonl", calls)
    return calls


def bench(new: Playbook = SOONER, **more: Any) -> Bench:
    return Bench(new=new, playbooks=PLAYBOOKS, **more)


def changes(report: Report) -> list[tuple[str, str, str, float]]:
    return [
        (one.call, change.what, change.mark.kind, change.mark.at)
        for one in report.differences
        for change in one.changes
        if change.mark.group == "cue"
    ]


def test_what_a_shorter_patience_with_monologues_changes(folder: Path) -> None:
    """The rep of the bad sample takes the floor at 11.66 s; nobody else in the samples holds it for 30 s."""
    (folder / "voicemail.call.jsonl").unlink()
    report = backtest(bench(), sources_in(folder))
    assert changes(report) == [
        ("bad.call.jsonl", "gained", "stop_talking", 42.5),
        ("bad.call.jsonl", "lost", "stop_talking", 51.7),
    ]
    assert headline(report) == "1 of 2 calls would have gone otherwise: 1 gained, 1 lost."


def test_through_its_own_playbook_nothing_changes(folder: Path) -> None:
    for name in ("post-demo", "voicemail"):
        own = [
            source
            for source in sources_in(folder)
            if (source.name == "voicemail.call.jsonl") == (name == "voicemail")
        ]
        report = backtest(bench(PLAYBOOKS[name]), own)
        assert report.differences
        assert report.changed == []
        assert headline(report).startswith("Nothing would have changed in ")


def test_against_another_than_its_own(folder: Path) -> None:
    report = backtest(bench(SOONER, against=SOONER), sources_in(folder))
    assert [one.against for one in report.differences] == ["post-demo sooner"] * 3
    assert report.changed == []


def test_a_broken_file_is_told_and_nothing_else_is_lost(folder: Path) -> None:
    (folder / "broken.call.jsonl").write_text('{"track": 3}\n')
    (folder / "strange.call.jsonl").write_text(
        '{"call": {"playbook": "gone"}}\n{"track": "rep", "start": 0, "end": 1, "text": "Hi."}\n'
    )
    (folder / "sound.wav").write_bytes(b"RIFF")
    report = backtest(bench(), sources_in(folder))
    assert [one.call for one in report.differences] == [
        "bad.call.jsonl",
        "good.call.jsonl",
        "voicemail.call.jsonl",
    ]
    assert [one.call for one in report.broken] == ["broken.call.jsonl", "sound.wav", "strange.call.jsonl"]
    assert "line 1: track is" in str(report.broken[0])
    assert "its playbook 'gone' is not here" in str(report.broken[2])


def test_any_number_of_workers_says_the_same(folder: Path) -> None:
    (folder / "broken.call.jsonl").write_text("{")
    ticks: list[int] = []
    alone = backtest(bench(), sources_in(folder), 1)
    together = backtest(bench(), sources_in(folder), 2, lambda: ticks.append(1))
    assert len(ticks) == 4
    assert json.dumps(to_json(alone)) == json.dumps(to_json(together))
    assert as_html(alone) == as_html(together)


def test_a_heard_call(tmp_path: Path) -> None:
    script = parse_script((ROOT / "samples/bad.call.jsonl").read_text().splitlines())
    head = json.dumps({"call": {"id": "h", "playbook": "post-demo"}})
    events = [json.dumps(event_to_json(event)) for event in script.events]
    label = json.dumps({"label": "ask_end", "at": 67.32})
    (tmp_path / "bad.heard.jsonl").write_text("\n".join([head, *events, label]))
    report = backtest(bench(), sources_in(tmp_path))
    assert [(what, at) for _, what, _, at in changes(report)] == [("gained", 42.5), ("lost", 51.7)]


def test_a_recording_counts_once_with_its_script(tmp_path: Path) -> None:
    for name in ("bad.flac", "bad.call.jsonl", "good.call.jsonl"):
        shutil.copy(ROOT / "samples" / name, tmp_path)
    (tmp_path / "notes.jsonl").write_text("no call\n")
    assert [source.name for source in sources_in(tmp_path)] == ["bad.flac", "good.call.jsonl"]


@pytest.mark.parametrize(("texts", "sounds", "cores", "workers"), [
    (1, 0, 8, 1), (99, 0, 8, 1), (250, 0, 8, 2), (10_000, 0, 8, 8), (0, 1, 8, 1), (3, 4, 8, 4), (0, 40, 2, 2),
])  # fmt: skip
def test_as_many_workers_as_are_worth_their_start(texts: int, sounds: int, cores: int, workers: int) -> None:
    sources = [Source(name="a", file=Path("a.call.jsonl"))] * texts + [
        Source(name="b", file=Path("b.wav"))
    ] * sounds
    assert workers_for(sources, cores) == workers


def test_labels_say_what_is_better(folder: Path) -> None:
    """The bad sample's label wants "stop talking" from 51.66 s: at 42.5 s it is false."""
    report = backtest(bench(judging=by_labels), sources_in(folder))
    stop = next(one for one in report.sums if one.kind == "stop_talking")
    assert (stop.hits, stop.false) == (-1, 1)
    marked = [one.better for one in report.changed[0].changes if one.mark.kind == "stop_talking"]
    assert marked == [-1, -1]
    with (folder / "good.call.jsonl").open("a") as file:
        file.write('{"label": "cue"}\n')
    assert "line" in str(backtest(bench(judging=by_labels), sources_in(folder)).broken[0])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the bad sample as a call that was live, one that goes on, and one of which nothing was heard."""
    made = Store(f"sqlite:///{tmp_path / 'beatline.db'}")
    made.migrate()
    script = parse_script((ROOT / "samples/bad.call.jsonl").read_text().splitlines())
    envelopes = list(replay_script(script, DEMO))
    kept = [envelope for envelope in envelopes if not isinstance(envelope.event, Talk)]
    for id, version in (
        ("own", DEMO.version),
        ("older", "0123456789ab"),
        ("deaf", ""),
        ("live", DEMO.version),
    ):
        made.add_call(Call(id=id, playbook="post-demo", playbook_version=version, created_at=NOW))
        if id != "deaf":
            made.append(id, kept)
        if id != "live":
            made.finish(id, NOW, "hangup", 97.0, envelopes[-1].event, [])  # type: ignore[arg-type]
    yield made
    made.close()


def test_a_stored_call_through_its_own_playbook_changes_nothing(store: Store, tmp_path: Path) -> None:
    sources = [source for source in stored_sources(store) if source.name != "deaf"]
    assert sorted(source.name for source in sources) == ["older", "own"]
    report = backtest(bench(DEMO, database_url=f"sqlite:///{tmp_path / 'beatline.db'}"), sources)
    assert [(one.call, one.changes) for one in report.differences] == [("own", ()), ("older", ())]
    assert [one.against for one in report.differences] == [
        f"post-demo {DEMO.version}",
        "post-demo 0123456789ab, as it was seen",
    ]
    assert any(mark.kind == "stop_talking" for mark in report.differences[0].before)


def test_stored_calls_through_another(store: Store, tmp_path: Path) -> None:
    report = backtest(
        bench(database_url=f"sqlite:///{tmp_path / 'beatline.db'}"), list(stored_sources(store))
    )
    assert {call for call, *_ in changes(report)} == {"own", "older"}
    (deaf,) = report.broken
    assert str(deaf) == "call deaf has no events: nothing was heard"
    assert list(stored_sources(store, of="voicemail")) == []


def test_a_playbook_is_named_by_name_file_or_version(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT + "\n# mine\n")
    assert playbook_named("post-demo", PLAYBOOKS) is DEMO
    assert playbook_named(DEMO.version[:8], PLAYBOOKS) is DEMO
    assert playbook_named(str(file), PLAYBOOKS) == parse_playbook(file.read_text(), "mine.yaml")
    file.write_text("extends: post-demo\nname: mine\ntitle: Mine\n")
    assert playbook_named(str(file), PLAYBOOKS, {"post-demo": TEXT}).budgets == DEMO.budgets
    for wrong in ("nope", DEMO.version[:3], ""):
        with pytest.raises(Malformed, match="there is no playbook"):
            playbook_named(wrong, PLAYBOOKS)


def test_a_folder_without_calls_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="holds no call"):
        sources_in(tmp_path)


def test_the_page_stands_by_itself_and_quotes_safely(folder: Path) -> None:
    nasty = Source(name="<script>alert(1)</script>", file=folder / "bad.call.jsonl")
    text = as_html(backtest(bench(), [nasty, *sources_in(folder)]))
    assert "<script" not in text
    assert "&lt;script&gt;alert" in text
    assert not re.search(r"\b(?:src|href|srcset|action)\s*=|url\(|@import|https?:", text), (
        "nothing from elsewhere"
    )
    assert text.count("<table") == text.count("<caption")
    assert re.search(r'<th scope="row"[^>]*>Stop talking</th>', text)


def test_the_terminal(folder: Path) -> None:
    console = Console(width=120, record=True, file=io.StringIO())
    show(console, backtest(bench(), sources_in(folder)))
    text = console.export_text()
    assert re.search(r"Stop talking +\d +\d +1 +1", text)
    assert re.search(
        r"0:42\.\d +\+ gained +Stop talking +Stop\. Ask something +You have held the floor for 3\d s", text
    )
