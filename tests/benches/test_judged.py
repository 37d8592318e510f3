"""Judging what came out against what was said."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from benches.judged import Out, Said, aligned, joined, judge, told, until

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=7)


def sentence(text: str, start: float = 0.0) -> list[Said]:
    return [Said(word, start + place, start + place + 1) for place, word in enumerate(text.split())]


def out(said: list[Said], delay: float = 0.5) -> list[Out]:
    return [
        Out(w.text, w.start, w.end, w.end + delay, w.end + delay + 0.1, closed=w.end + delay + 2)
        for w in said
    ]


@given(WORDS, WORDS)
def test_pairs_are_equal_words_in_order_and_errors_a_distance(said, heard):
    wrong, right = aligned(said, heard)
    assert all(said[i] == heard[j] for i, j in right)
    assert right == sorted(right)
    assert len({i for i, _ in right}) == len({j for _, j in right}) == len(right)
    assert wrong == aligned(heard, said)[0]
    assert (wrong == 0) == (said == heard)


def test_delays_count_from_the_end_of_each_word():
    said = sentence("send the proposal")
    verdict = judge([said], out(said))
    assert verdict.errors == verdict.lost == verdict.unspoken == 0
    assert [round(x, 6) for x in verdict.audio] == [0.5, 0.5, 0.5]
    assert [round(x, 6) for x in verdict.wall] == [0.6, 0.6, 0.6]
    assert [round(x, 6) for x in verdict.sentences] == [0.6]
    assert [round(x, 6) for x in verdict.finals] == [2.5]


def test_an_utterance_ends_at_a_pause_only():
    first, second = sentence("we sign"), sentence("on Friday", start=2.2)
    assert len(judge([first, second], out(first + second)).finals) == 1
    second = sentence("on Friday", start=3.0)
    assert len(judge([first, second], out(first + second)).finals) == 2


def test_a_sentence_without_a_word_is_lost_and_a_word_in_silence_is_counted():
    first, second = sentence("we sign"), sentence("on Friday", start=10.0)
    heard = [*out(first), Out("thanks", 5.0, 5.5, 6.0, 6.0, 6.0)]
    verdict = judge([first, second], heard)
    assert (verdict.lost, verdict.unspoken, verdict.errors) == (1, 1, 2)


def test_a_misheard_last_word_still_dates_the_final():
    said = sentence("on Friday")
    heard = out(said)
    heard[1] = replace(heard[1], text="fried")
    verdict = judge([said], heard)
    assert verdict.sentences == ()
    assert verdict.finals == (heard[0].closed - said[-1].end,)


def test_sound_that_is_cut_cuts_sentences_too():
    said = [sentence("we sign on Friday"), sentence("thanks", start=8.0)]
    assert [[word.text for word in s] for s in until(said, 2.5)] == [["we", "sign"]]


def test_words_of_one_event_share_its_time():
    event = {"text": " Yes, I will.", "start": 1.0, "end": 4.0, "audio": 5.0, "wall": 6.0, "step": 3}
    words = told([event])
    assert [(w.text, w.start, w.end, w.closed, w.step) for w in words] == [
        ("Yes,", 1.0, 2.0, 6.0, 3),
        ("I", 2.0, 3.0, 6.0, 3),
        ("will.", 3.0, 4.0, 6.0, 3),
    ]


def test_tracks_add_up():
    said = sentence("we sign")
    one = judge([said], out(said))
    two = joined([one, one])
    assert (two.said, len(two.wall), len(two.finals)) == (4, 4, 2)


def test_a_track_on_which_nothing_was_said_can_be_judged() -> None:
    assert judge([], []).said == 0
