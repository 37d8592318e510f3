"""`beatline model check`: labelled speech in, a curve and the model's notes out."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import soundfile
from rich.console import Console

from media.audio import RATE
from media.models import shipped
from media.whisper import Whisper
from server import speech
from server.errors import Malformed, Misconfigured
from tests.server.commands import Ran, beatline

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 8.5


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first seconds of the shipped speech, in a folder of its own."""
    folder = tmp_path_factory.mktemp("pair")
    sound, _ = soundfile.read(
        ROOT / "samples/labelled/speech.flac", dtype="int16", frames=round(SECONDS * RATE)
    )
    soundfile.write(folder / "mine.flac", sound, RATE)
    rows = (ROOT / "samples/labelled/speech.words.jsonl").read_text().splitlines()
    kept = [row for row in rows if json.loads(row)["end"] < SECONDS]
    (folder / "mine.words.jsonl").write_text("\n".join(kept) + "\n")
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that was never checked."""
    folder = tmp_path / "model"
    shutil.copytree(shipped(), folder)
    (folder / "beatline.json").unlink()
    return folder


def typed(*arguments: str | Path, data: Path) -> Ran:
    return beatline("model", "check", *arguments, BEATLINE_DATA_DIR=str(data), COLUMNS="160")


def test_a_quick_look_shows_the_curve_and_stores_nothing(pair: Path, model: Path, tmp_path: Path) -> None:
    figures, drawn = tmp_path / "figures.json", tmp_path / "curve.png"
    ran = typed(
        model, "--quick", "--speech", pair / "mine.flac", "--json", figures, "--png", drawn, data=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    assert "Shortest safe window" in ran.stdout
    assert "Longest safe window" in ran.stdout
    assert "Nothing was stored: it was a quick look." in ran.stdout
    assert not (model / "beatline.json").exists()
    found = json.loads(figures.read_text())
    words = found["checked"]["words"]
    assert words == sum(
        len(json.loads(row)["words"]) for row in (pair / "mine.words.jsonl").read_text().splitlines()
    )
    filled, cut = found["filled"], found["cut"]
    assert {p["seconds"] for p in filled} == {0, *speech.QUICK_LENGTHS}
    assert {p["seconds"] for p in cut} == set(speech.QUICK_LENGTHS)
    assert all(p["cpu_s_per_update"] > 0 for p in (*filled, *cut))
    assert len({p["windows"] for p in filled}) == 1, "the same phrases, however filled"
    assert filled[0]["wer"] < 0.2
    by = {(p["seconds"], p["beam"]): p for p in cut}
    assert by[1, 5]["windows"] > by[4, 5]["windows"] > by[30, 5]["windows"]
    assert drawn.read_bytes().startswith(b"\x89PNG")


def check(folder: Path, pairs: Path, **options: object) -> str:
    said = StringIO()
    console = Console(file=said, width=160)
    speech.check_model(str(folder), speech.labelled(pairs, None), console, today=date(2026, 3, 4), **options)  # type: ignore[arg-type]
    return said.getvalue()


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two lengths, and few words are enough."""
    monkeypatch.setenv("BEATLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(speech, "LENGTHS", (2, 4))
    monkeypatch.setattr(speech, "ENOUGH", 10)


@pytest.mark.usefixtures("brief")
def test_a_dry_run_and_too_few_words_store_nothing(
    pair: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "LENGTHS", (4,))
    assert "it was a dry run" in check(model, pair, dry_run=True)
    monkeypatch.setattr(speech, "ENOUGH", 300)
    assert "words are too few" in check(model, pair)
    assert Whisper(model).shortest == 30.0


@pytest.mark.usefixtures("brief")
def test_what_is_measured_is_stored_and_used(pair: Path, model: Path) -> None:
    assert f"Stored in {model / 'beatline.json'}" in check(model, pair)
    kept = json.loads((model / "beatline.json").read_text())
    assert kept["shortest_window"] in (1.0, 2.0, 4.0)
    assert kept["longest_window"] in (2.0, 4.0)
    assert kept["checked"]["date"] == "2026-03-04"
    assert kept["checked"]["speech"] == ["mine.flac"]
    assert set(kept["checked"]["wer_filled"]) == {"own", "2", "4"}
    assert set(kept["checked"]["cpu_s_per_update"]) == {"2", "4"}
    engine = Whisper(model)
    assert (engine.shortest, engine.longest) == (kept["shortest_window"], kept["longest_window"])


@pytest.mark.usefixtures("brief")
def test_an_interrupted_check_leaves_all_as_it_was(
    pair: Path, model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(speech, "hear_cut", stop)
    before = sorted(os.listdir(model))
    with pytest.raises(KeyboardInterrupt):
        check(model, pair, json_to=tmp_path / "figures.json")
    assert sorted(os.listdir(model)) == before
    assert not (tmp_path / "figures.json").exists()


def test_speech_that_cannot_be_used_is_one_line(pair: Path, tmp_path: Path) -> None:
    sound, words = pair / "mine.flac", pair / "mine.words.jsonl"
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"track": "rep"}\n')
    late = tmp_path / "late.jsonl"
    late.write_text('{"track": "rep", "words": [["late", 99, 99.5]]}\n')
    for given, says in [
        ((None, words), "--words needs --speech"),
        ((tmp_path / "no.flac", words), "does not exist"),
        ((sound, tmp_path / "no.jsonl"), "does not exist"),
        ((sound, broken), "line 1"),
        ((sound, late), "lies after the end"),
        ((pair, words), "leave --words out"),
        ((tmp_path, None), "no recording with its words"),
    ]:
        with pytest.raises(Malformed, match=says) as raised:
            speech.labelled(*given)
        assert "\n" not in str(raised.value)


def test_bad_input_ends_with_code_two(pair: Path, tmp_path: Path) -> None:
    for arguments, says in [
        (("--speech", tmp_path / "no.flac"), "does not exist"),
        (("no-such-model", "--speech", pair), "no-such-model"),
    ]:
        ran = typed(*arguments, data=tmp_path)
        assert (ran.returncode, ran.stdout) == (2, ""), ran.stderr
        assert ran.stderr.count("\n") == 1
        assert says in ran.stderr


def test_a_place_that_cannot_be_written_is_known_before_anything_is_heard(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="is no folder"):
        speech.check_model("shipped", [], Console(), today=date(2026, 3, 4), png_to=tmp_path / "no" / "x.png")
