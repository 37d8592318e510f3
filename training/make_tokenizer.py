"""Learn the vocabulary: `python -m training.make_tokenizer FOLDER` writes FOLDER/tokenizer.json."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from training import text, tokens

MERGES = 640
"""With the 256 bytes and the letters behind a space this makes 990 text tokens."""


def lines() -> list[str]:
    """What the merges are counted on."""
    rng, words = Random(7), text.vocabulary()
    said = [text.sentence(rng) for _ in range(12_000)]
    return (
        said
        + [text.mixed(rng, words) for _ in range(3_000)]
        + [text.random_words(rng, words) for _ in range(3_000)]
    )


def main() -> None:
    """Write the tokenizer, unless it is there."""
    file = Path(sys.argv[1]) / "tokenizer.json"
    if not file.exists():
        tokens.build(lines(), MERGES).save(str(file))
    print(f"{file}: {tokens.Tokens.load(file).size} tokens")


if __name__ == "__main__":
    main()
