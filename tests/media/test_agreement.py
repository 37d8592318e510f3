"""Agreement: what two hypotheses share is safe and never changes again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.agreement import EDGE, Agreement, bare, common, unlooped
from media.audio import Word


def words(text: str, step: float = 0.4) -> tuple[Word, ...]:
    return tuple(
        Word(part, round(i * step, 3), round((i + 1) * step, 3)) for i, part in enumerate(text.split())
    )


def text(said: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in said)


def test_two_hypotheses_agree_on_their_common_start() -> None:
    agreement = Agreement()
    agreement.add(words("Can we get"), 1.5)
    assert agreement.agreed == 0
    agreement.add(words("can we get, your lead"), 2.2)
    assert agreement.agreed == 3


def test_a_word_at_the_edge_may_still_be_half_a_word() -> None:
    agreement = Agreement()
    end = 1.2 + EDGE / 2
    agreement.add(words("can we get"), end)
    agreement.add(words("can we get"), end)
    assert agreement.agreed == 2


def test_agreed_words_stay_when_the_model_changes_its_mind() -> None:
    agreement = Agreement()
    for _ in range(2):
        agreement.add(words("the price is"), 9.0)
    assert text(agreement.add(words("a prize was too high"), 9.0)) == "the price is too high"
    assert text(agreement.close(words("a prize was too high for us"))) == "the price is too high for us"


def test_a_final_without_words_keeps_what_was_agreed() -> None:
    agreement = Agreement()
    for _ in range(2):
        agreement.add(words("yes please"), 9.0)
    assert text(agreement.close(())) == "yes please"


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=6), max_size=8))
def test_what_is_agreed_is_a_start_of_all_that_follows(hypotheses: list[list[str]]) -> None:
    agreement, settled = Agreement(), []
    for hypothesis in hypotheses:
        said = [word.text for word in agreement.add(words(" ".join(hypothesis)), 99.0)]
        assert said[: len(settled)] == settled
        settled = said[: agreement.agreed]
    assert [word.text for word in agreement.close(words("c b a"))][: len(settled)] == settled


def test_case_and_punctuation_make_no_difference() -> None:
    assert bare("It's,") == "its"
    assert common(words("Yes. Thursday works"), words("yes thursday Works!")) == 3


def test_a_loop_is_cut_where_it_begins() -> None:
    assert text(unlooped(words("we can meet on on on on on on"))) == "we can meet on"
    assert (
        text(unlooped(words("so thank you for thank you for thank you for thank you for")))
        == "so thank you for"
    )


def test_what_people_repeat_is_no_loop() -> None:
    for said in ("no no no I mean it", "five five five two one four two", "bye bye bye"):
        assert text(unlooped(words(said))) == said
