"""Which words of a phrase are safe to show for good, by risk.

Three rules that others use alone are joined. A word is committed when the sound goes on for `REACH` after it (AlignAtt,
Papi et al. 2023, read off the alignment afterwards) and the model was sure of its least likely token; or when two
hypotheses in a row say it (LocalAgreement-2, Macháček et al. 2023) and it was likely; or when the speaker pauses. Only
a start of a phrase is ever committed, and what is committed never changes.

So one doubtful word would hold back all that follows it until the next pause. A word that is stuck gets a careful look
in mid-speech, with a wider search; what that finds needs less, because greedy hypotheses agree on the same mistake
(docs/hearing.md has the measurements).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from media.audio import Word

REACH = 0.24
"""Seconds of sound after a word without which it may be half a word."""

SURE, DOUBTFUL = 0.9, 0.85
"""Probability from which a word needs no second hypothesis, and below which it waits for a careful look or a pause."""

STUCK = 1.6
"""Seconds after which a word that is not committed gets a careful look."""

CAREFUL_REACH, FOUND, FOUND_AGAIN = 0.4, 0.5, 0.3
"""The same after a careful look: sound that must follow (seconds), and the two probabilities."""

CLEAR = 0.9
"""Probability from which a word before a pause needs no second look."""

OVERLAP = 0.4
"""Seconds of committed sound that the next window hears again, at least."""

_LEAD = 0.06
"""Seconds before a word that belong to its onset."""

_LOOP = 3
"""Times a phrase may follow itself; more is the decoder going round in circles."""

_BARE = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """A word without case and punctuation."""
    return _BARE.sub("", text.lower())


def same(a: Word, b: Word) -> bool:
    """Tell whether two words are the same but for case and punctuation."""
    return bare(a.text) == bare(b.text)


def unlooped(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Cut a hypothesis where a phrase of one to four words begins to repeat itself over and over."""
    said = [bare(word.text) for word in words]
    for start in range(len(said)):
        for size in range(1, 5):
            phrase, times = said[start : start + size], 1
            while said[start + times * size : start + (times + 1) * size] == phrase:
                times += 1
            if times > _LOOP and len(phrase) == size:
                return words[: start + size]
    return words


def overlap(committed: Sequence[Word]) -> float | None:
    """Where the next window begins: before the committed word that begins `OVERLAP` before the end of the last.

    A window that begins in mid-word hears another word; two whole ones that are known tell where the new ones begin.
    """
    if not committed:
        return None
    cut = committed[-1].end
    whole = [word.start for word in committed if word.start <= cut - OVERLAP]
    return max(cut - 3 * OVERLAP, (whole[-1] if whole else committed[0].start) - _LEAD)


def after(committed: Sequence[Word], words: tuple[Word, ...], begin: float) -> tuple[Word, ...]:
    """Drop from a hypothesis what its window, which begins at `begin`, heard again.

    Of all numbers of leading words that may be old, the one is taken whose words are most like the committed ones of
    the same sound and which end nearest to where those end: words alone are misled by what is said twice, places alone
    by alignment, which gives silence to its neighbours.
    """
    if not committed:
        return words
    cut = committed[-1].end
    again = [bare(word.text) for word in committed if word.end > begin + _LEAD]
    most = next((i for i, word in enumerate(words) if word.start > cut + REACH), len(words))
    unlike = _unlike(again, [bare(word.text) for word in words[:most]])
    ends = [begin, *(word.end for word in words[:most])]
    return words[min(range(most + 1), key=lambda old: unlike[old] + abs(ends[old] - cut) / REACH / 2) :]


def _unlike(a: list[str], b: list[str]) -> list[float]:
    """Edit distance of a list of words and every start of another, in which a word may be half another."""
    row = [float(i) for i in range(len(b) + 1)]
    for word in a:
        before, row[0] = row[0], row[0] + 1
        for j, other in enumerate(b, 1):
            changed = before + 1 - SequenceMatcher(None, word, other).ratio()
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, changed)
    return row


def _safe(word: Word, end: float, again: bool) -> bool:
    return word.end <= end - REACH and word.p >= (DOUBTFUL if again else SURE)


def _found(word: Word, end: float, again: bool) -> bool:
    return word.end <= end - CAREFUL_REACH and word.p >= (FOUND_AGAIN if again else FOUND)


class Commit:
    """One phrase's words as they settle."""

    def __init__(self) -> None:
        self.committed: tuple[Word, ...] = ()
        self._rest: tuple[Word, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """All words so far."""
        return self.committed + self._rest

    def sure(self, words: tuple[Word, ...], begin: float) -> bool:
        """Tell whether no word of a hypothesis that is not committed yet deserves a second look."""
        new = after(self.committed, words, begin)
        return bool(new or self.committed) and all(word.p >= CLEAR for word in new)

    def stuck(self, end: float) -> bool:
        """Tell whether a word waits for too long, with sound up to `end` (media seconds)."""
        return bool(self._rest) and self._rest[0].end < end - STUCK

    def add(self, words: tuple[Word, ...], begin: float, end: float, *, careful: bool = False) -> None:
        """Take what was heard in a window from `begin` to `end` (media seconds)."""
        before, rest = self._rest, after(self.committed, words, begin)
        safe = 0
        for place, word in enumerate(rest):
            again = place < len(before) and same(word, before[place])
            if not (_safe(word, end, again) or (careful and _found(word, end, again))):
                break
            safe = place + 1
        self.committed += rest[:safe]
        self._rest = rest[safe:]

    def close(self, words: tuple[Word, ...], begin: float) -> tuple[Word, ...]:
        """End it with a last hypothesis, of a window that begins at `begin`; give its final words."""
        self._rest = after(self.committed, words, begin)
        self.committed, self._rest = self.words, ()
        return self.committed
