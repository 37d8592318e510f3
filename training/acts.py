"""Learn what talk does: `python -m training.acts [--check]` reads `prompts/acts/*.tsv`, writes `server/call/acts.npz`.

One logistic regression an act and side (scikit-learn), on the features the rules use (`server/call/classifier.py`).
Beside each sentence the regression sees it spoiled as a recogniser would (a word lost, a word misspelt), cut short, and
run together with another, so that it works without punctuation and before a sentence is over. Calibrated by Platt's
method on sentences held out in folds; `--check` prints how good those folds were and writes nothing.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from server.call.classifier import Classifier, Senses, around, features, key_of, senses_of, weights_of
from server.call.text import plain
from server.events import TrackName
from training.harvest import harvest

HOME = Path(__file__).parents[1]
CALLS = ("tune", "practice-1", "practice-2", "practice-3")
"""Sets of labelled calls (`tests/calls`) to learn from; the set `held` is not among them."""
FOLDS, SEED = 4, 4
STRENGTH = 4.0
"""Inverse of the regularisation. With word vectors 3 and 4 did alike on the folds; without them 12 was taken."""
VECTOR = 1.5
"""Weight of the word vectors beside the counted features; 1 and 2 did alike on the folds, and this lies between."""
SEEN = 2
"""A feature is kept when so many sentences have it."""
ONLY_IN_CALLS = "why"
"""Whether a sentence belongs to Why Now is known only where it stands in a call."""
ENOUGH = 40
"""Sentences of calls that do an act, from which its probabilities are calibrated on calls alone."""
LEAST = 0.1
"""Weights of all acts below this: the feature is left out."""


@dataclass(frozen=True)
class Row:
    """A stretch of talk, what it does, and of which acts that is known (None: of all)."""

    text: str
    acts: frozenset[str]
    known: frozenset[str] | None = None


def read_rows(path: Path) -> list[Row]:
    """Read `label[,label]<TAB>text` lines; a line that is not so is an error that names it."""
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        labels, tab, text = line.partition("\t")
        if not tab or not plain(text):
            raise SystemExit(f"{path}, line {number}: expected label, tab, text")
        rows.append(Row(plain(text), frozenset(labels.split(",")) - {"none"}))
    return rows


def spoiled(text: str, rng: Random) -> str:
    """Lose or misspell a word, as a recogniser does."""
    words = text.split()
    for _ in range(1 + len(words) // 8):
        place = rng.randrange(len(words))
        word, draw = words[place], rng.random()
        if draw < 0.35 and len(words) > 3:
            del words[place]
        elif draw < 0.7 and len(word) > 3:
            at = rng.randrange(len(word))
            words[place] = word[:at] + word[at + 1 :]
        elif draw < 0.85:
            words.insert(place, rng.choice(("um", "uh", "so", "like", "you know", "the", word)))
    return " ".join(words)


def augmented(rows: list[Row], rng: Random) -> list[Row]:
    """Each sentence, a spoiled copy, and some run together with another."""
    more = list(rows)
    for row in rows:
        more.append(replace(row, text=spoiled(row.text, rng)))
        other = rng.choice(rows)
        if rng.random() < 0.35 and row.known == other.known:
            more.append(Row(f"{row.text} {other.text}", row.acts | other.acts, row.known))
    return more


def knows(row: Row, act: str) -> bool:
    """Tell whether it is known of a row if it does an act."""
    return act != ONLY_IN_CALLS if row.known is None else act in row.known


def matrix(texts: list[str], places: dict[str, int], likeness: Likeness) -> sparse.csr_matrix:
    """The features of texts, and the sum of their words' vectors, scaled as `Classifier.read` scales them."""
    indices, starts, values = [], [0], []
    dense = np.zeros((len(texts), likeness.vectors.shape[1]), np.float32)
    for row, text in enumerate(texts):
        words = text.split()
        known = sorted({places[name] for name, _, _ in features(words, likeness.senses) if name in places})
        scale = 1 / math.sqrt(max(1, len(words)))
        indices += known
        values += [scale] * len(known)
        starts.append(len(indices))
        vectors = [likeness.vectors[likeness.words[word]] for word in set(words) if word in likeness.words]
        dense[row] = scale * VECTOR * np.sum(vectors, axis=0) if vectors else 0
    counted = sparse.csr_matrix((values, indices, starts), shape=(len(texts), len(places)))
    return sparse.hstack([counted, sparse.csr_matrix(dense)]).tocsr()


@dataclass(frozen=True)
class Likeness:
    """What is known of words from much other text: vectors (words, 100), and groups of like words."""

    words: dict[str, int]
    vectors: NDArray
    senses: Senses
    table: dict[str, NDArray]


def read_likeness(path: Path) -> Likeness:
    """Read `prompts/acts/vectors.npz`."""
    with np.load(path) as file:
        table = {f"senses.{name}": file[name] for name in ("words", "wide", "narrow")}
        words = bytes(file["words"]).decode().split("\n")
        vectors = file["vectors"].astype(np.float32) * file["scale"]
    return Likeness({word: place for place, word in enumerate(words)}, vectors, senses_of(table), table)


