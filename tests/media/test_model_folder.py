"""The model that ships: other programs load it, it hears the samples, and is silent where nobody speaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faster_whisper import WhisperModel

from media.audio import RATE, Look, Pcm, Track, Window, samples
from media.models import shipped
from media.resample import upsample
from media.wav import read_call
from media.whisper import Whisper
from server.speech import errors

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 12 * 2**20


@pytest.fixture(scope="module")
def ours() -> Whisper:
    return Whisper(shipped())


@pytest.fixture(scope="module")
def stock() -> WhisperModel:
    """The same folder in faster-whisper, as any other program would load it."""
    return WhisperModel(str(shipped()), device="cpu", compute_type="int8", cpu_threads=1)


def lines(name: str) -> list[tuple[Track, float, float, str]]:
    """What is said in a sample call, by its script."""
    rows = [json.loads(line) for line in (ROOT / f"samples/{name}.call.jsonl").read_text().splitlines()]
    return [
        (Track(row["track"]), row["start"], row["end"], row["text"])
        for row in rows
        if "text" in row and "track" in row
    ]


def sounds(name: str) -> dict[Track, Pcm]:
    rep, prospect = read_call(ROOT / f"samples/{name}.flac")
    return {Track.REP: rep, Track.PROSPECT: prospect}


def window(pcm: Pcm, final: bool = True, start: int = 0) -> Window:
    return Window(Track.REP, 1, 1, start, pcm, Look.FINAL if final else Look.PARTIAL)


def text_of(words: Any) -> str:
    return " ".join(word.text for word in words)


def test_the_folder_is_whole_and_small() -> None:
    names = {file.name for file in shipped().iterdir()}
    needed = {
        "model.bin",
        "config.json",
        "vocabulary.json",
        "tokenizer.json",
        "preprocessor_config.json",
        "README.md",
    }
    assert needed <= names
    assert sum(file.stat().st_size for file in shipped().iterdir()) < MOST_BYTES
    config = json.loads((shipped() / "config.json").read_text())
    assert config["alignment_heads"]


def rate(heard: list[tuple[str, str]]) -> float:
    """Word error rate of (said, heard) pairs."""
    wrong = sum(errors(said.split(), got.split()) for said, got in heard)
    return wrong / sum(len(said.split()) for said, _ in heard)


def utterances() -> list[tuple[str, Pcm]]:
    """Every utterance of the samples that nobody speaks into."""
    found = []
    for name in ("good", "bad", "voicemail"):
        tracks, said = sounds(name), lines(name)
        for track, start, end, text in said:
            around = max(0, samples(start) - samples(0.2)), samples(end) + samples(0.2)
            found.append((text, tracks[track][slice(*around)]))
    return found


def test_the_samples_are_understood_by_our_engine(ours: Whisper) -> None:
    spoken = utterances()
    heard = ours.transcribe([window(pcm) for _, pcm in spoken])
    assert rate([(said, text_of(one.words)) for (said, _), one in zip(spoken, heard, strict=True)]) < 0.12


def test_the_samples_are_understood_by_faster_whisper(stock: WhisperModel) -> None:
    """Stock pipelines pad to 30 s and decode with a beam of five."""
    spoken = utterances()[:20]
    pairs = []
    for said, pcm in spoken:
        segments, _ = stock.transcribe(upsample(pcm), without_timestamps=True)
        pairs.append((said, " ".join(segment.text for segment in segments)))
    assert rate(pairs) < 0.14


def test_faster_whisper_finds_word_times(stock: WhisperModel) -> None:
    """At the defaults of its own: timestamp tokens, word times by the alignment heads of config.json."""
    track, start, end, text = lines("good")[0]
    sound = sounds("good")[track][: samples(end + 0.3)]
    segments, _ = stock.transcribe(upsample(sound), word_timestamps=True)
    words = [word for segment in segments for word in segment.words or []]
    assert rate([(text, " ".join(word.word for word in words))]) < 0.2
    starts = [word.start for word in words]
    assert starts == sorted(starts)
    assert starts[0] == pytest.approx(start, abs=0.5)  # a first word takes in the silence before it
    assert words[-1].end == pytest.approx(end, abs=0.4)


def quiet() -> dict[str, Pcm]:
    """Sounds of a line on which nobody speaks: 1 to 12 s."""
    random = np.random.default_rng(7)

    def wave(seconds: float, *tones: float, volume: float = 4000) -> Pcm:
        t = np.arange(samples(seconds)) / RATE
        sound = sum(np.sin(2 * np.pi * tone * t) for tone in tones) / max(1, len(tones))
        return np.asarray(volume * sound, np.int16)

    def noise(seconds: float, volume: float) -> Pcm:
        return random.normal(0, volume, samples(seconds)).astype(np.int16)

    bars = [wave(0.5, tone, tone * 1.25, tone * 1.5) for tone in (262, 330, 392, 330, 294, 349, 440, 349)]
    return {
        "digital silence 1 s": np.zeros(samples(1), np.int16),
        "digital silence 12 s": np.zeros(samples(12), np.int16),
        "line noise 2 s": noise(2, 8),
        "line noise 8 s": noise(8, 30),
        "loud noise 4 s": noise(4, 800),
        "US ringback 2 s": wave(2, 440, 480),
        "US busy 0.5 s": wave(0.5, 480, 620),
        "beep 1 s": wave(1, 1000),
        "European ringback 1 s": wave(1, 425),
        "dial tone 6 s": wave(6, 350, 440),
        "hold music 4 s": np.concatenate(bars),
        "hold music 12 s": np.concatenate(bars * 3),
    }


@pytest.mark.parametrize("name", quiet())
def test_nothing_is_written_where_nobody_speaks(ours: Whisper, stock: WhisperModel, name: str) -> None:
    pcm = quiet()[name]
    assert [text_of(one.words) for one in ours.transcribe([window(pcm), window(pcm, final=False)])] == [
        "",
        "",
    ]
    segments, _ = stock.transcribe(upsample(pcm))
    assert "".join(segment.text for segment in segments).strip() == ""
