"""Whether a summary says a fact, by the words they share."""

from __future__ import annotations

import pytest

from server.call.overlap import carrying, claimed, figured, kept


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We have two hundred and forty reps", {"240", "rep"}),
        ("$40,000 a year", {"40000", "year"}),
        ("about 40k", {"40000"}),
        ("forty thousand", {"40000"}),
        ("one million two hundred thousand", {"1200000"}),
        ("the one in May", {"may"}),
        ("twenty-five percent, or 25%", {"25", "percent"}),
        ("they signed contracts", {"sign", "contract"}),
        ("companies using it", {"compan", "us"}),
        ("a company uses it", {"compan", "us"}),
        ("on the 22nd of March", {"22", "march"}),
        ("three days, by day", {"3", "day"}),
    ],
)
def test_words_that_carry_meaning(text: str, words: set[str]) -> None:
    assert carrying(text) == words


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("two hundred and forty reps at ten thirty", "240 reps at 10 30"),
        ("twenty two or twenty twelve", "22 or 20 12"),
        ("a hundred of one", "a hundred of one"),
        ("nine hundred ten thousand five", "910005"),
        ("two hundred and some", "200 some"),
        ("five five five two", "5 5 5 2"),
        ("first the fifteenth then the twenty second of march", "first the 15 then the 22 of march"),
    ],
)
def test_number_words_become_figures(said: str, figures: str) -> None:
    assert " ".join(figured(said.split())) == figures


def test_half_of_the_words_in_one_sentence_keep_a_fact() -> None:
    fact = "the contract with Salesforce ends in March"
    assert kept(fact, ["Our Salesforce contract runs out in spring."])
    assert not kept(fact, ["We use Salesforce.", "The contract is long.", "March is busy."])
    assert not kept(fact, [])


def test_a_fact_s_numbers_must_be_there() -> None:
    assert kept("a budget of forty thousand", ["Our budget is $40,000."])
    assert not kept("a budget of forty thousand", ["Our budget is $50,000."])


def test_a_false_fact_needs_nearly_all_of_its_words_and_the_same_denial() -> None:
    assert claimed("they use HubSpot", ["We use HubSpot."])
    assert not claimed("they use HubSpot", ["We don't use HubSpot."])
    assert not claimed("they use HubSpot today", ["HubSpot was looked at."])
    assert not claimed("a meeting was agreed", ["The rep asked for a meeting."])
