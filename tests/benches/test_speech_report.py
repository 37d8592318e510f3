"""What a run wrote can be drawn without another run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benches import speech, speech_report
from benches.judged import Verdict
from benches.rows import Row

VAD = ("64 tracks in one call", "64 tracks in one call, behind the door", "alone at 8 kHz", "alone at 16 kHz")


def row(name: str, delays: tuple[float, ...]) -> Row:
    return Row(name, "ours", "so", 0.5, Verdict(10, 1, delays, delays, (), (1.0,), 0, 0))


def test_a_written_run_is_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peers = [row("WhisperLiveKit 1 (1 s)", (0.7, 0.8)), row("deaf", ())]
    result = speech_report.Result(
        "so", "here", row("Beatline", (0.7, 0.6)), peers, {}, dict.fromkeys(VAD, 1.0), {}
    )
    figures, plot = tmp_path / "speech.json", tmp_path / "speech.png"
    speech_report.save(speech_report.written(result), figures)
    assert json.loads(figures.read_text("utf-8"))["figures"]["Beatline: word errors %"] == 10.0
    monkeypatch.setattr(sys, "argv", ["speech", "--from", str(figures), "--png", str(plot)])
    assert speech.main() == 0
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_drawing_needs_to_know_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["speech", "--from", "speech.json"])
    with pytest.raises(SystemExit):
        speech.main()
