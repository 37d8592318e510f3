"""Recordings: playable at any moment, whole to the last second, clear about what cannot be read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.audio import FRAME, Frame, Pcm, Track
from media.wav import Recorder, frames_of, read_call, repair

ROOT = Path(__file__).resolve().parents[2]


def ramp(count: int, first: int = 1) -> Pcm:
    return (np.arange(first, first + count) % 20_000 + 1).astype(np.int16)


def record(path: Path, frames: list[Frame]) -> None:
    recorder = Recorder(path)
    for frame in frames:
        recorder.write(frame)
    recorder.close()


def test_both_tracks_come_back_as_written(tmp_path: Path) -> None:
    rep, prospect = ramp(20_000), ramp(20_000, 7_000)
    path = tmp_path / "call.wav"
    record(path, list(frames_of(rep, prospect)))
    again = read_call(path)
    assert np.array_equal(again[0], rep)
    assert np.array_equal(again[1], prospect)
    assert not path.stat().st_mode & 0o077, "a call is nobody else's business"


def test_the_file_is_canonical_wav(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    record(path, list(frames_of(ramp(8_000), ramp(8_000))))
    with wave.open(str(path)) as file:
        assert file.getparams()[:4] == (2, 2, 8_000, 8_000)


def test_the_shorter_track_is_silent_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    record(path, list(frames_of(ramp(12_000), ramp(3_000))))
    rep, prospect = read_call(path)
    assert len(rep) == len(prospect) == 12_000
    assert not prospect[3_000:].any()
    assert np.array_equal(rep, ramp(12_000))


@pytest.mark.parametrize("ahead", [4_000, 20_000, 100_000])
def test_a_track_may_run_far_ahead(tmp_path: Path, ahead: int) -> None:
    rep, prospect = ramp(120_000), ramp(120_000, 31)
    by_track = [list(frames_of(track, np.zeros(0, np.int16))) for track in (rep, prospect)]
    late = [Frame(Track.PROSPECT, frame.start, frame.pcm) for frame in by_track[1]]
    frames = sorted(by_track[0] + late, key=lambda f: f.start + (ahead if f.track is Track.PROSPECT else 0))
    path = tmp_path / "call.wav"
    record(path, frames)
    again = read_call(path)
    assert np.array_equal(again[0], rep)
    assert np.array_equal(again[1], prospect)


def test_a_frame_across_the_edge_of_memory_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    record(path, [Frame(Track.REP, 0, ramp(40_000)), Frame(Track.PROSPECT, 0, ramp(40_000, 5))])
    rep, prospect = read_call(path)
    assert np.array_equal(rep, ramp(40_000))
    assert np.array_equal(prospect, ramp(40_000, 5))


def test_while_it_runs_the_file_is_at_most_half_a_second_behind(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    recorder = Recorder(path)
    for frame in frames_of(ramp(16_000), ramp(16_000)):
        recorder.write(frame)
        if frame.track is Track.PROSPECT and frame.end >= 8_000:
            with wave.open(str(path)) as file:
                assert file.getnframes() >= frame.end - 4_000
    assert recorder.seconds == 2.0
    recorder.close()
    recorder.close()
    recorder.write(Frame(Track.REP, 16_000, ramp(FRAME)))
    assert recorder.seconds == 2.0


def test_a_track_that_catches_up_is_saved_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    recorder = Recorder(path)
    recorder.write(Frame(Track.REP, 0, ramp(16_000)))
    for frame in frames_of(np.zeros(0, np.int16), ramp(16_000)):
        recorder.write(frame)
    assert np.array_equal(read_call(path)[1][:8_000], ramp(8_000))
    recorder.close()


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from media.wav import Recorder, frames_of
recorder = Recorder(Path(sys.argv[1]))
pcm = (np.arange(30_000) % 20_000 + 1).astype(np.int16)
for frame in frames_of(pcm, pcm):
    recorder.write(frame)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_a_playable_file(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    before = len(read_call(path)[0])
    assert before >= 30_000 - 8_000
    assert repair(path) == before / 8_000
    rep, prospect = read_call(path)
    assert np.array_equal(rep, (np.arange(30_000) % 20_000 + 1).astype(np.int16)[: len(rep)])
    assert np.array_equal(prospect[:-FRAME], rep[:-FRAME])


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from media.wav import Recorder, frames_of
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
recorder = Recorder(Path(sys.argv[1]))
pcm = np.ones(80_000, np.int16)
told = 0
for frame in frames_of(pcm, pcm):
    try:
        recorder.write(frame)
    except OSError:
        told += 1
recorder.close()
sys.exit(10 + told)
"""


def test_a_full_disk_is_told_once_and_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    ended = subprocess.run([sys.executable, "-c", FULL, str(path)], cwd=ROOT, check=False)
    assert ended.returncode == 11
    assert repair(path) > 1.5
    assert len(read_call(path)[0]) > 12_000


