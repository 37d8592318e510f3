"""Whether a summary says a fact, by the words they share: a sober measure that needs no judge, and knows no synonyms.

The words that carry meaning are compared without their endings, numbers as figures. A fact is **kept** when one
sentence of the summary has at least half of its words and all of its numbers. A false fact is **claimed** when one
sentence has four fifths of its words and all of its numbers, and either both deny something or neither does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from server.call.text import plain

KEPT, CLAIMED = 0.5, 0.8

_EMPTY = frozenset(
    """a about an and any are as at be been but by can could did do does for from had has have he her his how i if in
    into is it its just me my of on one or our out she so some than that the their them then there they this to too up
    us was we were what when which who will with would you your they're we're it's i'm that's""".split()  # noqa: SIM905
)
_NO = frozenset(["no", "not", "never", "none", "nobody", "nothing", "without"])
_ENDING = re.compile(r"(?:'s|ies|es|ed|ing|s|e|y)$")
_SMALL = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()  # noqa: SIM905
    )
} | {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)  # noqa: SIM905
}
_BIG = {"hundred": 100, "thousand": 1000, "million": 1_000_000}


def kept(fact: str, said: Iterable[str]) -> bool:
    """Tell whether one of some sentences says a fact."""
    return any(_covers(fact, one, KEPT) for one in said)


def claimed(fact: str, said: Iterable[str]) -> bool:
    """Tell whether one of some sentences claims what is false."""
    return any(_covers(fact, one, CLAIMED) and _denies(fact) == _denies(one) for one in said)


def _covers(fact: str, sentence: str, least: float) -> bool:
    ours, theirs = carrying(fact), carrying(sentence)
    figures = {word for word in ours if word.isdigit()}
    return bool(ours) and figures <= theirs and len(ours & theirs) >= least * len(ours)


def _denies(text: str) -> bool:
    return any(word in _NO or word.endswith("n't") for word in plain(text).split())


def carrying(text: str) -> set[str]:
    """The words of a text that carry meaning, without endings, and its numbers as figures."""
    text = re.sub(r"(?<=\d),(?=\d)", "", text).replace("%", " percent ")
    words = _counted(re.sub(r"(\d)k\b", r"\g<1>000", plain(text)).split())
    return {word if word.isdigit() else _stem(word) for word in words if word not in _EMPTY}


def _stem(word: str) -> str:
    short = _ENDING.sub("", word)
    return short if len(short) >= 3 else word


def _counted(words: list[str]) -> list[str]:
    """Number words as figures: "two hundred and forty people" is "240 people". A single "one" is no number."""
    made: list[str] = []
    total, part, run = 0, 0, list[str]()
    for word in [*words, ""]:
        if word in _SMALL:
            part += _SMALL[word]
        elif run and word in _BIG:
            part = max(1, part) * _BIG[word]
            total, part = (total, part) if word == "hundred" else (total + part, 0)
        elif not (run and word == "and" and run[-1] in _BIG):
            made += [str(total + part)] if run and run != ["one"] else []
            made += [word] if word else []
            total, part, run = 0, 0, []
            continue
        run.append(word)
    return made
