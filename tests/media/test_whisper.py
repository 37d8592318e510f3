"""The engine around a speech model: order, lengths, places, and folders that are none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from media.audio import RATE, Look, Track, Window, samples
from media.models import shipped
from media.notes import write_notes
from media.wav import read_call
from media.whisper import Whisper

SAMPLE = Path(__file__).resolve().parents[2] / "samples/good.flac"
REP, PROSPECT = read_call(SAMPLE)


@pytest.fixture(scope="module")
def engine() -> Whisper:
    return Whisper(shipped())


def window(start: float, end: float, final: bool = True) -> Window:
    """A stretch of the sample's rep."""
    return Window(
        Track.REP,
        1,
        1,
        samples(start),
        REP[samples(start) : samples(end)],
        Look.FINAL if final else Look.PARTIAL,
    )


def texts(engine: Whisper, windows: list[Window]) -> list[str]:
    return [" ".join(word.text for word in one.words) for one in engine.transcribe(windows)]


MIXED = [
    window(0.5, 5),
    window(6.5, 12, final=False),
    window(0.5, 2.4),
    window(12, 12.1),
    window(0.5, 5),
    window(6.5, 8),
]


def test_answers_come_in_the_order_of_the_windows(engine: Whisper) -> None:
    answers = engine.transcribe(MIXED)
    assert [answer.window for answer in answers] == MIXED
    assert texts(engine, MIXED) == [texts(engine, [one])[0] for one in MIXED]


def test_the_same_sound_gives_the_same_words(engine: Whisper) -> None:
    first, second = (Whisper(shipped()).transcribe(MIXED[:3]) for _ in range(2))
    assert [one.words for one in first] == [one.words for one in second]


def test_words_lie_in_order_within_their_window(engine: Whisper) -> None:
    for answer in engine.transcribe(MIXED):
        times = [at for word in answer.words for at in (word.start, word.end)]
        assert times == sorted(times)
        assert all(answer.window.start / RATE <= at <= answer.window.end / RATE for at in times)


def test_no_windows_and_no_sound_are_no_words(engine: Whisper) -> None:
    assert engine.transcribe([]) == []
    nothing = Window(Track.REP, 1, 1, 0, np.zeros(0, np.int16), Look.FINAL)
    (answer,) = engine.transcribe([nothing])
    assert answer.words == ()


def test_more_than_a_models_window_keeps_the_newest(engine: Whisper) -> None:
    pcm = REP[: samples(36)]
    (answer,) = engine.transcribe([Window(Track.REP, 1, 1, 0, pcm, Look.FINAL)])
    assert answer.words
    assert answer.words[0].start >= len(pcm) / RATE - 30
    assert answer.words[-1].end <= len(pcm) / RATE


def test_a_stock_model_is_padded_to_thirty_seconds(tmp_path: Path) -> None:
    folder = tmp_path / "stock"
    shutil.copytree(shipped(), folder)
    (folder / "beatline.json").unlink()
    assert (Whisper(folder).shortest, Whisper(folder).longest) == (30.0, 30.0)
    assert (
        Whisper(shipped()).shortest
        == json.loads((shipped() / "beatline.json").read_text())["shortest_window"]
    )


def test_a_checked_model_is_heard_as_its_notes_say(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(shipped(), folder)
    cache = tmp_path / "models"
    write_notes(folder, cache, {"shortest_window": 4.0, "longest_window": 15.0, "padding": "mel"})
    engine = Whisper(folder, compute="float32", cache=cache)
    assert (engine.shortest, engine.longest, engine.padding) == (4.0, 15.0, "mel")
    assert texts(engine, [window(0.5, 2.4)]) == texts(Whisper(shipped()), [window(0.5, 2.4)])


@pytest.mark.parametrize("padding", ["sound", "mel"])
def test_sound_shorter_than_a_frame_is_no_words_however_filled(padding: str) -> None:
    engine = Whisper(shipped())
    engine.padding = padding
    for count in (0, 1, 100, 200):
        (answer,) = engine.transcribe([Window(Track.REP, 1, 1, 0, REP[:count], Look.FINAL)])
        assert answer.words == ()


def test_the_two_fills_differ_only_where_something_is_filled(engine: Whisper) -> None:
    def mel(padding: str, length: float) -> NDArray[np.float32]:
        engine.padding = padding
        return engine._mel(window(0.5, 2.5), length)

    assert np.array_equal(mel("sound", 2.0), mel("mel", 2.0))
    assert mel("mel", 4.0).shape == mel("sound", 4.0).shape == (80, 400)
    assert not mel("mel", 4.0)[:, 200:].any()
    assert mel("sound", 4.0)[:, 210:].max() < 0
    engine.padding = "sound"


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_says_which(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(shipped(), folder)
    (folder / name).unlink()
    with pytest.raises(OSError, match=f"{name} is missing"):
        Whisper(folder)


def test_a_damaged_model_is_one_clear_error(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(shipped(), folder)
    (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:1000])
    with pytest.raises(OSError, match="cannot be loaded"):
        Whisper(folder)
