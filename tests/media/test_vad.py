"""The speech gate on sounds whose answer is known: words, silence, noise, tones; and on real people when present."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.audio import RATE, Pcm
from media.resample import Resampler
from media.vad import CHUNK, Door, Judge, Row
from media.wav import read_call

GOOD = Path(__file__).parents[2] / "samples" / "good.flac"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def chunks(pcm: Pcm) -> list[Pcm]:
    return [pcm[at : at + CHUNK] for at in range(0, len(pcm) - CHUNK + 1, CHUNK)]


def probabilities(judge: Judge, pcm: Pcm) -> list[float]:
    row = Row()
    return [
        float(judge.judge([row], (part / np.float32(32_768))[None].astype(np.float32))[0])
        for part in chunks(pcm)
    ]


def noise(seconds: float, level: float) -> Pcm:
    return (np.random.default_rng(1).standard_normal(int(seconds * RATE)) * level).astype(np.int16)


def tone(hz: float, seconds: float) -> Pcm:
    at = np.arange(int(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * hz * at) * 8000).astype(np.int16)


def test_words_are_speech_and_the_pause_after_is_not(judge: Judge) -> None:
    rep, _ = read_call(GOOD)
    said = probabilities(judge, rep[: 12 * RATE])
    spoken = said[int(1.0 * RATE / CHUNK) : int(4.0 * RATE / CHUNK)]
    silent = said[int(5.2 * RATE / CHUNK) : int(6.4 * RATE / CHUNK)]
    assert np.mean([p > 0.5 for p in spoken]) > 0.9
    assert np.mean([p > 0.35 for p in silent]) < 0.2


@pytest.mark.parametrize("sound", [noise(3, 60), noise(3, 1500), tone(440, 3), tone(1400, 3)])
def test_noise_and_tones_are_not_speech(judge: Judge, sound: Pcm) -> None:
    assert np.mean([p > 0.5 for p in probabilities(judge, sound)[10:]]) < 0.05


def test_rows_judged_together_are_judged_as_if_alone(judge: Judge) -> None:
    rep, prospect = read_call(GOOD)
    both = [part[: 3 * RATE].astype(np.float32) / np.float32(32_768) for part in (rep, prospect)]
    rows = [Row(), Row()]
    together = [
        judge.judge(rows, np.stack([sound[at : at + CHUNK] for sound in both]))
        for at in range(0, 2 * RATE, CHUNK)
    ]
    alone = probabilities(judge, rep[: 3 * RATE])[: len(together)]
    assert np.allclose([pair[0] for pair in together], alone, atol=1e-4)


def test_no_rows_no_answer(judge: Judge) -> None:
    assert len(judge.judge([], np.zeros((0, CHUNK), np.float32))) == 0


def test_the_door_is_shut_in_silence_and_open_for_words() -> None:
    door = Door()
    assert not any(door.open(chunk) for chunk in chunks(np.zeros(RATE, np.int16)))
    assert not any(door.open(chunk) for chunk in chunks(noise(1, 2)))
    rep, _ = read_call(GOOD)
    assert np.mean([door.open(chunk) for chunk in chunks(rep[RATE : 4 * RATE])]) > 0.95


def test_the_door_stays_ajar_for_a_breath() -> None:
    rep, _ = read_call(GOOD)
    door = Door()
    for chunk in chunks(rep[RATE : 2 * RATE]):
        door.open(chunk)
    after = [door.open(chunk) for chunk in chunks(np.zeros(RATE, np.int16))]
    assert after[0]
    assert not after[-1]


@pytest.mark.parametrize(
    "name", ["jfk.flac", "human_hi.wav", "stereo_diarization.wav", "fs_vm_not_available.wav"]
)
def test_real_people_are_heard(judge: Judge, shared_audio: Path, name: str) -> None:
    sound, rate = soundfile.read(shared_audio / name, dtype="int16", always_2d=True)
    pcm = Resampler(rate, RATE).feed(np.ascontiguousarray(sound[: 20 * rate, 0]))
    assert max(probabilities(judge, pcm)) > 0.8
