"""The listener, with a judge that calls loud sound speech and an engine that writes what it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from media.audio import RATE, Frame, Hypothesis, Look, Pcm, Track, Window, Word, samples
from media.heard import Heard, SpeechStart, SpeechStop, Words
from media.listener import Listener
from media.turns import LONGEST, PRE_ROLL
from media.vad import Row


class Loud:
    """Calls a chunk speech when it is loud."""

    def judge(self, rows: Sequence[Row], chunks: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.array([0.95 if np.abs(chunk).mean() > 0.02 else 0.02 for chunk in chunks], np.float32)


def line(length: float, *spans: tuple[float, float]) -> Pcm:
    """Sound of `length` seconds that is loud (a buzz webrtcvad lets in) in some spans."""
    at = np.arange(samples(length))
    rng = np.random.default_rng(7)
    pcm = np.zeros(samples(length), np.int16)
    buzz = sum(np.sin(2 * np.pi * 130 * k * at / RATE) / k for k in range(1, 20)) * 5000
    loud = (buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at / RATE)) + rng.normal(0, 200, len(at))).astype(
        np.int16
    )
    for start, end in spans:
        pcm[samples(start) : samples(end)] = loud[samples(start) : samples(end)]
    return pcm


def hear(listener: Listener, rep: Pcm, prospect: Pcm, size: int = 160) -> list[Heard]:
    return hear_some(listener, rep, prospect, size) + listener.close()


def hear_some(listener: Listener, rep: Pcm, prospect: Pcm, size: int = 160) -> list[Heard]:
    heard: list[Heard] = []
    for at in range(0, max(len(rep), len(prospect)), size):
        for track, pcm in ((Track.REP, rep), (Track.PROSPECT, prospect)):
            heard += listener.hear(Frame(track, at, pcm[at : at + size]))
    return heard


def listener() -> Listener:
    return Listener(Loud())  # type: ignore[arg-type]


def of(kind: type, heard: list[Heard], track: Track = Track.REP) -> list:  # type: ignore[type-arg]
    return [one for one in heard if isinstance(one, kind) and one.track is track]


def said(window: Window, text: str, p: float = 1.0) -> Hypothesis:
    parts = text.split()
    step = len(window.pcm) / RATE / max(1, len(parts))
    begin = window.start / RATE
    words = tuple(Word(part, begin + i * step, begin + (i + 1) * step, p) for i, part in enumerate(parts))
    return Hypothesis(window, words)


def test_a_turn_starts_and_stops_and_the_words_of_its_last_pause_are_final() -> None:
    one = listener()
    heard = hear(one, line(6, (1.0, 3.0)), line(6))
    (start,), (stop,) = of(SpeechStart, heard), of(SpeechStop, heard)
    assert start.start == pytest.approx(RATE, abs=400)
    assert start.at - start.start <= samples(0.15)
    assert stop.end == pytest.approx(3 * RATE, abs=400)
    assert stop.at - stop.end <= samples(0.5)
    windows = of(Window, heard)
    assert [window.look for window in windows] == [Look.PARTIAL] * (len(windows) - 1) + [Look.PAUSE]
    assert [window.number for window in windows] == list(range(1, len(windows) + 1))
    assert windows[-1].start <= start.start - PRE_ROLL + 512
    assert windows[-1].end >= stop.end
    (words,) = one.accept(said(windows[-1], "can we"))
    assert words.final


def test_every_window_carries_the_names_of_the_call() -> None:
    named = Listener(Loud(), names=("Oksana",))  # type: ignore[arg-type]
    windows = of(Window, hear(named, line(4, (1.0, 3.0)), line(4)))
    assert windows
    assert {window.names for window in windows} == {("Oksana",)}


def test_updates_come_at_least_every_second_of_speech() -> None:
    windows = of(Window, hear(listener(), line(7, (1.0, 6.0)), line(7)))
    ends = [window.end / RATE for window in windows]
    assert all(b - a <= 1.0 for a, b in zip([1.0, *ends], ends, strict=False))


def test_a_pause_within_a_turn_asks_for_words_at_once() -> None:
    windows = of(Window, hear(listener(), line(5, (1.0, 2.1), (2.45, 3.0)), line(5)))
    assert any(2.1 < window.end / RATE < 2.45 and window.look is Look.PAUSE for window in windows)
    assert len({window.turn for window in windows}) == 1


def test_a_click_is_no_speech() -> None:
    assert hear(listener(), line(3, (1.0, 1.05)), line(3)) == []


def test_both_tracks_have_turns_of_their_own() -> None:
    heard = hear(listener(), line(6, (1.0, 2.0), (4.0, 5.0)), line(6, (1.5, 3.0)))
    assert [one.turn for one in of(SpeechStart, heard)] == [1, 2]
    assert [one.turn for one in of(SpeechStart, heard, Track.PROSPECT)] == [1]


def test_a_long_turn_is_split_and_nothing_of_it_is_lost() -> None:
    heard = hear(listener(), line(32, (1.0, 30.0)), line(32))
    windows = of(Window, heard)
    finals = [window for window in windows if window.look is Look.FINAL or window is windows[-1]]
    assert all(len(window.pcm) <= LONGEST + PRE_ROLL + 600 for window in finals)
    assert len(finals) >= 3
    for before, after in pairwise(finals):
        assert after.start <= before.end
    assert finals[-1].end >= samples(30.0) - 300
    assert len(of(SpeechStop, heard)) == len(finals)


def test_a_call_that_ends_in_mid_word_ends_its_turn() -> None:
    heard = hear(listener(), line(2.5, (1.0, 2.5)), line(2.5))
    assert len(of(SpeechStop, heard)) == 1
    assert of(Window, heard)[-1].look is Look.FINAL


def test_a_silent_track_does_not_hold_the_other_up_for_ever() -> None:
    one = listener()
    for at in range(0, 3 * RATE, 160):
        one.hear(Frame(Track.REP, at, line(3, (1.0, 2.0))[at : at + 160]))
    heard = one.close()
    assert len(of(SpeechStop, heard)) == 1


@settings(max_examples=8, deadline=None)
@given(st.integers(40, 1500))
def test_how_frames_are_cut_makes_no_difference(size: int) -> None:
    rep, prospect = line(5, (1.0, 2.5), (3.5, 4.5)), line(5, (2.2, 3.1))

    def plain(heard: list[Heard]) -> list[tuple[object, ...]]:
        return [
            (one.track, one.turn, one.number, one.start, one.end, one.look)
            if isinstance(one, Window)
            else (type(one).__name__, one.track, one.turn, one.at)
            for one in heard
        ]

    assert plain(hear(listener(), rep, prospect, size)) == plain(hear(listener(), rep, prospect))


class TestAccept:
    """What comes of a model's answers."""

    def windows(self) -> tuple[Listener, list[Window]]:
        one = listener()
        return one, of(Window, hear(one, line(6, (1.0, 4.0)), line(6)))

    def test_the_final_words_end_a_turn(self) -> None:
        one, windows = self.windows()
        (words,) = one.accept(said(windows[-1], "can we get your lead on"))
        assert words.final
        assert words.agreed == 6
        assert one.accept(said(windows[-2], "too late")) == []

    def test_partials_settle_step_by_step(self) -> None:
        one, windows = self.windows()
        first = one.accept(said(windows[0], "can we", p=0.87))
        second = one.accept(said(windows[1], "can we get", p=0.87))
        assert [part.agreed for part in (*first, *second)] == [0, 2]
        assert all(isinstance(part, Words) and not part.final for part in (*first, *second))

    def test_a_pause_settles_what_was_said_and_the_next_window_begins_in_it(self) -> None:
        one = listener()
        rep = line(5, (1.0, 2.1), (2.45, 3.6))
        heard: list[Heard] = []
        for at in range(0, len(rep), 160):
            for track, pcm in ((Track.REP, rep), (Track.PROSPECT, line(5))):
                new = one.hear(Frame(track, at, pcm[at : at + 160]))
                for window in of(Window, new):
                    new += one.accept(said(window, "can we" if window.end < samples(2.45) else "get it"))
                heard += new
        pause = next(w for w in of(Window, heard) if w.end > samples(2.1))
        later = [w for w in of(Window, heard) if w.end > samples(2.6)]
        assert all(samples(2.1) <= w.start < samples(2.45) for w in later)
        assert later[0].context == "can we"
        settled = next(w for w in of(Words, heard) if w.end == pause.end)
        assert (settled.agreed, settled.final) == (2, False)
        final = of(Words, heard)[-1]
        assert final.final
        assert [word.text for word in final.words] == ["can", "we", "get", "it"]
        assert not any(w.look is Look.FINAL for w in of(Window, heard)), (
            "its words were there when the turn ended"
        )

    def test_an_unsure_word_before_a_pause_gets_one_careful_look(self) -> None:
        one = listener()
        sides = {Track.REP: line(2.4, (1.0, 2.1)), Track.PROSPECT: line(2.4)}
        frames = [
            Frame(track, at, side[at : at + 160])
            for at in range(0, samples(2.4), 160)
            for track, side in sides.items()
        ]
        windows = of(Window, [told for frame in frames for told in one.hear(frame)])
        pause = windows[-1]
        words, careful = one.accept(said(pause, "can wee", p=0.5))
        assert isinstance(words, Words)
        assert words.agreed == 0
        assert isinstance(careful, Window)
        assert careful.look is Look.CAREFUL
        assert (careful.start, careful.end) == (windows[0].start, pause.end)
        (words,) = one.accept(said(careful, "can we", p=0.5))
        assert isinstance(words, Words)
        assert words.agreed == 2

    def test_a_word_that_stays_unsure_gets_a_careful_look_in_mid_speech(self) -> None:
        one, looks = listener(), []
        sides = ((Track.REP, line(5, (1.0, 5.0))), (Track.PROSPECT, line(5)))
        for at in range(0, samples(5.0), 160):
            for track, pcm in sides:
                for window in of(Window, one.hear(Frame(track, at, pcm[at : at + 160]))):
                    looks.append(window.look)
                    one.accept(said(window, "thursdee at two", p=0.4))
        assert looks[0] is Look.PARTIAL
        assert Look.CAREFUL in looks
        assert Look.PAUSE not in looks

    def test_without_that_look_there_is_an_ordinary_update(self) -> None:
        one, asked = listener(), list[Window]()
        sides = ((Track.REP, line(4, (1.0, 4.0))), (Track.PROSPECT, line(4)))
        for at in range(0, samples(4.0), 160):
            for track, pcm in sides:
                for window in of(Window, one.hear(Frame(track, at, pcm[at : at + 160]))):
                    if window.look is Look.CAREFUL:
                        asked += of(Window, one.pass_over(window))
                    else:
                        one.accept(said(window, "thursdee at two", p=0.4))
        assert asked
        assert {window.look for window in asked} == {Look.PARTIAL}
        assert one.pass_over(asked[0]) == []

    def test_an_unlikely_end_is_not_shown_until_it_is_final(self) -> None:
        one, windows = self.windows()
        begin = windows[0].start / RATE + 0.5
        half = (Word("can", begin, begin + 0.2, 0.8), Word("wheat", begin + 0.2, begin + 0.4, 0.2))
        (words,) = one.accept(Hypothesis(windows[0], half))
        assert isinstance(words, Words)
        assert [word.text for word in words.words] == ["can"]
        assert one.accept(Hypothesis(windows[1], half[1:])) == []

    def test_an_older_answer_is_passed_over(self) -> None:
        one, windows = self.windows()
        one.accept(said(windows[1], "can we get"))
        assert one.accept(said(windows[0], "can")) == []

    def test_words_in_silence_are_dropped(self) -> None:
        one, windows = self.windows()
        window = windows[-1]
        invented = Word("Thanks", 5.0, 5.3)
        (words,) = one.accept(Hypothesis(window, (*said(window, "yes").words, invented)))
        assert [word.text for word in words.words] == ["yes"]

    def test_a_final_that_understood_nothing_is_told_too(self) -> None:
        one, windows = self.windows()
        (careful,) = one.accept(Hypothesis(windows[-1], ()))
        assert isinstance(careful, Window)
        (words,) = one.accept(Hypothesis(careful, ()))
        assert isinstance(words, Words)
        assert words.final
        assert words.words == ()

    def test_without_a_careful_look_what_was_heard_stands(self) -> None:
        one, windows = self.windows()
        partial, careful = one.accept(said(windows[-1], "can wee", p=0.5))
        assert isinstance(partial, Words)
        assert isinstance(careful, Window)
        assert not partial.final
        (words,) = one.pass_over(careful)
        assert isinstance(words, Words)
        assert words.final
        assert [word.text for word in words.words] == ["can", "wee"]
        assert one.pass_over(careful) == []

    def test_a_turn_whose_last_pause_was_passed_over_asks_once_more_and_is_owed_that(self) -> None:
        one, windows = self.windows()
        (last,) = one.pass_over(windows[-1])
        assert isinstance(last, Window)
        assert last.look is Look.FINAL
        assert (last.start, len(last.pcm) > samples(3)) == (windows[0].start, True)
        (words,) = one.accept(said(last, "can we get your lead on"))
        assert isinstance(words, Words)
        assert words.final

    def test_a_pause_passed_over_while_the_turn_goes_on_asks_for_nothing(self) -> None:
        one = listener()
        windows = of(Window, hear_some(one, line(2.4, (1.0, 2.1)), line(2.4)))
        assert windows[-1].look is Look.PAUSE
        assert one.pass_over(windows[-1]) == []
        assert of(Window, one.close())[-1].look is Look.FINAL

    def test_the_first_word_does_not_begin_before_its_turn(self) -> None:
        one, windows = self.windows()
        (words,) = one.accept(said(windows[-1], "can we"))
        assert words.words[0].start >= words.start / RATE - 0.001


