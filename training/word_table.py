"""Learn what words say of an act: `server/call/words.py` reads what is made here.

One logistic regression an act and side (scikit-learn). Beside each sentence it sees it spoiled as a recogniser would,
and some run together with another, so that it works without punctuation and before a sentence is over.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from server.call.words import LONGEST, features, key_of
from training.harvest import Row, knows, spoiled

SEED = 1
STRENGTH = 2.0
"""Inverse of the regularisation."""
SEEN = 2
"""A feature is kept when so many sentences have it."""
CALL = 2.0
"""Weight of a sentence of a call beside one that was written for an act."""


@dataclass(frozen=True)
class Words:
    """What was learnt: a row of weights a feature, and a bias an act."""

    places: dict[str, int]
    weights: NDArray[np.float64]
    """(features, acts)."""
    bias: NDArray[np.float64]
    """(acts,)."""

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The log-odds of each act (texts, acts)."""
        found: NDArray[np.float64] = _matrix(texts, self.places) @ self.weights + self.bias
        return found


def learn_words(rows: Sequence[Row], acts: Sequence[str]) -> Words:
    """Learn from one side's rows."""
    rows = _augmented(rows, Random(SEED))
    texts = [row.text for row in rows]
    counts = Counter(name for text in texts for name in _names(text))
    places = {name: i for i, name in enumerate(sorted(n for n, count in counts.items() if count >= SEEN))}
    table, weight = _matrix(texts, places), np.array([1.0 if row.known is None else CALL for row in rows])
    columns, bias = [], []
    for act in acts:
        known = np.array([knows(row, act) for row in rows])
        done = np.array([act in row.acts for row in rows])
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=SEED, max_iter=300)
        model.fit(table[known], done[known], sample_weight=weight[known])
        columns.append(model.coef_[0])
        bias.append(float(model.intercept_[0]))
    return Words(places, np.stack(columns, 1), np.array(bias))


def table_of(side: str, words: Words, slope: NDArray[np.float64], most: int) -> dict[str, NDArray]:
    """What is written: the `most` features that weigh most once scaled by `slope` (acts,), in 8 bits."""
    weights = words.weights * slope
    strongest = np.abs(weights).max(axis=1).argsort()[::-1][:most]
    names = list(words.places)
    kept = sorted((key_of(names[place]), place) for place in strongest.tolist())
    rows = weights[[place for _, place in kept]]
    scale = np.maximum(1e-6, np.abs(rows).max(axis=0) / 127)
    return {
        f"{side}.steps": np.diff([key for key, _ in kept], prepend=0).astype(np.uint32),
        f"{side}.rows": np.round(rows / scale).astype(np.int8),
        f"{side}.scale": scale.astype(np.float32),
    }


def _augmented(rows: Sequence[Row], rng: Random) -> list[Row]:
    more = list(rows)
    for row in rows:
        more.append(replace(row, text=spoiled(row.text, rng)))
        other = rng.choice(rows)
        if rng.random() < 0.35 and row.known == other.known:
            more.append(replace(row, text=f"{row.text} {other.text}", acts=row.acts | other.acts))
    return more


def _names(text: str) -> set[str]:
    return {name for name, _, _ in features(text.split()[-LONGEST:])}


def _matrix(texts: Sequence[str], places: dict[str, int]) -> sparse.csr_matrix:
    indices, starts, values = list[int](), [0], list[float]()
    for text in texts:
        known = sorted(places[name] for name in _names(text) if name in places)
        indices += known
        values += [1 / math.sqrt(max(1, min(LONGEST, len(text.split()))))] * len(known)
        starts.append(len(indices))
    return sparse.csr_matrix((values, indices, starts), shape=(len(texts), len(places)))
