"""The model's own byte-pair vocabulary, in the layout that Whisper's tools expect.

Text tokens come first, then the special tokens, then 1,501 time tokens (every 0.02 s up to 30 s). Every letter has a
token with the space before it, so that the bare space token, which faster-whisper suppresses, is never needed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

SPECIALS = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
TIMES = tuple(f"<|{i * 0.02:.2f}|>" for i in range(1501))
_SPACE = "Ġ"


def _pieces(lines: Iterable[str]) -> Counter[tuple[str, ...]]:
    """Count the words as byte letters, the space joined to the letter after it."""
    split, counts = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True), Counter()
    for line in lines:
        for word, _ in split.pre_tokenize_str(line):
            letters = [word[:2], *word[2:]] if word.startswith(_SPACE) and len(word) > 1 else list(word)
            counts[tuple(letters)] += 1
    return counts


def _merge(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    out: list[str] = []
    for letter in word:
        if out and (out[-1], letter) == pair:
            out[-1] += letter
        else:
            out.append(letter)
    return tuple(out)


def learn_merges(lines: Iterable[str], count: int) -> list[tuple[str, str]]:
    """Learn byte-pair merges (Sennrich et al. 2016), the most frequent pair first; ties by alphabet."""
    words = _pieces(lines)
    merges = [(_SPACE, chr(code)) for code in range(33, 127)]
    for _ in range(count):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, times in words.items():
            for pair in pairwise(word):
                pairs[pair] += times
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = Counter({_merge(word, best): times for word, times in words.items()})
    return merges


def build(lines: Iterable[str], count: int) -> Tokenizer:
    """Make the tokenizer from text: 256 bytes, the merges, the special tokens, the times."""
    merges = learn_merges(lines, count)
    names = sorted(pre_tokenizers.ByteLevel.alphabet())
    names += [name for name in dict.fromkeys(a + b for a, b in merges) if name not in set(names)]
    vocabulary = {name: place for place, name in enumerate(names)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(name, special=True, normalized=False) for name in (*SPECIALS, *TIMES)]
    )
    return tokenizer


class Tokens:
    """The ids that training needs, and text to ids and back."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.size = tokenizer.get_vocab_size()
        self.eot, self.sot, _, _, _, _, self.prev, self.no_speech, self.no_times = (
            tokenizer.token_to_id(name) for name in SPECIALS
        )
        self.first_time = self.no_times + 1
        self.word = lru_cache(maxsize=20_000)(self._word)

    @classmethod
    def load(cls, file: Path) -> Tokens:
        """Read a tokenizer.json."""
        return cls(Tokenizer.from_file(str(file)))

    def _word(self, word: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(" " + word, add_special_tokens=False).ids)

    def text(self, ids: Sequence[int]) -> str:
        """Join the text tokens, leaving out the special ones."""
        return self.tokenizer.decode([i for i in ids if i < self.eot]).strip()

    def at(self, seconds: float) -> int:
        """Name a time (seconds) by its token."""
        return self.first_time + min(1500, max(0, round(seconds / 0.02)))

    def names(self) -> list[str]:
        """List the tokens in order of id, as CTranslate2's vocabulary.json wants them."""
        by_id = {place: name for name, place in self.tokenizer.get_vocab(with_added_tokens=True).items()}
        return [by_id[place] for place in range(self.size)]


def save_vocabulary(tokens: Tokens, file: Path) -> None:
    """Write vocabulary.json."""
    file.write_text(json.dumps(tokens.names(), ensure_ascii=False), encoding="utf-8")
