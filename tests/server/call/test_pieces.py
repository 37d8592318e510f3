"""How talk is cut into what the encoder reads."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from server.call.pieces import (
    FIRST,
    LONGEST_CONTEXT,
    LONGEST_PIECES,
    OVERLAP,
    PLACES,
    RUN,
    cut,
    run_of,
    runs,
    tokenizer_of,
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return tokenizer_of([*FIRST, "call", "me", "tues", "##day", "no", "##w", "i", "'", "m"])


def test_a_stretch_alone(tokenizer: Tokenizer) -> None:
    pieces = cut(tokenizer, "prospect", "call me tuesday")
    assert pieces.ids == [2, 4, 5, 6, 7]
    assert pieces.segments == [1, 1, 1, 1, 1]
    assert pieces.first == 1
    assert pieces.words == [0, 1, 2, 2]


def test_what_was_said_before_comes_first_with_who_said_it(tokenizer: Tokenizer) -> None:
    before = [("rep", "me me me"), ("rep", "call me"), ("prospect", "now")]
    pieces = cut(tokenizer, "rep", "no", before)
    assert pieces.ids == [2, 4, 5, 3, 8, 9, 3, 8]
    assert pieces.segments == [0, 2, 2, 2, 3, 3, 3, 0]
    assert pieces.first == 7


def test_apostrophes_stay_in_their_word_and_unknown_words_are_one_piece(tokenizer: Tokenizer) -> None:
    assert cut(tokenizer, "rep", "i'm zzz now").words == [0, 0, 0, 1, 2, 2]


def test_nothing_is_longer_than_the_encoder_reads(tokenizer: Tokenizer) -> None:
    long = " ".join(["call"] * 200)
    pieces = cut(tokenizer, "rep", f"{long} me", [("rep", long), ("prospect", long)])
    assert len(pieces.ids) == 1 + LONGEST_CONTEXT + LONGEST_PIECES < PLACES
    assert pieces.ids[-1] == 5
    assert pieces.words[-1] == 200
    ids, places = run_of(tokenizer, ["tuesday"] * 60)
    assert len(ids) == PLACES
    assert places == list(range(2, PLACES, 2))


def test_runs_overlap_and_leave_no_word_out() -> None:
    words = [str(n) for n in range(100)]
    heard = [""] * len(words)
    for start, sure, run in runs(words):
        assert len(run) <= RUN
        assert start == 0 or sure == OVERLAP // 2
        heard[start + sure : start + len(run)] = run[sure:]
    assert heard == words
