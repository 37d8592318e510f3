"""A language model's sentences are kept only when the turns they cite bear them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.audio import Word
from server.call.cited import CitedSentence, Draft, checked, lines_of, numbers
from server.errors import Malformed
from server.events import Final, Summary, TrackName

RULES = Summary(at=60.0, outcome="connect", sentiment="positive", meeting=True)


def turn(track: TrackName, start: float, text: str) -> Final:
    words = tuple(
        Word(text=word, start=start + 0.2 * i, end=start + 0.2 * i + 0.2, p=0.9)
        for i, word in enumerate(text.split())
    )
    return Final(at=start + 2, track=track, turn=int(start) + 1, start=start, end=start + 1.5, words=words)


TURNS = [
    turn("rep", 1, "Did the ops lead see the demo?"),
    turn("prospect", 4, "Not yet, we have forty reps and a budget of 12 thousand."),
    turn("prospect", 8, "Thursday at two works."),
]


def draft(*sentences: tuple[str, list[int]]) -> Draft:
    return Draft(sentences=[CitedSentence(text=text, cites=cites) for text, cites in sentences])


def test_turns_are_numbered_from_one() -> None:
    assert lines_of(TURNS)[2] == "3 prospect: Thursday at two works."


def test_a_sentence_that_holds_carries_the_span_it_cites() -> None:
    made = checked(draft(("They meet on Thursday.", [3])), TURNS, RULES)
    (sentence,) = made.sentences
    (span,) = sentence.evidence
    assert (span.track, span.start, span.end) == ("prospect", 8, 9.5)
    assert (made.author, made.outcome, made.meeting) == ("model", "connect", True)


@pytest.mark.parametrize(
    ("text", "cites", "why"),
    [
        ("They meet on Thursday.", [9], "there is no turn 9"),
        ("They meet on Thursday.", [0], "there is no turn 0"),
        ("Bought eleven licences.", [2], "no word of it was said"),
        ("They have fifty reps.", [2], "forty was said"),
        ("The budget is 13 thousand.", [2], "12 was said"),
        ("Meeting Thursday at three.", [3], "two was said"),
    ],
)
def test_a_sentence_that_does_not_hold_is_dropped(text: str, cites: list[int], why: str) -> None:
    made = checked(draft((text, cites), ("They have forty reps.", [2])), TURNS, RULES)
    assert [sentence.text for sentence in made.sentences] == ["They have forty reps."], why


def test_numbers_count_in_digits_and_in_words() -> None:
    assert numbers("forty reps, 12 thousand, two offices") == {40, 12, 2}
    made = checked(draft(("They have 40 reps.", [2])), TURNS, RULES)
    assert made.sentences


def test_a_span_is_cited_once() -> None:
    (sentence,) = checked(draft(("They meet on Thursday.", [3, 3])), TURNS, RULES).sentences
    assert len(sentence.evidence) == 1


def test_nothing_that_holds_is_an_error() -> None:
    with pytest.raises(Malformed, match="borne out"):
        checked(draft(("They bought a boat.", [1])), TURNS, RULES)


@given(
    st.text(max_size=80).filter(lambda text: len(text.strip()) >= 3),
    st.lists(st.integers(-3, 9), min_size=1, max_size=8),
)
def test_whatever_is_kept_cites_turns_that_exist(text: str, cites: list[int]) -> None:
    try:
        made = checked(draft((text, cites)), TURNS, RULES)
    except Malformed:
        return
    for sentence in made.sentences:
        assert {span.start for span in sentence.evidence} <= {turn.start for turn in TURNS}
