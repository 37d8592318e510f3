"""What sentences do, with the shipped classifier and with one that says what it is told."""

from __future__ import annotations

import pytest

from server.call.acts import Said, is_ask, is_promise, is_question, objection_of, read
from server.call.classifier import shipped
from server.call.text import Sentence, plain
from server.events import TrackName


def sentence(text: str, track: TrackName = "prospect") -> Sentence:
    return Sentence(track, 1.0, 3.0, text, plain(text))


def said(text: str, track: TrackName = "prospect", **p: float) -> Said:
    """A sentence whose acts are given, all others impossible."""
    reading = shipped().read(track, plain(text))
    return Said(sentence(text, track), {**dict.fromkeys(reading.p, 0.0), **p}, reading)


def test_an_act_counts_from_its_own_probability() -> None:
    assert said("Well then.", refuse=0.4).does("refuse")
    assert not said("Well then.", refuse=0.39).does("refuse", "agree")


def test_a_sure_phrase_adds_to_what_the_classifier_thinks() -> None:
    text = sentence("take me off your list")
    thought = shipped().read("prospect", text.plain)["dnc"]
    assert read(text, shipped()).p["dnc"] == pytest.approx(1 - (1 - thought) * (1 - 0.6))


def test_a_long_sentence_shows_the_words_that_spoke_for_its_act() -> None:
    text = "Honestly we have been round this before and it is just far too expensive for a shop of our size."
    reason = said(text, price=0.9).because("price")
    assert reason.startswith(f"“{text}” (above all: ")
    assert "expensive" in reason.split("above all: ")[1]
    assert said("Too expensive.", price=0.9).because("price") == "“Too expensive.”"


@pytest.mark.parametrize("text", ["My boss said it is too expensive.", "He was happy with what we use."])
def test_what_others_say_is_no_objection(text: str) -> None:
    assert objection_of(read(sentence(text), shipped()), asked=True) is None


def test_an_ask_outweighs_leave_and_booking_or_is_none() -> None:
    assert is_ask(said("Thursday at two?", "rep", ask=0.6, book=0.5))
    assert not is_ask(said("Thursday at two.", "rep", ask=0.6, book=0.7))
    assert not is_ask(said("Is now fine?", "rep", ask=0.6, permission=0.7))
    assert not is_ask(said("Thursday.", "rep", ask=0.4))


class TestObjection:
    """Which objection, if any."""

    def test_the_likeliest_kind(self) -> None:
        assert (
            objection_of(said("It costs more than we can pay.", price=0.6, trust=0.5), asked=True) == "price"
        )

    def test_few_words_must_be_very_likely(self) -> None:
        assert objection_of(said("Nine hundred.", price=0.6), asked=True) is None
        assert objection_of(said("Nine hundred.", price=0.8), asked=True) == "price"

    def test_having_to_run_is_none_after_the_ask(self) -> None:
        run = said("Look, I have to run now.", bad_time=0.9)
        assert objection_of(run, asked=False) == "bad_time"
        assert objection_of(run, asked=True) is None

    def test_facts_are_none_before_the_ask(self) -> None:
        tool = said("We have used another tool since May.", competitor=0.6, fact=0.7)
        assert objection_of(tool, asked=False) is None
        assert objection_of(tool, asked=True) == "competitor"

    def test_a_likelier_question_is_none(self) -> None:
        assert objection_of(said("What does it cost us?", price=0.6, question=0.9), asked=True) is None
        assert objection_of(said("What does it cost us?", price=0.9, question=0.6), asked=True) == "price"


def test_a_question_is_known_without_its_mark() -> None:
    assert is_question(sentence("Really?"))
    assert is_question(sentence("and what does it cost"))
    assert not is_question(sentence("what"))
    assert not is_question(sentence("what a great idea"))


def test_a_promise_says_what_somebody_will_do() -> None:
    assert is_promise(sentence("I'll send the deck tonight."))
    assert not is_promise(sentence("Let me tell you, I'll be honest."))
    assert not is_promise(sentence("You will send it."))
