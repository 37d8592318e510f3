"""Word errors: what was said against what was heard, case and punctuation aside."""

from __future__ import annotations

from collections.abc import Sequence


def bare(word: str) -> str:
    """A word without case and punctuation; nothing is left of a dash."""
    return "".join(letter for letter in word.lower() if letter.isalnum() or letter == "'")


def aligned(said: Sequence[str], heard: Sequence[str]) -> tuple[int, list[tuple[int, int]]]:
    """Edit distance of two lists of words, and the places (said, heard) of those that are right in both."""
    ours, theirs = (
        [(bare(word), i) for i, word in enumerate(words) if bare(word)] for words in (said, heard)
    )
    table = [list(range(len(theirs) + 1))]
    for i, (word, _) in enumerate(ours, 1):
        row = [i]
        for j, (other, _) in enumerate(theirs, 1):
            row.append(min(table[-1][j] + 1, row[-1] + 1, table[-1][j - 1] + (word != other)))
        table.append(row)
    i, j, right = len(ours), len(theirs), []
    while i and j:
        same = ours[i - 1][0] == theirs[j - 1][0]
        if table[i][j] == table[i - 1][j - 1] + (not same):
            i, j = i - 1, j - 1
            if same:
                right.append((ours[i][1], theirs[j][1]))
        elif table[i][j] == table[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return table[-1][-1], right[::-1]


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Count word errors: words left out, put in or put for another."""
    return aligned(said, heard)[0]
