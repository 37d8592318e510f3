"""The shipped sample calls: small, two channels at 8 kHz, and each with a twin that fits its sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from media.level import level
from media.wav import read_call

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
NAMES = ["good", "bad", "voicemail"]


def twin(name: str) -> list[dict[str, Any]]:
    lines = (SAMPLES / f"{name}.call.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def said(name: str) -> list[dict[str, Any]]:
    return [line for line in twin(name) if "text" in line and "track" in line]


def test_all_together_are_small() -> None:
    assert sum((SAMPLES / f"{name}.flac").stat().st_size for name in NAMES) < 4 * 2**20


@pytest.mark.parametrize(
    ("name", "shortest", "longest"), [("good", 60, 100), ("bad", 60, 100), ("voicemail", 30, 45)]
)
def test_sound_is_a_telephones(name: str, shortest: float, longest: float) -> None:
    info = soundfile.info(SAMPLES / f"{name}.flac")
    assert (info.samplerate, info.channels, info.subtype) == (8_000, 2, "PCM_16")
    assert shortest <= info.duration <= longest


@pytest.mark.parametrize("name", NAMES)
def test_twin_is_in_order_and_fits_the_sound(name: str) -> None:
    tracks = dict(zip(("rep", "prospect"), read_call(SAMPLES / f"{name}.flac"), strict=True))
    lines = said(name)
    assert [line["start"] for line in lines] == sorted(line["start"] for line in lines)
    covered = {track: np.zeros(len(pcm), bool) for track, pcm in tracks.items()}
    for line in lines:
        start, end = round(line["start"] * 8_000), round(line["end"] * 8_000)
        assert level(tracks[line["track"]][start:end]) > -30, line
        assert not covered[line["track"]][start:end].any(), "one person says one thing at a time"
        covered[line["track"]][start - 80 : end + 80] = True
    for track, pcm in tracks.items():
        quiet = pcm[~covered[track]]
        if name != "voicemail" or track == "rep":  # a mailbox also beeps
            assert level(quiet) == pytest.approx(-65, abs=1.5)


@pytest.mark.parametrize("name", NAMES)
def test_labels_come_last_and_lie_within_the_call(name: str) -> None:
    rows = twin(name)
    assert "call" in rows[0]
    kinds = ["label" in row for row in rows[1:]]
    assert kinds == sorted(kinds)
    duration = soundfile.info(SAMPLES / f"{name}.flac").duration
    for row in rows:
        if "label" in row:
            times = [row[key] for key in ("start", "from", "at", "to", "end") if key in row]
            assert times == sorted(times)
            assert all(0 <= at <= duration for at in times)


def test_the_bad_call_holds_what_makes_it_bad() -> None:
    lines = said("bad")
    monologue = [line for line in lines if line["track"] == "rep" and 11 < line["start"] < 66]
    assert monologue[-1]["end"] - monologue[0]["start"] > 45
    overlaps = [
        (a["track"], b["text"])
        for a in lines
        for b in lines
        if a["track"] != b["track"] and a["start"] < b["start"] < a["end"]
    ]
    assert [track for track, _ in overlaps] == ["rep", "prospect"], (
        "a back-channel, then one real interruption"
    )
    assert overlaps[0][1] == "Right."


def test_the_good_call_leaves_room_after_the_ask() -> None:
    lines = said("good")
    (ask,) = [
        number for number, line in enumerate(lines) if line["text"].startswith("Can we get your ops lead")
    ]
    assert lines[ask + 1]["track"] == "prospect"
    assert lines[ask + 1]["start"] - lines[ask]["end"] > 5


def test_the_mailbox_beeps_before_the_message() -> None:
    _, prospect = read_call(SAMPLES / "voicemail.flac")
    greeting, message = said("voicemail")[:2]
    between = prospect[round(greeting["end"] * 8_000) : round(message["start"] * 8_000)]
    spectrum = np.abs(np.fft.rfft(between))
    assert np.argmax(spectrum) * 8_000 / len(between) == pytest.approx(1_000, abs=2)
    assert sum(abs(int(sample)) > 3_000 for sample in between) > 0.2 * 8_000
