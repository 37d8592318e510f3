"""How the encoder's reading and the table of words become one probability an act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.harvest import Row, knows

ENOUGH = 12
"""Sentences of held-out calls that do an act, from which its probabilities are calibrated on calls alone."""


@dataclass(frozen=True)
class Mix:
    """How an act's two log-odds become one: each is weighted, and a shift is added; all (acts,)."""

    encoder: NDArray[np.float64]
    words: NDArray[np.float64]
    shift: NDArray[np.float64]

    def p(self, encoder: NDArray[np.float64], words: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probabilities (rows, acts)."""
        p: NDArray[np.float64] = 1 / (1 + np.exp(-(encoder * self.encoder + words * self.words + self.shift)))
        return p


def mixed(
    encoder: NDArray[np.float64], words: NDArray[np.float64], rows: Sequence[Row], acts: Sequence[str]
) -> Mix:
    """Weigh both alike, in units of their own spread, and calibrate the sum (Platt).

    Each act is calibrated on the calls where they tell enough of it. A weighing learnt from so few would learn them by
    heart.
    """
    spread = encoder.std(axis=0), words.std(axis=0)
    both = encoder / spread[0] + words / spread[1]
    slope, shift = np.ones(len(acts)), np.zeros(len(acts))
    for column, act in enumerate(acts):
        known = np.array([knows(row, act) for row in rows])
        done = np.array([act in row.acts for row in rows])
        told = known & np.array([row.known is not None for row in rows])
        here = told if (told & done).sum() >= ENOUGH else known
        if not done[here].any():
            continue
        platt = LogisticRegression(C=10.0).fit(both[here][:, [column]], done[here])
        slope[column], shift[column] = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    return Mix(slope / spread[0], slope / spread[1], shift)
