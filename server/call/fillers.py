"""Filler words, the clear ones only (docs/metrics.md): what a careful typist would leave out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from media.audio import Word
from server.call.text import plain


@dataclass(frozen=True, slots=True)
class Filler:
    """A filler word and where it began (media seconds)."""

    text: str
    at: float


_EDGE = "|"
"""Stands in plain text for a comma, a full stop, and either end of a turn."""

_CUT = (",", ";", ".", "?", "!", "…", "—", "–")

_SOUNDS = re.compile(r"(?<= )(u+m+|u+h+m+|u+h+|er+m+)(?= )(?! (?:huh|oh) )")

_SET_OFF = re.compile(r"(?<=\| )(you know|i mean|like|literally)(?= \|)")
"""Between two edges these words say nothing; elsewhere ("you know him", "it looks like") they may be needed."""

_OPENING = re.compile(r"(?<=\| )(?:(?:and|so|but|because) )?(basically)(?= )")

_STUMBLE = re.compile(r"(?<= )(like)(?= (?:like|u+m+|u+h+) )")

_WORDS = (_SET_OFF, _OPENING, _STUMBLE)

_ALONE = ("you know", "i mean", "like", "literally", "basically")
"""As a whole turn these answer something."""


def fillers_of(words: Sequence[Word]) -> list[Filler]:
    """Find the fillers in the words of a turn, in order."""
    tokens = [(_EDGE, 0.0)]
    for word in words:
        tokens += [(part, word.start) for part in plain(word.text).split(" ") if part]
        if word.text.endswith(_CUT):
            tokens.append((_EDGE, 0.0))
    tokens.append((_EDGE, 0.0))
    text = " ".join(token for token, _ in tokens) + " "
    places = dict(zip(accumulate((len(token) + 1 for token, _ in tokens), initial=0), tokens, strict=False))
    found = {(match.start(1), match[1]) for match in _SOUNDS.finditer(text)}
    if text.strip(" |") not in _ALONE:
        found |= {(match.start(1), match[1]) for pattern in _WORDS for match in pattern.finditer(text)}
    return [Filler(said, places[place][1]) for place, said in sorted(found)]