def vocabulary(texts: list[str], senses: Senses) -> dict[str, int]:
    """The features that enough texts have."""
    seen: dict[str, int] = {}
    for text in texts:
        for name in {name for name, _, _ in features(text.split(), senses)}:
            seen[name] = seen.get(name, 0) + 1
    return {name: place for place, name in enumerate(sorted(n for n, count in seen.items() if count >= SEEN))}


def fitted(
    rows: list[Row], acts: list[str], places: dict[str, int], likeness: Likeness
) -> tuple[NDArray, NDArray]:
    """Weights (features and vectors, acts) and biases (acts,)."""
    table = matrix([row.text for row in rows], places, likeness)
    columns, bias = [], []
    for act in acts:
        here = np.array([knows(row, act) for row in rows])
        wanted = np.array([act in row.acts for row in rows])
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=SEED, max_iter=300)
        model.fit(table[here], wanted[here])
        columns.append(model.coef_[0])
        bias.append(float(model.intercept_[0]))
    return np.stack(columns, 1), np.array(bias)


def learn(rows: list[Row], likeness: Likeness) -> tuple[list[str], dict[str, int], NDArray, NDArray, NDArray]:
    """Acts, features, calibrated weights and biases, and the held-out probabilities (rows, acts)."""
    rng = Random(SEED)
    acts = sorted({act for row in rows for act in row.acts})
    fold = np.array([rng.randrange(FOLDS) for _ in rows])
    logits = np.zeros((len(rows), len(acts)))
    for number in range(FOLDS):
        seen = augmented([row for row, f in zip(rows, fold, strict=True) if f != number], rng)
        places = vocabulary([row.text for row in seen], likeness.senses)
        weights, bias = fitted(seen, acts, places, likeness)
        here = np.flatnonzero(fold == number)
        logits[here] = matrix([rows[i].text for i in here], places, likeness) @ weights + bias
    all_rows = augmented(rows, rng)
    places = vocabulary([row.text for row in all_rows], likeness.senses)
    weights, bias = fitted(all_rows, acts, places, likeness)
    p = np.zeros_like(logits)
    for column, act in enumerate(acts):
        here = np.array([knows(row, act) for row in rows])
        wanted = np.array([act in row.acts for row in rows])
        # Sentences written for an act make it far commoner than it is: where calls tell, they say how likely it is.
        told = here & np.array([row.known is not None for row in rows])
        here = told if (told & wanted).sum() >= ENOUGH else here
        platt = LogisticRegression(C=1e3).fit(logits[here][:, [column]], wanted[here])
        slope, shift = float(platt.coef_[0, 0]), float(platt.intercept_[0])
        weights[:, column] *= slope
        bias[column] = slope * bias[column] + shift
        p[:, column] = 1 / (1 + np.exp(-(slope * logits[:, column] + shift)))
    places, weights = spread_out(places, weights, likeness)
    return acts, places, weights, bias, p


def spread_out(
    places: dict[str, int], weights: NDArray, likeness: Likeness
) -> tuple[dict[str, int], NDArray]:
    """Give every known word the weights that its vector stands for: a sum of vectors is a sum over words."""
    counted, dense = weights[: len(places)], weights[len(places) :]
    own = VECTOR * likeness.vectors @ dense
    more = [word for word in likeness.words if word not in places]
    rows = np.concatenate([counted, own[[likeness.words[word] for word in more]]])
    for word, place in likeness.words.items():
        if word in places:
            rows[places[word]] += own[place]
    return {**places, **{word: len(places) + i for i, word in enumerate(more)}}, rows


def report(side: str, rows: list[Row], acts: list[str], p: NDArray) -> None:
    """Print, for each act, precision and recall at 0.5 on the folds held out, and how well p is calibrated."""
    print(f"{side}: {len(rows)} sentences")
    for column, act in enumerate(acts):
        here = np.array([knows(row, act) for row in rows])
        wanted = np.array([act in row.acts for row in rows])[here]
        said = p[here, column] >= 0.5
        hit = int((said & wanted).sum())
        error = _calibration_error(p[here, column], wanted)
        calls = _on_calls(rows, act, p[:, column])
        print(f"  {act:13} n {wanted.sum():4d}  precision {hit / max(1, said.sum()):.2f}  "
              f"recall {hit / max(1, wanted.sum()):.2f}  calibration error {error:.3f}{calls}")  # fmt: skip


def _on_calls(rows: list[Row], act: str, p: NDArray) -> str:
    """Say how well an act is found in calls, at the probability that does it best there."""
    here = np.array([row.known is not None and act in row.known for row in rows])
    wanted = np.array([act in row.acts for row in rows])[here]
    if wanted.sum() < 5:
        return ""
    best = (0.0, 0.0, 0.0, 0.0)
    for least in np.arange(0.1, 0.8, 0.05):
        said = p[here] >= least
        hit = int((said & wanted).sum())
        f1 = 2 * hit / (said.sum() + wanted.sum())
        best = max(best, (f1, least, hit / max(1, said.sum()), hit / wanted.sum()))
    return f"  in calls from {best[1]:.2f}: precision {best[2]:.2f} recall {best[3]:.2f}"


