"""What is known of a model is kept whole, beside it or elsewhere, and found again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from media.notes import read_notes, write_notes, write_whole

FOUND = {"shortest_window": 2.0, "longest_window": 15.0, "padding": "mel", "checked": {"words": 878}}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    return folder


@pytest.fixture
def locked(model: Path, tmp_path: Path) -> Path:
    """A model folder into which nobody can write, root neither: its notes are a folder."""
    (model / "beatline.json").mkdir()
    return model


def test_a_model_never_checked_has_no_notes(model: Path, tmp_path: Path) -> None:
    assert read_notes(model, tmp_path) == {}


def test_notes_come_back_and_other_fields_stay(model: Path, tmp_path: Path) -> None:
    (model / "beatline.json").write_text(json.dumps({"shortest_window": 30.0, "context_tokens": 16}))
    assert write_notes(model, tmp_path / "models", FOUND) == model / "beatline.json"
    assert read_notes(model) == {**FOUND, "context_tokens": 16}
    assert os.listdir(model) == ["beatline.json"]
    assert not (tmp_path / "models").exists()


def test_a_locked_models_notes_lie_among_the_models(locked: Path, tmp_path: Path) -> None:
    cache = tmp_path / "models"
    file = write_notes(locked, cache, FOUND)
    assert file.parent == cache
    assert read_notes(locked, cache) == FOUND
    assert read_notes(locked) == {}
    (tmp_path / "other").mkdir()
    assert read_notes(tmp_path / "other", cache) == {}
    (locked / "beatline.json").rmdir()
    write_notes(locked, cache, {"shortest_window": 3.0})
    assert not file.exists()
    assert read_notes(locked, cache) == {**FOUND, "shortest_window": 3.0}


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"shortest_window": 0}', '{"shortest_window": 31}', '{"shortest_window": "long"}',
     '{"longest_window": 0}', '{"longest_window": 31}', '{"padding": "foam"}', '{"context_tokens": null}'],
)  # fmt: skip
def test_damaged_notes_are_one_line_that_names_the_file(model: Path, text: str) -> None:
    (model / "beatline.json").write_text(text)
    with pytest.raises(OSError, match=r"beatline\.json is damaged") as raised:
        read_notes(model)
    assert "\n" not in str(raised.value)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):
        write_whole(tmp_path / "taken", b"new")
    assert os.listdir(tmp_path) == ["taken"]
