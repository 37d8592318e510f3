"""The larger shapes hear what the shipped model hears, and no filler token ever wins."""

from __future__ import annotations

import json
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
from faster_whisper import WhisperModel

from benches import shapes, weights, widen
from media.audio import RATE, Look, Track, Window, Word, samples
from media.models import shipped
from media.resample import upsample
from media.wav import read_call
from media.whisper import Whisper

SPEECH = Path(__file__).resolve().parents[2] / "samples/labelled/speech.flac"
REP, _ = read_call(SPEECH)
PIECES = [(0.9, 3.2), (3.4, 6.1), (0.9, 6.1), (6.1, 9.0)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shapes.made("tiny", tmp_path_factory.mktemp("shapes") / "tiny")


def heard(folder: Path) -> list[tuple[Word, ...]]:
    windows = [
        Window(
            Track.REP, 1, n, samples(a), REP[samples(a) : samples(b)], Look.FINAL if n % 2 else Look.PARTIAL
        )
        for n, (a, b) in enumerate(PIECES)
    ]
    return [one.words for one in Whisper(folder).transcribe(windows)]


def test_same_words_at_the_same_times(tiny: Path) -> None:
    pairs = list(zip(heard(tiny), heard(shipped()), strict=True))
    assert [[word.text for word in ours] for ours, _ in pairs] == [
        [w.text for w in theirs] for _, theirs in pairs
    ]
    words = [pair for ours, theirs in pairs for pair in zip(ours, theirs, strict=True)]
    assert len(words) > 30
    assert np.median([abs(a.start - b.start) for a, b in words]) == 0
    assert max(abs(a.p - b.p) for a, b in words) < 0.1


def test_faster_whisper_hears_the_same(tiny: Path) -> None:
    def text(folder: Path) -> list[tuple[str, int]]:
        model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
        segments, _ = model.transcribe(upsample(REP[: 6 * RATE]), language="en", word_timestamps=True)
        return [(segment.text, len(segment.words or ())) for segment in segments]

    assert text(tiny) == text(shipped()) != []


def test_no_filler_is_ever_near_winning(tiny: Path) -> None:
    known = json.loads((shipped() / "tokenizer.json").read_text())["model"]["vocab"]
    names = json.loads((tiny / "vocabulary.json").read_text())
    assert len(names) == shapes.VOCABULARY
    fillers = slice(len(known), names.index("<|endoftext|>"))
    engine = ctranslate2.models.Whisper(str(tiny), device="cpu", compute_type="int8", intra_threads=1)
    mel = np.random.default_rng(7).uniform(-1, 1, (1, 80, 200)).astype(np.float32)
    start = [names.index("<|startoftranscript|>"), names.index("<|notimestamps|>")]
    (answer,) = engine.generate(
        ctranslate2.StorageView.from_array(mel),
        [start],
        beam_size=1,
        max_length=40,
        suppress_tokens=[names.index("<|endoftext|>")],  # so that it writes on
        return_logits_vocab=True,
    )
    logits = np.array([np.array(step.to_device(ctranslate2.Device.cpu)) for step in answer.logits[0]])
    assert len(logits) == 20
    assert np.abs(logits[:, fillers] + widen.NEVER).max() < 3
    assert logits.max(axis=1).min() > 0


def test_the_shape_is_whispers_own(tiny: Path) -> None:
    """`tiny.en` of openai/whisper has 37.8 M parameters, the encoder's table of places among them."""
    found = weights.read(tiny)
    assert round(sum(array.size for array in found.values()) / 1e6, 1) == 37.8
    assert found["decoder/embeddings/weight"].shape == (51_864, 384)
    assert found["encoder/layer_3/ffn/linear_0/weight"].shape == (1536, 384)
    assert len(json.loads((tiny / "config.json").read_text())["alignment_heads"]) == 6


def test_what_is_written_is_read_back(tiny: Path) -> None:
    """A row that is held twice has the same int8 steps as before: nothing is lost by laying it out anew."""
    name = "encoder/layer_2/ffn/linear_0/weight"
    small, wide = weights.read(shipped())[name], weights.read(tiny)[name]
    assert np.allclose(wide, np.tile(small / 2, (2, 2)), rtol=1e-5, atol=1e-8)


def test_another_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\x05\x00\x00\x00")
    with pytest.raises(ValueError, match="layout 5"):
        weights.read(tmp_path)


@pytest.mark.parametrize("width", [384, 512, 768])
def test_a_layer_norm_sees_the_same_and_a_reader_gets_the_same(width: int) -> None:
    rng = np.random.default_rng(3)
    stream, matrix = (
        rng.normal(0.8, 1.3, 192).astype(np.float32),
        rng.normal(size=(5, 192)).astype(np.float32),
    )
    fan = widen.fan(192, width)
    wide = fan.write(stream)
    exact = 0.03 if width % 192 else 1e-5
    assert wide.shape == (width,)
    assert wide.mean() == pytest.approx(stream.mean(), abs=exact * 1.3)
    assert wide.std() == pytest.approx(stream.std(), rel=exact)
    assert np.allclose(fan.read(matrix) @ wide, matrix @ stream, atol=1e-4)
