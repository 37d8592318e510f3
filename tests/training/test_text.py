"""What the synthetic voices say, and how it is split: nothing that is tested on is trained on."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from training.text import mixed, normalise, random_words, sentence, share_of, vocabulary
from training.words import TEMPLATES

SAID = [sentence(Random(seed)) for seed in range(3000)]


def test_a_seed_says_the_same_again() -> None:
    assert [sentence(Random(seed)) for seed in range(50)] == SAID[:50]


def test_every_slot_is_filled() -> None:
    assert not [line for line in SAID if "{" in line or "}" in line]


def test_few_sentences_are_said_twice() -> None:
    fixed = {line for group in TEMPLATES.values() for line in group if "{" not in line}
    free = [line for line in SAID if line not in fixed]
    assert len(set(free)) > 0.8 * len(free)


def test_about_one_in_fifteen_is_kept_for_each_test_set() -> None:
    shares = Counter(share_of(line) for line in set(SAID))
    assert set(shares) == {"train", "dev", "test"}
    for name in ("dev", "test"):
        assert 0.03 < shares[name] / sum(shares.values()) < 0.1


@given(st.sampled_from(SAID))
def test_a_share_belongs_to_the_words_not_to_their_spelling(line: str) -> None:
    if share_of(line) != "train":
        assert share_of(line.upper()) == share_of(line) == share_of(line.replace(",", " ,"))


def test_random_words_come_from_the_vocabulary() -> None:
    words = vocabulary()
    known = {word.lower() for word in words}
    for seed in range(200):
        said = random_words(Random(seed), words)
        assert said[-1] in ".?"
        assert {word.lower() for word in said[:-1].split()} <= known


def test_mixing_keeps_about_two_words_in_three() -> None:
    kept = total = 0
    words = ["zebra"]
    for seed in range(300):
        rng = Random(seed)
        parts = mixed(rng, words).lower().split()
        kept += sum("zebra" not in part for part in parts)
        total += len(parts)
    assert 0.55 < kept / total < 0.75


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
