"""`beatline score`: what goes in, what comes out, and what a bad file says."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import cli, main
from server.envelope import event_to_json
from server.events import CallEnded, CallStarted
from server.files import Player
from server.score import score_paths

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SCRIPTS = [SAMPLES / f"{name}.call.jsonl" for name in ("good", "bad", "voicemail")]


def score(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["score", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two scripted calls, one of them below another folder."""
    (tmp_path / "more").mkdir()
    shutil.copy(SCRIPTS[0], tmp_path)
    shutil.copy(SCRIPTS[1], tmp_path / "more")
    return tmp_path


def test_the_tables_of_the_samples() -> None:
    ran = score(*SCRIPTS)
    assert ran.exit_code == 0, ran.output
    assert "Cues of 3 calls" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 122
    for title in ("From the moment", "What was understood", "What was judged", "Outcomes"):
        assert title in ran.stdout


def test_as_json_with_misses() -> None:
    found = json.loads(score(*SCRIPTS, "--json", "--misses").stdout)
    assert found["calls"] == 3
    cues = found["cue"]["all"]
    assert cues["right"] + cues["missed"] == sum(file.read_text().count('"label": "cue"') for file in SCRIPTS)
    assert cues["precision"]["low"] <= cues["precision"]["value"] <= cues["precision"]["high"]
    assert sum(row["calls"] for row in found["outcomes"]) == 3
    wrong = [one for one in found["misses"] if one["what"].startswith("cue")]
    assert len(wrong) == cues["false"] + cues["missed"]
    assert found["media_s"] > 0
    assert found["times_real_time"] > 1


def test_misses_name_call_time_and_kind(tmp_path: Path) -> None:
    text = SCRIPTS[0].read_text()
    late = json.dumps({"label": "cue", "kind": "slow_down", "from": 65.0, "to": 66.0})
    (tmp_path / "x.call.jsonl").write_text(f"{text}{late}\n")
    ran = score(tmp_path, "--misses")
    (line,) = [line for line in ran.stdout.splitlines() if "slow_down: missed" in line]
    assert line.startswith("x   1:05.0  cue slow_down: missed")
    after = ran.stdout.splitlines()[ran.stdout.splitlines().index(line) + 1]
    assert "rep:" in after


def test_a_folder_means_all_calls_in_it(folder: Path) -> None:
    scored = score_paths([folder])
    assert [tally.call for tally in scored.score.tallies] == ["good", "bad"]


def test_a_heard_call_scores_as_the_script_that_it_logs(tmp_path: Path) -> None:
    """The events of a script, written as a log, fold to the same score."""
    script, log = SCRIPTS[1], tmp_path / "bad.heard.jsonl"
    rows = script.read_text().splitlines()
    events = [one.event for one in Player(None).envelopes(script)]
    kinds = ("speech_started", "speech_stopped", "partial", "final")
    inputs = [event for event in events if event.type in kinds or isinstance(event, CallEnded)]
    labels = [row for row in rows if '"label"' in row]
    log.write_text("\n".join([rows[0], *(json.dumps(event_to_json(event)) for event in inputs), *labels]))
    assert isinstance(events[0], CallStarted)
    heard, written = (score_paths([file]).score for file in (log, script))
    assert heard.count("cue") == written.count("cue")
    assert heard.times("cue") == written.times("cue")
    assert heard.tallies[0].shares == written.tallies[0].shares


def test_an_unknown_playbook_of_a_call_gives_way_with_a_note(tmp_path: Path) -> None:
    text = SCRIPTS[0].read_text().replace('"post-demo"', '"moon-shot"', 1)
    (tmp_path / "x.call.jsonl").write_text(text)
    ran = score(tmp_path, "--json")
    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["calls"] == 1
    assert "no playbook 'moon-shot': its calls were played with post-demo" in ran.stderr
    assert score_paths([tmp_path]).score.count("cue") == score_paths(SCRIPTS[:1]).score.count("cue")


def test_bad_files_are_named_and_the_others_scored(folder: Path) -> None:
    (folder / "broken.call.jsonl").write_text(f"{SCRIPTS[0].read_text()}{{\n")
    (folder / "bare.call.jsonl").write_text(SCRIPTS[0].read_text().split('{"label"')[0])
    ran = score(folder)
    assert ran.exit_code == 2
    assert "Cues of 2 calls" in ran.stdout
    bare, broken = ran.stderr.splitlines()
    assert "bare.call.jsonl has no labels" in bare
    assert "broken.call.jsonl: line" in broken
    assert "is not JSON" in broken


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "nowhere does not exist"),
        ([SAMPLES / "labelled"], "holds no labelled call"),
        ([SAMPLES / "labelled" / "speech.flac"], "has no labels: put them beside it, in speech.call.jsonl"),
        ([SCRIPTS[0], "--playbook", "moon-shot"], "there is no playbook 'moon-shot'"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    arguments: list[str | Path],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["beatline", "score", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
