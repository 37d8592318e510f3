"""Speech cut fairly at every length, and the choice among what was measured."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.calibration import (
    BEFORE,
    LENGTHS,
    MOST,
    Choice,
    Phrase,
    Point,
    Setting,
    Spoken,
    allowance,
    best_fill,
    blamed,
    choose,
    first_settings,
    length,
    more_settings,
    noted,
    parse_words,
)


def row(words: list[tuple[str, float, float]], track: str = "rep", **more: str) -> str:
    return json.dumps({"track": track, "words": words, **more})


def lines(*texts: str) -> str:
    return "\n".join(texts) + "\n"


@given(
    st.lists(st.tuples(st.floats(0.05, 1.2), st.floats(0, 1.0)), min_size=1, max_size=60),
    st.sampled_from(LENGTHS),
)
def test_every_length_holds_the_same_words_in_the_same_order(
    drawn: list[tuple[float, float]], most: float
) -> None:
    at, words = 0.0, []
    for number, (lasts, gap) in enumerate(drawn):
        words.append((f"w{number}", at + gap, at + gap + lasts))
        at += gap + lasts
    (speaker,) = parse_words(row(words))
    windows = speaker.cut(most)
    assert [word.text for window in windows for word in window] == [text for text, *_ in words]
    assert all(length(window) <= most + 1e-6 or len(window) == 1 for window in windows)


def test_phrases_are_kept_whole_where_they_fit_and_halved_between_words_where_not() -> None:
    one = [("a", 1.0, 1.5), ("b", 1.5, 2.0), ("c", 2.0, 2.5), ("d", 2.5, 3.0)]
    two = [("e", 9.0, 9.5), ("f", 9.5, 10.0)]
    (speaker,) = parse_words(lines(row(one), row(two)))

    def cut(seconds: float) -> list[str]:
        return ["".join(word.text for word in window) for window in speaker.cut(seconds)]

    assert cut(10) == ["abcdef"]
    assert cut(3) == ["abcd", "ef"]
    assert cut(1.6) == ["ab", "cd", "ef"]
    assert length(speaker.phrases[0]) == pytest.approx(2.5)  # with 0.3 s before and 0.2 s after
    assert speaker.phrases[1][0].start == pytest.approx(9.0 - BEFORE)


def test_two_voices_never_share_a_window() -> None:
    text = lines(
        row([("a", 1.0, 1.2)], voice="amy"),
        row([("b", 2.0, 2.2)], voice="bob"),
        row([("c", 1.0, 1.2)], "prospect"),
    )
    assert [[w.text for w in window] for s in parse_words(text) for window in s.cut(30)] == [
        ["a"],
        ["b"],
        ["c"],
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no words"),
        ("{", "line 1"),
        (row([("a", 2.0, 1.0)]), "line 1"),
        (row([("a", 1.0, 1.2)], "nobody"), "line 1"),
        ('{"track": "rep", "text": "no times"}', "line 1"),
        ("[1, 2]", "line 1"),
        (lines(row([("a", 5.0, 5.2)]), row([("b", 1.0, 1.2)])), "'b' at 1.0 s"),
        (row([("—", 1.0, 1.2)]), "no words"),
    ],
)
def test_words_that_cannot_be_used_are_named(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_words(text)


def test_a_word_must_have_a_place() -> None:
    for end in (float("nan"), float("inf"), 0.5):
        with pytest.raises(ValueError, match="is no word"):
            Spoken("hi", 1.0, end)


def point(
    seconds: float, wrong: int, *, fill: str = "sound", whole: bool = False, words: int = 1000
) -> Point:
    """So many errors, spread evenly."""
    marks = tuple(int((i + 1) * wrong / words + 1e-9) - int(i * wrong / words + 1e-9) for i in range(words))
    return Point(seconds, Setting("int8", 5, fill, whole), 10, 10 * seconds, seconds / 10, marks)


def curve(own: dict[float, int], whole: dict[float, int] | None = None, fill: str = "sound") -> list[Point]:
    whole = whole or own
    return [point(s, n, fill=fill) for s, n in own.items()] + [
        point(s, n, fill=fill, whole=True) for s, n in whole.items()
    ]


def test_the_shortest_length_that_is_as_good_as_the_best_longer_one_is_chosen() -> None:
    choice = choose(curve({1: 300, 2: 150, 4: 52, 6: 51, 10: 51, 30: 300}))
    assert (choice.shortest, choice.fill, choice.best) == (4.0, "sound", 0.051)


def test_a_model_that_wants_thirty_seconds_keeps_them() -> None:
    """Its own length costs it words which the same windows, filled up, do not lose."""
    whole = dict.fromkeys((1, 2, 4, 10, 30), 100)
    assert choose(curve({1: 900, 2: 800, 4: 500, 10: 250, 30: 100}, whole)).shortest == 30.0
    assert choose(curve({1: 900, 2: 800, 4: 500, 10: 250, 30: 160}, whole)).shortest == 30.0


def test_a_model_that_bears_all_lengths_gets_the_shortest() -> None:
    assert choose(curve(dict.fromkeys(LENGTHS, 40))).shortest == 1.0


def test_the_fill_with_fewer_errors_wins_and_an_even_match_changes_nothing() -> None:
    sound, mel = curve({1: 90, 30: 90}), curve({1: 80, 30: 80}, fill="mel")
    assert best_fill([*sound, *mel]) == "mel"
    assert choose([*sound, *mel]).fill == "mel"
    assert best_fill([*curve({1: 90, 30: 90}, fill="mel"), *sound]) == "sound"


def test_nothing_measured_is_no_choice() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        choose([])


def test_little_speech_does_not_excuse_much() -> None:
    rough = allowance(point(1, 12, words=60), point(30, 3, words=60))
    assert rough == MOST
    same = point(1, 40)
    assert allowance(same, same) == pytest.approx(0.02 * 0.04)


def test_the_allowance_is_the_standard_error_of_a_paired_difference() -> None:
    """Twenty errors that the other has not, one in a block each: a count whose deviation is about the square root."""
    wrong = tuple(int(i % 50 == 0) for i in range(1000))
    one, none = (Point(1, Setting("int8", 5, "sound", False), 1, 1, 1, w) for w in (wrong, (0,) * 1000))
    assert allowance(one, none) == pytest.approx(20**0.5 / 1000, rel=0.15)
    assert allowance(one, none) == allowance(one, none)


def test_errors_are_blamed_on_words_and_none_is_lost() -> None:
    assert blamed(["a", "b", "c"], [(0, 0), (2, 1)], 1) == (0, 1, 0)
    assert blamed(["a", "b"], [(0, 0), (1, 1)], 3) == (0, 3)


def test_each_way_of_hearing_is_asked_once() -> None:
    ways = [*first_settings(False), *more_settings("mel", False)]
    assert len(ways) == len(set(ways)) == 7
    assert {s.compute for s in ways} == {"int8", "float32"}
    assert {s.beam for s in ways} == {1, 5}


def test_what_is_kept_tells_the_choice_and_its_curve() -> None:
    points = curve({1: 90, 30: 90})
    partial = [Point(p.seconds, Setting("int8", 1, "sound", False), 10, 20, 0.5, p.wrong) for p in points[:2]]
    kept = noted(Choice(1.0, "sound", 0.09, 0.01), [*points, *partial], {"words": 1000})
    assert (kept["shortest_window"], kept["padding"]) == (1.0, "sound")
    assert kept["checked"] == {
        "words": 1000,
        "wer": {"1": 0.09, "30": 0.09},
        "cpu_s_per_update": {"1": 0.05, "30": 0.05},
        "cpu_s_per_sound_s": {"1": 0.025, "30": 0.025},
    }


def test_a_phrase_is_words() -> None:
    phrase: Phrase = (Spoken("a", 0, 1), Spoken("b", 3, 4))
    assert length(phrase) == 2
