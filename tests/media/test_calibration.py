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
    OWN,
    TURN,
    Phrase,
    Point,
    Spoken,
    allowance,
    blamed,
    cut_settings,
    fill_settings,
    length,
    longest,
    noted,
    parse_words,
    served,
    shortest,
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


def test_natural_phrases_are_parted_at_pauses_only_but_for_what_no_turn_would_hold() -> None:
    short = [("a", 1.0, 1.5), ("b", 1.6, 3.0)]
    endless = [(f"w{i}", 9.0 + i, 10.0 + i) for i in range(20)]
    (speaker,) = parse_words(lines(row(short), row(endless)))
    first, *rest = speaker.natural()
    assert [word.text for word in first] == ["a", "b"]
    assert [word.text for part in rest for word in part] == [text for text, *_ in endless]
    assert len(rest) == 2
    assert all(length(part) <= TURN for part in rest)


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


def point(seconds: float, wrong: int, *, fill: str = "sound", words: int = 1000) -> Point:
    """So many errors, spread evenly."""
    marks = tuple(int((i + 1) * wrong / words + 1e-9) - int(i * wrong / words + 1e-9) for i in range(words))
    return Point(seconds, served(fill), 10, 10 * (seconds or 1), seconds / 10, marks)


def curve(errors: dict[float, int], fill: str = "sound") -> list[Point]:
    return [point(seconds, wrong, fill=fill) for seconds, wrong in errors.items()]


def test_the_least_filling_that_is_as_good_as_the_best_is_chosen() -> None:
    filling = shortest(curve({OWN: 300, 1: 300, 2: 150, 4: 52, 6: 51, 10: 51, 30: 60}))
    assert (filling.shortest, filling.fill, filling.best) == (4.0, "sound", 0.051)


def test_a_model_native_to_short_windows_is_not_filled_up_whatever_it_does_with_full_ones() -> None:
    """Filling neither gains nor costs, but for a word or two: the least that the engine uses is kept."""
    assert shortest(curve(dict.fromkeys((OWN, *LENGTHS), 40))).shortest == 1.0
    assert shortest(curve({OWN: 6, 1: 6, 4: 6, 15: 6, 20: 7, 30: 7})).shortest == 1.0


def test_a_stock_model_is_filled_to_thirty_seconds_and_follows_as_many() -> None:
    assert shortest(curve({OWN: 900, 1: 880, 4: 500, 10: 250, 20: 90, 30: 50})).shortest == 30.0
    assert longest(curve({1: 950, 4: 600, 10: 300, 20: 120, 30: 60})) == 30.0


def test_the_longest_window_is_the_last_before_words_are_lost() -> None:
    cut = curve({1: 238, 4: 8, 6: 16, 10: 17, 15: 26, 20: 198, 30: 348})
    assert longest(cut) == 10.0
    assert longest(cut[:4]) == 10.0


def test_silence_in_the_sound_is_kept_unless_only_the_mel_is_as_good() -> None:
    sound, mel = curve({OWN: 90, 30: 90}), curve({OWN: 20, 30: 20}, fill="mel")
    assert shortest([*sound, *mel]).fill == "mel"
    assert shortest([*mel, *curve({OWN: 20, 30: 90})]).fill == "sound"
    late = shortest([*curve({OWN: 90, 30: 20}), *mel])
    assert (late.shortest, late.fill) == (1.0, "mel")


def test_nothing_measured_is_no_choice() -> None:
    for choose in (shortest, longest):
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
    one, none = (Point(1, served("sound"), 1, 1, 1, w) for w in (wrong, (0,) * 1000))
    assert allowance(one, none) == pytest.approx(20**0.5 / 1000, rel=0.15)
    assert allowance(one, none) == allowance(one, none)


def test_errors_are_blamed_on_words_and_none_is_lost() -> None:
    assert blamed(["a", "b", "c"], [(0, 0), (2, 1)], 1) == (0, 1, 0)
    assert blamed(["a", "b"], [(0, 0), (1, 1)], 3) == (0, 3)


def test_each_way_of_hearing_is_asked_once() -> None:
    assert [way.fill for way in fill_settings(False)] == ["sound", "mel"]
    ways = cut_settings("mel", False)
    assert ways[0] == served("mel")
    assert {(way.compute, way.beam) for way in ways} == {(c, b) for c in ("int8", "float32") for b in (1, 5)}
    assert len(ways) == 4


def test_what_is_kept_tells_the_choice_and_its_curves() -> None:
    filled, cut = curve({OWN: 90, 30: 90}), curve({2: 90, 30: 300})
    partial = [Point(p.seconds, served("sound", beam=1), 10, 20, 0.5, p.wrong) for p in cut]
    kept = noted(shortest(filled), filled, [*cut, *partial], {"words": 1000})
    assert kept == {
        "shortest_window": 1.0,
        "longest_window": 2.0,
        "padding": "sound",
        "checked": {
            "words": 1000,
            "wer_filled": {"own": 0.09, "30": 0.09},
            "cpu_s_filled": {"own": 0.0, "30": 0.3},
            "wer": {"2": 0.09, "30": 0.3},
            "cpu_s_per_update": {"2": 0.05, "30": 0.05},
            "cpu_s_per_sound_s": {"2": 0.025, "30": 0.025},
        },
    }


def test_a_phrase_is_words() -> None:
    phrase: Phrase = (Spoken("a", 0, 1), Spoken("b", 3, 4))
    assert length(phrase) == 2
