"""The demo, whole: a server, a carrier's stand-in in a process of its own, and what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from media.wav import read_call

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import sys
from pathlib import Path
from server import cli, demo
samples = Path(sys.argv.pop())
demo.samples_folder = lambda: samples
cli.main()
"""
"""The command, over samples of the test's own: those that ship last a minute and more."""


def test_it_shows_a_call_and_says_where_everything_is(tmp_path: Path) -> None:
    samples, data = tmp_path / "samples", tmp_path / "data"
    samples.mkdir()
    pcm, rate = soundfile.read(ROOT / "samples/good.flac", dtype="int16", frames=7 * 8_000)
    soundfile.write(samples / "good.flac", pcm, rate)
    shutil.copy(ROOT / "samples/good.call.jsonl", samples)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("BEATLINE_", "OPENAI_"))}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, "demo", "--exit", "--no-browser", "--port", "0", str(samples)],
        cwd=ROOT,
        env={**clean, "BEATLINE_DATA_DIR": str(data), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    for words in (
        "/login/once/",
        "password",
        "Open reached",
        "I have a minute.",
        "hangup",
        "Outcome:    connect",
    ):
        assert words in ran.stdout, ran.stdout
    (entry,) = [json.loads(line) for line in (data / "demo/crm.jsonl").read_text().splitlines()]
    assert (entry["contact"], entry["rep"], entry["outcome"]) == ("Sarah Kim", "Alex", "connect")
    (recording,) = (data / "demo/recordings").iterdir()
    assert len(read_call(recording)[0]) == pytest.approx(7 * 8_000, abs=800)
    for place in (recording, data / "demo/crm.jsonl", data / "demo/server.log"):
        assert str(place) in ran.stdout
    assert "I have a minute" not in (data / "demo/server.log").read_text(), "what is said is not logged"
