"""The classifier that ships: what it reads, what it shows for it, that it is small (`scripts/bench cues` times it)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from server.call import classifier
from server.call.classifier import LONGEST, around, class_of, features, shipped
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
    words = list(shipped()._sides["rep"].senses)[:4000]
    for _ in range(50):
        text = " ".join(rng.choice(words, 30))
        p = shipped().read("rep", text).p.values()
        assert all(0 <= x <= 1 for x in p)


def test_a_long_stretch_is_read_by_its_end() -> None:
    end = "would you be open to fifteen minutes on thursday with your ops lead"
    long = " ".join(["and"] * 300) + " " + end
    assert len(shipped().read("rep", long).words) == LONGEST


def test_sentences_are_cut_where_nobody_wrote_full_stops() -> None:
    ended = ["okay", "well", "ill", "let", "you", "go", "thanks", "so", "much"]
    words = [*ended, "would", "you", "be", "free", "on", "tuesday", "for", "a", "quick", "call"]
    likely = shipped().breaks(words)
    assert len(likely) == len(words) - 1
    assert int(np.argmax(likely)) == len(ended) - 1


def test_features_name_the_words_they_stand_on() -> None:
    words = ["call", "me", "tuesday"]
    for name, first, last in features(words, {}):
        assert 0 <= first < last <= 3, name
    names = {name for name, _, _ in features(words, {})}
    assert {"call me", "me <day>", "call * <day>", "me tuesday >", "#tues"} <= names
    assert {"me|tuesday", "me|"} <= set(around(words, 1))


def test_classes() -> None:
    assert [class_of(word) for word in ("friday", "march", "ten", "10", "weeks", "cfo", "roof")] == [
        "<day>", "<month>", "<number>", "<number>", "<unit>", "<person>", "roof",
    ]  # fmt: skip


def test_it_is_small() -> None:
    assert Path(classifier.__file__).with_name("acts.npz").stat().st_size < MOST_BYTES
