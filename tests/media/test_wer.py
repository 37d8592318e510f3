"""Word errors, counted by hand."""

from __future__ import annotations

import pytest

from media.wer import aligned, errors


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("Hi, it's Alex.", "hi it's alex", 0),
        ("one two three", "one three", 1),
        ("one two three", "one two two three", 1),
        ("one two three", "one too three", 1),
        ("one two three", "", 3),
        ("", "one two", 2),
        ("one - two", "one two …", 0),
    ],
)
def test_words_left_out_put_in_or_put_for_another_are_errors(said: str, heard: str, wrong: int) -> None:
    assert errors(said.split(), heard.split()) == wrong


def test_right_words_are_paired_by_their_own_places() -> None:
    wrong, right = aligned(["we", "-", "really", "like", "it"], ["We", "like", "it", "…", "much"])
    assert wrong == 2
    assert right == [(0, 0), (3, 1), (4, 2)]