class TestFaint:
    """Sound that the judge holds for less than speech."""

    def heard(self, length: float = 4.0) -> tuple[Listener, list[Heard]]:
        class Faintly(Loud):
            def judge(self, rows: Sequence[Row], chunks: NDArray[np.float32]) -> NDArray[np.float32]:
                return np.minimum(super().judge(rows, chunks), np.float32(0.3))

        one = Listener(Faintly())  # type: ignore[arg-type]
        return one, hear(one, line(length, (1.0, 2.0)), line(length))

    def test_it_gets_one_look_and_no_turn(self) -> None:
        _, (window,) = self.heard()
        assert isinstance(window, Window)
        assert window.look is Look.FAINT
        assert window.start <= samples(1.0) < samples(2.0) <= window.end

    def test_sure_words_are_a_turn_of_their_own(self) -> None:
        one, (window,) = self.heard()
        assert isinstance(window, Window)
        (words,) = one.accept(said(window, "call me"))
        assert isinstance(words, Words)
        assert (words.final, words.turn, len(words.words)) == (True, 1, 2)

    def test_doubtful_words_are_nothing(self) -> None:
        one, (window,) = self.heard()
        assert isinstance(window, Window)
        assert one.accept(said(window, "call me", p=0.5)) == []

    def test_passed_over_it_is_forgotten(self) -> None:
        one, (window,) = self.heard()
        assert isinstance(window, Window)
        assert one.pass_over(window) == []
        assert one.accept(said(window, "call me")) == []


