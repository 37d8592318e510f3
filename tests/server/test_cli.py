"""The commands as people type them: what goes in wrong comes back as one line and exit code 2."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.server.commands import Ran, beatline

ROOT = Path(__file__).resolve().parents[2]


def process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("BEATLINE_", "OPENAI_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "server", *map(str, arguments)],
        cwd=ROOT,
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="session")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files that are no two-channel recordings, and scripted calls that are none."""
    folder = tmp_path_factory.mktemp("bad")
    files = {name: folder / name for name in (
        "mono.wav", "empty.wav", "truncated.flac", "truncated.wav", "noise.wav", "silent.wav", "words.flac",
        "empty.call.jsonl", "binary.call.jsonl", "broken.call.jsonl", "backwards.call.jsonl",
    )}  # fmt: skip
    soundfile.write(files["mono.wav"], np.zeros(8000, np.int16), 8000)
    files["empty.wav"].write_bytes(b"")
    files["truncated.flac"].write_bytes((ROOT / "samples/good.flac").read_bytes()[:30])
    files["truncated.wav"].write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ")
    files["noise.wav"].write_bytes(bytes(range(256)) * 40)
    soundfile.write(files["silent.wav"], np.zeros((0, 2), np.int16), 8000)
    files["words.flac"].write_text("this is no sound\n")
    files["empty.call.jsonl"].write_text("")
    files["binary.call.jsonl"].write_bytes(bytes(range(256)))
    files["broken.call.jsonl"].write_text('{"call": {"id": "x"}}\n{"track": "rep", "start": 0')
    files["backwards.call.jsonl"].write_text(
        '{"call": {"id": "x"}}\n{"track": "rep", "start": 2.0, "end": 1.0, "text": "hi"}\n'
    )
    return {**files, "missing.flac": folder / "missing.flac", "folder": folder}


def refused(ran: Ran | subprocess.CompletedProcess[str], *words: str) -> None:
    """Assert one clear line and exit code 2."""
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr.count("\n") == 1, ran.stderr
    assert ran.stderr.startswith("beatline: ")
    assert all(word in ran.stderr for word in words), ran.stderr
    assert ran.stdout == ""


SOUNDS = ["mono.wav", "empty.wav", "truncated.flac", "truncated.wav", "noise.wav", "silent.wav", "words.flac",
          "missing.flac", "folder"]  # fmt: skip


def test_every_bad_recording_is_one_clear_line(bad: dict[str, Path]) -> None:
    for command in ("replay", "transcribe"):
        ran = beatline(command, *(bad[name] for name in SOUNDS))
        assert (ran.returncode, ran.stdout) == (2, "")
        lines = ran.stderr.splitlines()
        assert len(lines) == len(SOUNDS), ran.stderr
        for name, line in zip(SOUNDS, lines, strict=True):
            assert line.startswith("beatline: ")
            assert str(bad[name]) in line


@pytest.mark.parametrize(
    "name", ["empty.call.jsonl", "binary.call.jsonl", "broken.call.jsonl", "backwards.call.jsonl"]
)
def test_a_bad_scripted_call_is_one_clear_line(bad: dict[str, Path], name: str) -> None:
    refused(beatline("replay", "--json", bad[name]), str(bad[name]))


def test_a_recording_that_cannot_be_used_is_not_announced(bad: dict[str, Path]) -> None:
    refused(beatline("simulate", bad["mono.wav"], "--to", "ws://127.0.0.1:9/media/twilio"), "mono.wav", "two")


def test_a_broken_twin_beside_a_recording_is_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "call.wav", np.zeros((8000, 2), np.int16), 8000)
    for text in ("{", "[1]", '{"call": 3}'):
        (tmp_path / "call.call.jsonl").write_text(text)
        refused(beatline("transcribe", tmp_path / "call.wav"), "call.call.jsonl")


def test_a_data_folder_that_cannot_be_made_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for run, *command in ((beatline, "migrate"), (process, "serve", "--port", "0")):
        refused(run(*command, BEATLINE_DATA_DIR=str(tmp_path / "file" / "x")), "BEATLINE_DATA_DIR")


def test_a_scripted_call_is_not_transcribed(tmp_path: Path) -> None:
    refused(beatline("transcribe", tmp_path / "none.call.jsonl"), "does not exist")
    refused(beatline("transcribe", ROOT / "samples/good.call.jsonl"), "its own transcript")


def test_an_unknown_playbook_names_those_there_are() -> None:
    refused(beatline("replay", "--playbook", "nope", ROOT / "samples/good.call.jsonl"), "'nope'", "post-demo")