def _calibration_error(p: NDArray, wanted: NDArray) -> float:
    """Expected calibration error over ten bins (Naeini et al. 2015)."""
    bins = np.minimum(9, (p * 10).astype(int))
    return float(
        sum(abs(p[bins == b].mean() - wanted[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    )


def table_of(side: str, acts: list[str], places: dict[str, int], weights: NDArray, bias: NDArray) -> dict:
    """What is written: features worth keeping, weights in 8 bits with a scale an act."""
    kept = sorted(
        (key_of(name), place) for name, place in places.items() if np.abs(weights[place]).max() >= LEAST
    )
    rows = weights[[place for _, place in kept]]
    scale = np.maximum(1e-6, np.abs(rows).max(axis=0) / 127)
    return {
        f"{side}.steps": np.diff([key for key, _ in kept], prepend=0).astype(np.uint32),
        f"{side}.acts": np.frombuffer("\n".join(acts).encode(), np.uint8),
        f"{side}.rows": np.round(rows / scale).astype(np.int8),
        f"{side}.scale": scale.astype(np.float32),
        f"{side}.bias": bias.astype(np.float32),
    }


def gaps_of(texts: list[str], rng: Random) -> list[tuple[set[str], bool]]:
    """The gaps of sentences run together, and whether a sentence ends in each; texts as written."""
    found = []
    for text in texts:
        words: list[str] = []
        ends: set[int] = set()
        for one in (text, *rng.sample(texts, rng.randrange(1, 4))):
            for part in one.split():
                words += plain(part).split()
                if part.endswith((".", "?", "!")):
                    ends.add(len(words) - 1)
            ends.add(len(words) - 1)
        found += [(set(around(words, place)), place in ends) for place in range(len(words) - 1)]
    return found


def learn_gaps(texts: list[str]) -> dict[str, NDArray]:
    """Learn where sentences end, for text without punctuation; print how well a tenth held out is cut."""
    rng = Random(SEED)
    texts = list(texts)
    rng.shuffle(texts)
    held, seen = texts[: len(texts) // 10], texts[len(texts) // 10 :]
    for last, learnt in ((False, gaps_of(seen, rng)), (True, gaps_of(texts, rng))):
        counts: dict[str, int] = {}
        for names, _ in learnt:
            for name in names:
                counts[name] = counts.get(name, 0) + 1
        places = {name: i for i, name in enumerate(sorted(n for n, count in counts.items() if count >= 3))}
        model = LogisticRegression(C=1.0, solver="liblinear", random_state=SEED)
        model.fit(_gap_matrix([names for names, _ in learnt], places), [end for _, end in learnt])
        if not last:
            tested = gaps_of(held, rng)
            said = model.predict(_gap_matrix([names for names, _ in tested], places))
            wanted = np.array([end for _, end in tested])
            hit = int((said & wanted).sum())
            print(f"sentence ends: precision {hit / said.sum():.2f}  recall {hit / wanted.sum():.2f}")
    return table_of("gaps", ["end"], places, model.coef_.T, model.intercept_)


def _gap_matrix(sets: list[set[str]], places: dict[str, int]) -> sparse.csr_matrix:
    rows = [sorted(places[name] for name in names if name in places) for names in sets]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    indices = [place for row in rows for place in row]
    return sparse.csr_matrix((np.ones(len(indices)), indices, starts), shape=(len(rows), len(places)))


def texts_of(path: Path) -> list[str]:
    """The sentences as written."""
    return [line.partition("\t")[2] for line in path.read_text("utf-8").splitlines() if "\t" in line]


def main() -> None:
    """Learn where sentences end, then both sides."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="print how good it is, write nothing")
    parser.add_argument("--without", action="append", default=[], help="a set of calls not to learn from")
    args = parser.parse_args()
    folder = HOME / "prompts" / "acts"
    sides: tuple[TrackName, ...] = ("rep", "prospect")
    likeness = read_likeness(folder / "vectors.npz")
    table = likeness.table | learn_gaps(
        [text for path in sorted(folder.glob("*.tsv")) for text in texts_of(path)]
    )
    breaks = Classifier({}, weights_of(table, "gaps", {})).breaks
    calls = [
        path
        for name in CALLS
        if name not in args.without
        for path in sorted((HOME / "tests" / "calls" / name).glob("*.call.jsonl"))
    ]
    for side in sides:
        rows = [row for path in sorted(folder.glob(f"{side}*.tsv")) for row in read_rows(path)]
        rows += [Row(*found) for path in calls for found in harvest(path, side, breaks)]
        acts, places, weights, bias, p = learn(rows, likeness)
        report(side, rows, acts, p)
        table |= table_of(side, acts, places, weights, bias)
    if not args.check:
        path = HOME / "server" / "call" / "acts.npz"
        np.savez_compressed(path, **table)
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
