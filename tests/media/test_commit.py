"""Committing: a word is shown for good when the sound has gone past it and the model stands by it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.audio import Word
from media.commit import (
    DOUBTFUL,
    FOUND,
    FOUND_AGAIN,
    REACH,
    STUCK,
    SURE,
    Commit,
    after,
    bare,
    overlap,
    same,
    unlooped,
)

BETWEEN = (SURE + DOUBTFUL) / 2
"""A word that needs a second hypothesis."""

FAR = 99.0
"""An end of sound that is past every word."""


def words(text: str, p: float = 1.0, step: float = 0.4, start: float = 0.0) -> tuple[Word, ...]:
    return tuple(
        Word(part, round(start + i * step, 3), round(start + (i + 1) * step, 3), p)
        for i, part in enumerate(text.split())
    )


def text(said: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in said)


def test_a_word_the_model_is_sure_of_needs_no_second_hypothesis() -> None:
    commit = Commit()
    commit.add(words("can we get", SURE), 0.0, FAR)
    assert text(commit.committed) == "can we get"


def test_a_word_it_is_less_sure_of_needs_one() -> None:
    commit = Commit()
    commit.add(words("can we get", BETWEEN), 0.0, FAR)
    assert commit.committed == ()
    assert text(commit.words) == "can we get"
    assert not commit.sure(words("can we get", BETWEEN / 2), 0.0)
    commit.add(words("can we, let your", BETWEEN), 0.0, FAR)
    assert text(commit.committed) == "can we,"


def test_a_doubtful_word_waits_for_the_end_of_its_turn_and_so_does_what_follows() -> None:
    commit, doubted = Commit(), words("can") + words("wee", DOUBTFUL / 2, start=0.4) + words("get", start=0.8)
    for _ in range(3):
        commit.add(doubted, 0.0, FAR)
    assert text(commit.committed) == "can"
    assert text(commit.close(doubted, 0.0)) == "can wee get"


def test_a_word_at_the_edge_may_still_be_half_a_word() -> None:
    commit = Commit()
    for _ in range(2):
        commit.add(words("can we get"), 0.0, 1.2 + REACH / 2)
    assert text(commit.committed) == "can we"


def test_committed_words_stay_when_the_model_changes_its_mind() -> None:
    commit = Commit()
    commit.add(words("the price is"), 0.0, FAR)
    commit.add(words("a prize was too high", BETWEEN), 0.0, FAR)
    assert text(commit.words) == "the price is too high"
    assert text(commit.close(words("a prize was too high for us"), 0.0)) == "the price is too high for us"


def test_a_final_without_words_keeps_what_was_committed() -> None:
    commit = Commit()
    commit.add(words("yes please"), 0.0, FAR)
    assert text(commit.close((), 0.0)) == "yes please"


def test_what_the_next_window_hears_again_is_dropped() -> None:
    committed = words("can we get your")
    assert text(after(committed, words("get your lead", start=0.8), 0.8)) == "lead"


def test_also_when_it_begins_in_mid_word_and_hears_another() -> None:
    committed = words("can we get your")
    assert text(after(committed, words("he get your lead", start=0.7, step=0.3), 0.7)) == "lead"
    assert text(after(committed, words("jet your lead", start=0.8), 0.8)) == "lead"


def test_a_word_said_twice_is_not_taken_for_the_overlap() -> None:
    assert text(after(words("no"), words("no", start=1.0), 0.9)) == "no"
    said = words("are you free at four there are")
    again = words("are you free at four there are two")
    assert text(after(said, again, 0.0)) == "two"


def test_a_word_whose_place_reaches_into_the_overlap_is_kept() -> None:
    """Alignment gives a first word the silence before it."""
    committed = words("in another meeting.")
    heard = (Word("You", 0.86, 1.36), Word("have", 1.36, 1.6), Word("reached", 1.6, 1.9))
    assert text(after(committed, heard, 1.1)) == "You have reached"


def test_the_next_window_begins_before_a_whole_word() -> None:
    assert overlap(()) is None
    committed = words("can we get your", step=0.3)
    begin = overlap(committed)
    assert begin is not None
    assert committed[1].start - 0.1 <= begin < committed[2].start


@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from("abc"), max_size=6), st.sampled_from((0.1, BETWEEN, 1.0))),
        max_size=8,
    )
)
def test_what_is_committed_is_a_start_of_all_that_follows(hypotheses: list[tuple[list[str], float]]) -> None:
    commit, settled = Commit(), ()
    for hypothesis, p in hypotheses:
        commit.add(words(" ".join(hypothesis), p), 0.0, FAR)
        assert commit.words[: len(settled)] == settled
        settled = commit.committed
    assert commit.close(words("c b a"), 0.0)[: len(settled)] == settled


def test_case_and_punctuation_make_no_difference() -> None:
    assert bare("It's,") == "its"
    assert same(Word("Yes.", 0, 1), Word("yes", 4, 5))


def test_a_loop_is_cut_where_it_begins() -> None:
    assert text(unlooped(words("we can meet on on on on on on"))) == "we can meet on"
    assert (
        text(unlooped(words("so thank you for thank you for thank you for thank you for")))
        == "so thank you for"
    )


def test_what_people_repeat_is_no_loop() -> None:
    for said in ("no no no I mean it", "five five five two one four two", "bye bye bye"):
        assert text(unlooped(words(said))) == said


def test_a_doubtful_word_holds_back_the_sure_ones_behind_it_until_it_is_stuck() -> None:
    commit = Commit()
    heard = words("um", FOUND) + words("thursday at two", start=0.4)
    commit.add(heard, 0.0, 1.6)
    assert commit.committed == ()
    assert not commit.stuck(0.4 + STUCK)
    assert commit.stuck(0.5 + STUCK)
    commit.add(heard, 0.0, 3.0, careful=True)
    assert text(commit.committed) == "um thursday at two"
    assert not commit.stuck(FAR)


def test_what_even_a_careful_look_doubts_needs_a_second_one() -> None:
    commit = Commit()
    commit.add(words("um", FOUND_AGAIN), 0.0, 3.0, careful=True)
    assert commit.committed == ()
    commit.add(words("um", FOUND_AGAIN), 0.0, 3.0, careful=True)
    assert text(commit.committed) == "um"
