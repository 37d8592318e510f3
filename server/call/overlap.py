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
_ENDING = re.compile(r"(?<=..)(?:'s|es|ed|ing|s|e)$|(?<=....)(?:ies|y)$")
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
_ORDINAL = {
    word: value
    for value, word in enumerate(
        """third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
        sixteenth seventeenth eighteenth nineteenth twentieth""".split(),  # noqa: SIM905
        3,
    )
} | {"thirtieth": 30}
"""As days are said. "First" and "second" mean too much else to be numbers, but behind "twenty" and "thirty"."""
_BEHIND_TENS = {"first": 1, "second": 2}
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
    figures = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\g<1>", re.sub(r"(\d)k\b", r"\g<1>000", plain(text)))
    words = figured(figures.split())
    return {_ENDING.sub("", word) for word in words if word not in _EMPTY}


def figured(words: Iterable[str]) -> list[str]:
    """Number words as figures: "two hundred and forty reps at ten thirty" is "240 reps at 10 30".

    A single "one" stays, being no number more often than not.
    """
    made: list[str] = []
    total, part, last = 0, 0, ""
    for word in [*words, ""]:
        value = _SMALL.get(word, _ORDINAL.get(word))
        if last in ("twenty", "thirty"):
            value = _BEHIND_TENS.get(word, value)
        if last and (_begins(value, part, last) if value is not None else word not in _BIG):
            if word == "and" and last in _BIG:
                continue
            made.append("one" if (total + part, last) == (1, "one") else str(total + part))
            total, part, last = 0, 0, ""
        if value is not None:
            part, last = part + value, word
        elif last:
            part, last = max(1, part) * _BIG[word], word
            total, part = (total, part) if word == "hundred" else (total + part, 0)
        elif word:
            made.append(word)
    return made


def _begins(value: int, part: int, last: str) -> bool:
    """Tell whether a small number begins another one: in "ten thirty", not in "thirty two" or "hundred ten"."""
    return last not in _BIG and not (part % 100 >= 20 and part % 10 == 0 and 0 < value < 10)
