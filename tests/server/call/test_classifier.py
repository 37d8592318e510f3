"""The classifier that ships: what it reads, what it shows for it, that it is small (`scripts/bench cues` times it)."""

from __future__ import annotations

import numpy as np
import pytest

from server.call.classifier import FILE, shipped
from server.events import TrackName

MOST_BYTES = 5_000_000


@pytest.mark.parametrize(
    ("track", "text", "act"),
    [
        ("rep", "would you be open to fifteen minutes on thursday with your ops lead", "ask"),
        ("rep", "i'd love to get your ops lead on for fifteen minutes thursday", "ask"),
        ("rep", "just checking in to see how things are going", "generic"),
        ("rep", "did i catch you at a bad time", "permission"),
        ("rep", "i'll send the invite for thursday at two", "book"),
        ("prospect", "that is way too expensive for us", "price"),
        ("prospect", "please take me off your list and don't call again", "dnc"),
        ("prospect", "just send me an email with the details", "send_info"),
        ("prospect", "you've reached the voicemail of dana leave a message after the tone", "voicemail"),
    ],
)  # fmt: skip
def test_plain_cases(track: TrackName, text: str, act: str) -> None:
    reading = shipped().read(track, text)
    assert reading[act] > 0.5, sorted(reading.p.items(), key=lambda pair: -pair[1])[:3]


def test_evidence_is_words_that_were_said_in_their_order() -> None:
    said = "well honestly please take me off your calling list today"
    words = shipped().read("prospect", said).evidence("dnc")
    assert words
    assert "list" in words or "off" in words
    places = [said.split().index(word) for word in words]
    assert places == sorted(places)


def test_nothing_said_is_nothing_done() -> None:
    reading = shipped().read("rep", "")
    assert max(reading.p.values()) < 0.5
    assert reading.evidence("ask") == ()


def test_same_words_same_numbers() -> None:
    text = "could we put half an hour in for tuesday"
    assert shipped().read("rep", text).p == shipped().read("rep", text).p


def test_probabilities_stay_between_0_and_1_for_any_words() -> None:
    rng = np.random.default_rng(3)
    letters = list("abcdefghijklmnopqrstuvwxyz0123456789'äß漢 ")
    for size in (1, 5, 40, 400):
        text = " ".join("".join(rng.choice(letters, size)).split())
        assert all(0 <= x <= 1 for x in shipped().read("rep", text).p.values())


def test_a_long_stretch_is_read_by_its_end() -> None:
    end = "would you be open to fifteen minutes on thursday with your ops lead"
    longer, long = (
        shipped().read("rep", " ".join(["we looked at your numbers"] * times) + " " + end)
        for times in (60, 30)
    )
    assert len(longer.words) == 300 + len(end.split())
    assert longer.p == long.p
    assert set(longer.evidence("ask")) <= set(end.split())


def test_sentences_are_cut_where_nobody_wrote_full_stops() -> None:
    text = "okay well ill let you go thanks so much would you be free on tuesday for a quick call"
    words = text.split()
    likely = shipped().breaks(words)
    assert len(likely) == len(words) - 1
    assert {words[place] for place in np.argsort(likely)[-2:]} == {"go", "much"}


def test_a_long_turn_is_cut_to_its_end() -> None:
    one = ["we", "looked", "at", "your", "numbers", "from", "last", "spring"]
    many = [*one, "thanks", "for", "your", "time"] * 12
    likely = shipped().breaks(many)
    assert len(likely) == len(many) - 1
    assert all(0 <= p <= 1 for p in likely)
    assert len(shipped().breaks(["bye"])) == 0


def test_what_was_said_before_changes_what_is_meant() -> None:
    asked = [("rep", "could we put twenty minutes in for thursday with your lead")]
    greeted = [("rep", "hi dana it's sam from northwind did i catch you at a bad time")]
    alone = shipped().read("prospect", "yes that works for me")
    assert shipped().read("prospect", "yes that works for me", asked).p != alone.p
    assert (
        shipped().read("prospect", "no go ahead", greeted)["refuse"]
        < shipped().read("prospect", "no go ahead", asked)["refuse"]
    )


def test_it_is_small() -> None:
    assert FILE.stat().st_size < MOST_BYTES
