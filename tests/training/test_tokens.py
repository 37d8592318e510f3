"""The model's vocabulary: Whisper's layout, and text that survives the way there and back."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from media.models import shipped
from training.text import sentence
from training.tokens import SPECIALS, TIMES, Tokens, build, learn_merges, save_vocabulary

LINES = [sentence(Random(seed)) for seed in range(300)]
SMALL = Tokens(build(LINES, 60))


def test_merges_are_the_most_frequent_pairs() -> None:
    assert learn_merges(["bad cab", "cab"], 2)[-2:] == [("Ġc", "a"), ("Ġca", "b")]
    assert learn_merges(LINES, 40) == learn_merges(LINES, 40)


def test_special_tokens_follow_the_text_and_times_come_last() -> None:
    names = SMALL.names()
    assert names[-len(TIMES) :] == list(TIMES)
    assert names[SMALL.eot : SMALL.first_time] == list(SPECIALS)
    assert len(set(names)) == len(names) == SMALL.size


@given(st.floats(-1, 40))
def test_times_are_named_every_fiftieth_of_a_second(at: float) -> None:
    name = SMALL.names()[SMALL.at(at)]
    assert abs(float(name.strip("<|>")) - min(30.0, max(0.0, at))) <= 0.0101


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Zs", "Cc", "Zl", "Zp"]), min_size=1),
        max_size=6,
    )
)
def test_any_words_come_back(words: list[str]) -> None:
    assume(not any("<|" in word for word in words))
    text = " ".join(words)
    ids = [token for word in words for token in SMALL.word(word)]
    assert SMALL.text(ids) == text.strip()


def test_the_shipped_vocabulary_is_in_this_layout(tmp_path: Path) -> None:
    tokens = Tokens(Tokenizer.from_file(str(shipped() / "tokenizer.json")))
    assert json.loads((shipped() / "vocabulary.json").read_text("utf-8")) == tokens.names()
    save_vocabulary(tokens, tmp_path / "vocabulary.json")
    assert (tmp_path / "vocabulary.json").read_bytes() == (shipped() / "vocabulary.json").read_bytes()


def test_lines_take_far_fewer_tokens_than_letters() -> None:
    tokens = Tokens(Tokenizer.from_file(str(shipped() / "tokenizer.json")))
    taken = 0
    for line in LINES:
        ids = [token for word in line.split() for token in tokens.word(word)]
        assert tokens.text(ids) == line
        taken += len(ids)
    assert taken < 0.5 * sum(map(len, LINES))
