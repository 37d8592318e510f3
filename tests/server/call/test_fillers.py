"""Fillers: the clear ones, and none of their normal uses."""

from __future__ import annotations

import pytest

from media.audio import Word
from server.call.fillers import fillers_of


def found(text: str) -> list[str]:
    words = [Word(word, place * 0.5, place * 0.5 + 0.4) for place, word in enumerate(text.split())]
    return [filler.text for filler in fillers_of(words)]


@pytest.mark.parametrize(
    ("text", "fillers"),
    [
        ("Um, so I wanted to, uh, follow up.", ["um", "uh"]),
        ("Uhh we ummm could erm try Thursday.", ["uhh", "ummm", "erm"]),
        ("It's, you know, a smaller team.", ["you know"]),
        ("You know, we have that too.", ["you know"]),
        ("Your ops lead was out, you know?", ["you know"]),
        ("I mean, it is up to you.", ["i mean"]),
        ("It was, like, two weeks. Like, really late.", ["like", "like"]),
        ("It's like like a spreadsheet, or like um a list.", ["like", "like", "um"]),
        ("So basically we record both sides. Basically, it writes notes.", ["basically", "basically"]),
    ],
)
def test_what_says_nothing(text: str, fillers: list[str]) -> None:
    assert found(text) == fillers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Do you know Sarah? As you know, she left. You know what I mean.",
        "I would like a demo like the one you gave. It looks like Thursday works.",
        "What I mean is that I mean it.",
        "It's basically the same price.",
        "Uh huh. Uh-huh. Uh oh.",
        "The ER opens at nine, her umbrella is in the drum.",
        "You know?",
        "Basically.",
    ],
)
def test_what_is_normal_language(text: str) -> None:
    assert found(text) == []


def test_each_has_the_place_of_its_first_word() -> None:
    words = (Word("It's,", 1.0, 1.2), Word("you", 1.3, 1.4), Word("know,", 1.4, 1.6), Word("uh", 2.0, 2.2))
    assert [(filler.text, filler.at) for filler in fillers_of(words)] == [("you know", 1.3), ("uh", 2.0)]