class Round:
    """A listener whose windows wait, are answered out of order, or are passed over; only finals are owed an answer."""

    def __init__(self, dice: Random, p: float, refused: float) -> None:
        self.one, self.dice, self.p, self.refused = listener(), dice, p, refused
        self.waiting: list[Window] = []
        self.finals: Counter[int] = Counter()
        self.stopped: set[int] = set()

    def take(self, heard: Sequence[Heard]) -> None:
        for told in heard:
            if isinstance(told, Window):
                self.waiting.append(told)
            elif isinstance(told, SpeechStop):
                self.stopped.add(told.turn)
            elif isinstance(told, Words) and told.final:
                self.finals[told.turn] += 1

    def answer(self) -> None:
        window = self.waiting.pop(self.dice.randrange(len(self.waiting)))
        if window.look is not Look.FINAL and self.dice.random() < self.refused:
            self.take(self.one.pass_over(window))
        else:
            text = "can we get" if self.dice.random() < 0.8 else ""
            self.take(self.one.accept(said(window, text, self.p)))


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0.5, 0.95, 1.0]), st.sampled_from([0.0, 0.3, 0.7]))
def test_every_turn_gets_one_final_in_whatever_order_answers_come(
    dice: Random, p: float, refused: float
) -> None:
    call = Round(dice, p, refused)
    rep = line(9, (0.5, 1.6), (1.9, 2.0), (2.3, 3.0), (3.9, 4.4), (4.7, 6.0), (6.3, 8.0))
    for at in range(0, len(rep), 800):
        for track, pcm in ((Track.REP, rep), (Track.PROSPECT, np.zeros(len(rep), np.int16))):
            call.take(call.one.hear(Frame(track, at, pcm[at : at + 800])))
        while call.waiting and dice.random() < 0.5:
            call.answer()
    call.take(call.one.close())
    while call.waiting:
        call.answer()
    assert call.finals == dict.fromkeys(call.stopped, 1)
