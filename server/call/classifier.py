"""What a stretch of talk does, with probabilities: a small encoder reads it with what was said before it.

`scripts/train_acts` teaches it from the sentences in `prompts/acts` and the labelled calls. Its weights ship in
`acts.zip` beside this file and are part of the rules like a pattern is: read once, never changed. Words come in as
plain text (lower case, no punctuation, see `text.plain`), so that a recogniser's spelling of pauses plays no part.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import ctranslate2
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from server.call.pieces import BEFORE, Before, cut, run_of, runs, tokenizer_of
from server.call.words import Table, table_of
from server.events import TrackName

FILE = Path(__file__).with_name("acts.zip")

RECENT = 128
"""Readings that are remembered."""


@dataclass(frozen=True, slots=True)
class Head:
    """One side's acts: an act's log-odds are what the words' table adds, and the mean of what the pieces add."""

    acts: tuple[str, ...]
    weights: NDArray[np.float32]
    """(width, acts); calibration is folded in."""
    bias: NDArray[np.float64]
    """(acts,)."""
    table: Table


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stretch of talk does."""

    words: tuple[str, ...]
    p: Mapping[str, float]
    """Probability of each act, 0 to 1; several may be likely."""
    _shares: NDArray[np.float32]
    """(words, acts): what each word adds to an act's log-odds."""

    def __getitem__(self, act: str) -> float:
        return self.p.get(act, 0.0)

    def best(self, *acts: str) -> tuple[str, float]:
        """The likeliest of some acts (of all, if none is named)."""
        return max(((act, self[act]) for act in acts or tuple(self.p)), key=lambda pair: pair[1])

    def evidence(self, act: str, most: int = 4) -> tuple[str, ...]:
        """The words that speak for an act most, in the order in which they were said; none for an act unknown here."""
        if act not in self.p:
            return ()
        share = self._shares[:, list(self.p).index(act)]
        chosen = [place for place in np.argsort(-share, kind="stable")[:most] if share[place] > 0]
        return tuple(self.words[place] for place in sorted(chosen))


class Classifier:
    """The acts of both sides, and where their sentences end."""

    def __init__(
        self,
        encoder: ctranslate2.Encoder,
        tokenizer: Tokenizer,
        heads: Mapping[TrackName, Head],
        gap: tuple[NDArray[np.float32], float],
    ) -> None:
        self._encoder, self._tokenizer, self._heads, self._gap = encoder, tokenizer, heads, gap
        # What is being said is read again and again while the rest of it comes.
        self._known = lru_cache(maxsize=RECENT)(self._read)
        self._cut = lru_cache(maxsize=RECENT)(self._breaks)

    def breaks(self, words: Sequence[str]) -> Sequence[float]:
        """Probability, after each plain word but the last, that a sentence ends there."""
        return self._cut(tuple(words))

    def _breaks(self, words: tuple[str, ...]) -> Sequence[float]:
        found = [0.0] * len(words)
        for start, sure, run in runs(words):
            ids, places = run_of(self._tokenizer, run)
            states = self._states(ids, [0] * len(ids))[places]
            logits = (states @ self._gap[0] + self._gap[1]).astype(np.float64)
            p = (1 / (1 + np.exp(-logits))).round(4).tolist()
            found[start + sure : start + len(p)] = p[sure:]
        return tuple(found[:-1])

    def _states(self, ids: list[int], segments: list[int]) -> NDArray[np.float32]:
        """What the encoder makes of each piece (pieces, width)."""
        output = self._encoder.forward_batch([ids], token_type_ids=[segments])
        states: NDArray[np.float32] = np.asarray(output.last_hidden_state)[0]
        return states

    def read(self, track: TrackName, plain: str, before: Before = ()) -> Reading:
        """Read a stretch of plain text (see `text.plain`), knowing what was said before it."""
        return self._known(track, plain, tuple(before[-BEFORE:]))

    def _read(self, track: TrackName, plain: str, before: Before) -> Reading:
        head, words = self._heads[track], tuple(plain.split())
        shares = head.table.shares(words)
        pieces = cut(self._tokenizer, track, plain, before)
        if pieces.words:
            states = self._states(pieces.ids, pieces.segments)[pieces.first :]
            np.add.at(shares, pieces.words, states @ head.weights / np.float32(len(states)))
        p = 1 / (1 + np.exp(-(head.bias + shares.sum(axis=0, dtype=np.float64))))
        return Reading(words, dict(zip(head.acts, (round(float(x), 4) for x in p), strict=True)), shares)


def opened(path: Path) -> Classifier:
    """Open a classifier as `training.acts_export` writes it: an int8 CTranslate2 encoder and `weights.npz`, zipped."""
    with ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    with np.load(BytesIO(files.pop("weights.npz"))) as file:
        table = dict(file)
    encoder = ctranslate2.Encoder(str(path), device="cpu", inter_threads=1, intra_threads=1, files=files)

    def head(side: TrackName) -> Head:
        acts = tuple(bytes(table[f"{side}.acts"]).decode().split("\n"))
        weights, bias = table[f"{side}.weights"].astype(np.float32), table[f"{side}.bias"].astype(np.float64)
        return Head(acts, weights, bias, table_of(table, side))

    gap = table["gap.weights"][:, 0].astype(np.float32), float(table["gap.bias"][0])
    tokenizer = tokenizer_of(json.loads(files["vocabulary.json"]))
    return Classifier(encoder, tokenizer, {"rep": head("rep"), "prospect": head("prospect")}, gap)


@lru_cache(maxsize=1)
def shipped() -> Classifier:
    """The classifier that ships."""
    return opened(FILE)
