"""Numbers that are nobody else's business: cards, accounts, telephones. Hidden before words leave the house."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONG = 8
"""Digits in a row that make a number worth hiding: the shortest account numbers have so many."""

HIDDEN = "[number]"

_DIGIT = {
    "zero": "0", "oh": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
    "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18",
    "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
    "ninety": "9",
}  # fmt: skip
_REPEAT = {"double": 2, "triple": 3, "treble": 3}
_BETWEEN = frozenset(("", "uh", "um", "er", "and", "then", "dash", "hyphen", "space"))
"""What people say, or write, between the parts of one number."""
_END = "\n"
_MARKS = ".,;:!?…\"'-–—/"
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
_WRITTEN = re.compile(r"\+?[\d(][\d()./–—-]*")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"
)


def digits_of(word: str) -> str | None:
    """Read the digits that a word says, or None if it is no part of a number: `4,000` and `$45` are amounts."""
    bare = word.strip(_MARKS).lower()
    if bare in _DIGIT or bare in _TENS:
        return _DIGIT.get(bare) or _TENS[bare] + "0"
    if bare.partition("-")[0] in _TENS and bare.partition("-")[2] in _DIGIT:
        return _TENS[bare.partition("-")[0]] + _DIGIT[bare.partition("-")[2]]
    if _GROUPED.fullmatch(bare) or not _WRITTEN.fullmatch(bare):
        return None
    return re.sub(r"\D", "", bare)


def runs(words: Sequence[str]) -> list[tuple[int, int, str]]:
    """Find numbers said in one go: first word, the one after the last, and the digits."""
    found: list[tuple[int, int, str]] = []
    first, end, digits, times = 0, 0, "", 1
    for place, word in enumerate([*words, _END]):
        said, bare = digits_of(word), word.strip(_MARKS).lower()
        if said is not None:
            first = first if digits or times > 1 else place
            end, digits, times = place + 1, digits + said * times, 1
        elif bare in _REPEAT:
            first = first if digits else place
            times = _REPEAT[bare]
        elif not digits or bare not in _BETWEEN:
            found += [(first, end, digits)] if digits else []
            digits, times = "", 1
    return found


def hidden(texts: Sequence[str], least: int = LONG) -> list[str]:
    """Hide the long numbers in what one side said; a number may go on from one sentence to the next."""
    words = [(place, word) for place, text in enumerate(texts) for word in _IBAN.sub(HIDDEN, text).split()]
    out: list[list[str]] = [[] for _ in texts]
    gone: set[int] = set()
    for first, end, digits in runs([word for _, word in words]):
        if len(digits) >= least:
            gone.update(range(first, end))
    for index, (place, word) in enumerate(words):
        if index not in gone:
            out[place].append(word)
        elif not out[place] or out[place][-1] != HIDDEN:
            out[place].append(HIDDEN)
    return [" ".join(kept) for kept in out]
