"""A stretch of talk as the encoder reads it: what was said before, then the stretch itself, in pieces of words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from server.events import TrackName

FIRST = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
"""Pieces that stand for no text, with the numbers 0, 1, 2 and 3."""
_BEGIN, _END = 2, 3

SEGMENT: Mapping[TrackName, int] = {"rep": 0, "prospect": 1}
"""Who says the stretch; 2 more for who said what stands before it."""
SEGMENTS = 4

BEFORE = 2
"""Sentences before the stretch that are read with it."""
LONGEST_CONTEXT, LONGEST_PIECES = 28, 64
"""Pieces looked at: the last ones of what was said before, and of the stretch."""
PLACES = 2 + LONGEST_CONTEXT + LONGEST_PIECES
"""Pieces that the encoder reads at once."""

Before = Sequence[tuple[TrackName, str]]
"""Who said what before, in plain text, the newest last."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What goes into the encoder."""

    ids: list[int]
    segments: list[int]
    first: int
    """Where the stretch begins."""
    words: list[int]
    """For each piece of the stretch, the word that it belongs to."""


def tokenizer_of(pieces: Sequence[str]) -> Tokenizer:
    """Make a WordPiece tokenizer (as BERT's, uncased) for these pieces."""
    numbers = {piece: number for number, piece in enumerate(pieces)}
    made = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]", max_input_chars_per_word=100))  # noqa: S106
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


RUN, OVERLAP = 44, 16
"""Words whose sentence ends are sought at once, and by how many the next such run overlaps it."""


def runs(words: Sequence[str]) -> Iterator[tuple[int, int, Sequence[str]]]:
    """Give overlapping runs of words: where each begins, from which word on it is to be believed, and its words."""
    for start in range(0, len(words), RUN - OVERLAP):
        yield start, OVERLAP // 2 if start else 0, words[start : start + RUN]


def run_of(tokenizer: Tokenizer, words: Sequence[str]) -> tuple[list[int], list[int]]:
    """Cut plain words whose sentence ends are sought into pieces; give these and where each word's last piece is.

    A word that is cut off at the end has no such place.
    """
    found = tokenizer.encode(list(words), is_pretokenized=True, add_special_tokens=False)
    ids = [_BEGIN, *found.ids][:PLACES]
    last = {word: place for place, word in enumerate(found.word_ids, 1) if word is not None}
    return ids, [last[word] for word in range(len(words)) if last.get(word, PLACES) < len(ids)]


def cut(tokenizer: Tokenizer, track: TrackName, plain: str, before: Before = ()) -> Pieces:
    """Cut a stretch of plain text, and the sentences before it, into pieces."""
    context: list[tuple[int, int]] = []
    for who, text in before[-BEFORE:]:
        ids = [*tokenizer.encode(text, add_special_tokens=False).ids, _END]
        context += [(piece, 2 + SEGMENT[who]) for piece in ids]
    context = context[-LONGEST_CONTEXT:]
    found = tokenizer.encode(plain, add_special_tokens=False)
    word, words, at = 0, list[int](), 0
    for start, _ in found.offsets:
        word += plain.count(" ", at, start)
        at = start
        words.append(word)
    own = found.ids[-LONGEST_PIECES:]
    return Pieces(
        ids=[_BEGIN, *(piece for piece, _ in context), *own],
        segments=[SEGMENT[track], *(segment for _, segment in context), *[SEGMENT[track]] * len(own)],
        first=1 + len(context),
        words=words[-LONGEST_PIECES:],
    )