def test_no_folder_no_recorder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Recorder(tmp_path / "none" / "call.wav")


@pytest.mark.parametrize("kept", [0, 3, 20, 44, 45, 2_000])
def test_repair_mends_a_file_cut_anywhere(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "call.wav"
    record(path, list(frames_of(ramp(8_000), ramp(8_000))))
    os.truncate(path, kept)
    whole = max(0, kept - 44) // 4
    assert repair(path) == whole / 8_000
    with wave.open(str(path)) as file:
        assert file.getnframes() == whole


def test_repair_finds_sound_that_the_header_missed(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    record(path, list(frames_of(ramp(8_000), ramp(8_000))))
    with path.open("ab") as file:
        file.write(b"\x01\x00" * 801)
    assert repair(path) == 8_400 / 8_000
    assert len(read_call(path)[0]) == 8_400


def test_repair_leaves_strangers_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 20)
    with pytest.raises(ValueError, match="not a call recording"):
        repair(path)
    assert path.read_text() == "Dear diary, " * 20


@pytest.mark.parametrize(
    ("name", "rate"), [("a.flac", 8_000), ("a.wav", 44_100), ("a.ogg", 16_000), ("a.mp3", 24_000)]
)
def test_any_rate_and_format_is_read_at_8_khz(tmp_path: Path, name: str, rate: int) -> None:
    at = np.arange(rate) / rate
    both = np.stack((0.5 * np.sin(2 * np.pi * 440 * at), 0.25 * np.sin(2 * np.pi * 700 * at)), axis=1)
    soundfile.write(tmp_path / name, both, rate)
    rep, prospect = read_call(tmp_path / name)
    assert len(rep) == len(prospect)
    assert abs(len(rep) - 8_000) < 900  # MP3 pads
    for pcm, hz in ((rep, 440), (prospect, 700)):
        spectrum = np.abs(np.fft.rfft(pcm[1_000:7_000]))
        assert abs(np.argmax(spectrum) * 8_000 / 6_000 - hz) < 2


def test_what_cannot_be_read_says_why_in_one_line(tmp_path: Path) -> None:
    mono, three, cut, flac, empty, text, silent = (
        tmp_path / name
        for name in ("mono.wav", "3.wav", "cut.wav", "cut.flac", "empty.wav", "text.wav", "0.wav")
    )
    soundfile.write(mono, np.zeros(800), 8_000)
    soundfile.write(three, np.zeros((800, 3)), 8_000)
    soundfile.write(cut, np.zeros((8_000, 2)), 8_000)
    os.truncate(cut, 9_000)
    soundfile.write(flac, np.random.default_rng(1).uniform(-1, 1, (8_000, 2)), 8_000)
    os.truncate(flac, 9_000)
    empty.touch()
    text.write_text("no sound at all " * 40)
    soundfile.write(silent, np.zeros((0, 2)), 8_000)
    wanted = {
        mono: "has 1 channel: give",
        three: "has 3 channels: give",
        cut: "cut short",
        flac: "cut short|damaged",
        empty: "is empty",
        text: "no sound file",
        silent: "holds no sound",
        tmp_path / "missing.wav": "does not exist",
        tmp_path: "is a folder",
    }
    for path, words in wanted.items():
        with pytest.raises(ValueError, match=words) as caught:
            read_call(path)
        assert "\n" not in str(caught.value)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.ogg", "a.mp3"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.99])
def test_a_file_cut_anywhere_is_told_and_nothing_else_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, share: float
) -> None:
    path = tmp_path / name
    soundfile.write(path, np.random.default_rng(1).uniform(-0.5, 0.5, (40_000, 2)), 8_000)
    assert len(read_call(path)[0]) >= 40_000
    os.truncate(path, int(path.stat().st_size * share))
    with pytest.raises(ValueError, match=r"cut short|damaged"):
        read_call(path)
    assert capfd.readouterr().err == ""


def test_a_wav_written_to_a_pipe_is_no_cut_file(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    record(path, list(frames_of(ramp(8_000), ramp(8_000))))
    with path.open("r+b") as file:
        file.seek(40)
        file.write(b"\xff\xff\xff\xff")
    assert len(read_call(path)[0]) == 8_000


def test_frames_of_alternate_and_keep_every_sample() -> None:
    frames = list(frames_of(ramp(500), ramp(200)))
    assert [(frame.track.value, frame.start, len(frame.pcm)) for frame in frames] == [
        ("rep", 0, 160), ("prospect", 0, 160), ("rep", 160, 160), ("prospect", 160, 40),
        ("rep", 320, 160), ("rep", 480, 20),
    ]  # fmt: skip


def test_a_real_call_is_read(shared_audio: Path) -> None:
    rep, prospect = read_call(shared_audio / "auto_repairs_40.flac")
    assert len(rep) == len(prospect)
    assert 240 < len(rep) / 8_000 < 250