def test_no_file_at_all_is_bad_usage() -> None:
    ran = process("replay")
    assert ran.returncode == 2
    assert "Missing argument" in ran.stderr


def test_a_model_that_cannot_be_had_says_what_to_set(tmp_path: Path) -> None:
    data = {"BEATLINE_DATA_DIR": str(tmp_path)}
    good = ROOT / "samples/good.flac"
    refused(
        beatline("replay", good, "--json", **data, BEATLINE_SPEECH_MODEL="no-such"), "BEATLINE_SPEECH_MODEL"
    )
    refused(
        beatline("replay", good, "--json", **data, BEATLINE_SPEECH_MODEL=str(tmp_path)),
        "model.bin is missing",
    )
    offline = {**data, "HF_HUB_OFFLINE": "1"}  # its library reads this when it is imported
    refused(
        process("replay", good, "--json", **offline, BEATLINE_SPEECH_MODEL="base.en"), "network", "shipped"
    )
    refused(process("model", "fetch", "tiny.en", **offline), "network")


def test_a_wrong_setting_is_one_line() -> None:
    refused(beatline("migrate", BEATLINE_PORT="many"), "BEATLINE_PORT")


def test_a_scripted_call_replays_as_json() -> None:
    ran = process("replay", "--json", ROOT / "samples/good.call.jsonl")
    assert (ran.returncode, ran.stderr) == (0, "")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["type"] == "call_started"
    assert rows[-1]["type"] == "summary"


def test_replay_shows_people_what_the_rep_would_have_seen() -> None:
    ran = beatline("replay", ROOT / "samples/bad.call.jsonl")
    assert ran.returncode == 0
    assert "give_reason" in ran.stdout or "reason" in ran.stdout.lower()
    assert "Let me tell you a little bit" in ran.stdout


def test_a_backtest_tells_of_broken_calls_and_still_says_the_rest(tmp_path: Path) -> None:
    calls, page = tmp_path / "calls", tmp_path / "page.html"
    calls.mkdir()
    (calls / "bad.call.jsonl").write_text((ROOT / "samples/bad.call.jsonl").read_text())
    (calls / "broken.call.jsonl").write_text("{")
    mine = tmp_path / "mine.yaml"
    text = (ROOT / "prompts/playbooks/post-demo.yaml").read_text()
    mine.write_text(f"{text}\nlimits: {{monologue: 30}}\n")
    ran = beatline("backtest", mine, "--calls", calls, "--json", "--html", page, "--workers", "1")
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "broken.call.jsonl: line 1 is not JSON" in ran.stderr
    told = json.loads(ran.stdout)
    (one,) = told["calls"]
    assert [change["what"] for change in one["changes"]] == ["gained", "lost"]
    assert "Stop talking" in page.read_text("utf-8")


def test_a_backtest_of_nothing_is_refused(tmp_path: Path) -> None:
    refused(beatline("backtest", "nope", "--calls", ROOT / "samples"), "'nope'", "post-demo")
    refused(beatline("backtest", "post-demo", "--calls", tmp_path), str(tmp_path), "no call")
    missing = tmp_path / "missing.call.jsonl"
    ran = beatline("backtest", "post-demo", "--calls", missing, "--workers", "1")
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "does not exist" in ran.stderr


def test_a_page_that_cannot_be_written_does_not_lose_the_backtest(tmp_path: Path) -> None:
    good, page = ROOT / "samples/good.call.jsonl", tmp_path / "no" / "page.html"
    ran = beatline("backtest", "post-demo", "--calls", good, "--html", page)
    assert ran.returncode == 2
    assert "Nothing would have changed in 1 call." in ran.stdout
    assert ran.stderr == f"beatline: {page} cannot be written: No such file or directory\n"


def test_models_can_be_listed(tmp_path: Path) -> None:
    for name, files in {"half.en": ["model.bin"], "whole.en": ["model.bin", "complete"]}.items():
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        for file in files:
            (folder / file).touch()
    ran = beatline("model", "list", BEATLINE_DATA_DIR=str(tmp_path))
    assert ran.returncode == 0
    assert "shipped" in ran.stdout
    assert "whole.en" in ran.stdout
    assert "half.en" not in ran.stdout, "a download that broke off is no model"
    assert "base.en" in ran.stdout


def test_migrate_makes_the_database_and_again_does_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        ran = beatline("migrate", BEATLINE_DATA_DIR=str(tmp_path / "new"))
        assert (ran.returncode, ran.stdout) == (0, "The database is up to date.\n"), ran.stderr


def test_a_port_that_is_taken_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in (("serve",), ("demo", "--no-browser", "--exit")):
            refused(process(*command, "--port", port, BEATLINE_DATA_DIR=str(tmp_path)), port, "--port")
