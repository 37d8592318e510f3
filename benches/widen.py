"""A small Whisper's weights laid out in a larger shape, so that it costs what the larger one costs and hears the same.

The residual stream is held several times over ([x, x, …]): every layer norm then sees the same mean and variance, who
writes to the stream writes to all copies, who reads it takes an equal share of each. Heads and hidden units are held
several times in the same way. Where a width is no multiple, what is left is filled with copies that nobody reads,
spaced so that mean and variance stay nearly the same. Layers that are too many write nothing that counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benches.weights import Weights

NOTHING = 1e-12
"""Scale of what a spare layer writes. Not 0: CTranslate2 keeps equal arrays once, and one of a kind stays in cache."""

NEVER = 50.0
"""The logit of a token that must not win is minus this: tens of thousands of them weigh nothing."""

FIXED, DIMENSIONS = 1.0, 16
"""What the last norm of the decoder says whatever it hears, and in how many dimensions; fillers are told by it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a Whisper model (openai/whisper, README and `_ALIGNMENT_HEADS`)."""

    width: int
    heads: int
    layers: int
    aligned: int
    """Heads that word times are read from."""


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Which old place each new place copies, and which share of it a reader takes: the shares of a place sum to 1."""

    source: NDArray[np.int64]
    share: NDArray[np.float32]

    def write(self, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """Spread the first axis."""
        return array[self.source]

    def read(self, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """Spread the second axis."""
        return array[:, self.source] * self.share.reshape(-1, *[1] * (array.ndim - 2))


def fan(old: int, new: int) -> Fan:
    """As many whole copies as there is room for; what is left copies places evenly spaced, and is not read."""
    copies, rest = divmod(new, old)
    source = np.concatenate((np.tile(np.arange(old), copies), np.arange(rest) * old // max(1, rest)))
    share = np.where(np.arange(new) < copies * old, 1 / copies, 0)
    return Fan(source, share.astype(np.float32))


def nested(outer: Fan, inner: Fan, size: int) -> Fan:
    """Copies of groups (heads), and copies of each member of a group of `size`."""
    source = (outer.source[:, None] * size + inner.source).ravel()
    return Fan(source, np.outer(outer.share, inner.share).ravel())


def several(one: Fan, times: int, size: int) -> Fan:
    """The same fan for matrices of `size` rows that are stacked, such as keys and values."""
    return Fan(np.concatenate([one.source + size * i for i in range(times)]), np.tile(one.share, times))


def widen(weights: Weights, heads: int, shape: Shape) -> Weights:
    """Lay weights of a model with `heads` heads out in a larger shape; the decoder's last norm says `FIXED` besides."""
    width = weights["encoder/layer_norm/gamma"].size
    size, wider = width // heads, shape.width // shape.heads
    stream, hidden = fan(width, shape.width), fan(4 * width, 4 * shape.width)
    head = nested(fan(heads, shape.heads), fan(size, wider), size)
    scale = np.float32(
        (size / wider) ** 0.5
    )  # n copies make a product n times as large; attention divides by sqrt(n)
    roles: dict[str, tuple[Fan, Fan | None]] = {
        "conv1": (stream, None),
        "conv2": (stream, stream),
        "self_attention/linear_0": (several(head, 3, width), stream),
        "self_attention/linear_1": (stream, head),
        "attention/linear_0": (head, stream),
        "attention/linear_1": (several(head, 2, width), stream),
        "attention/linear_2": (stream, head),
        "ffn/linear_0": (hidden, stream),
        "ffn/linear_1": (stream, hidden),
    }
    wide: Weights = {}
    for name, array in weights.items():
        part, _, kind = name.rpartition("/")
        role = "/".join(part.split("/")[-2:]) if "linear" in part else part.rpartition("/")[2]
        if kind in ("gamma", "beta"):
            wide[name] = stream.write(array)
        elif kind == "encodings" or role == "embeddings":
            wide[name] = array[:, stream.source]
        else:
            out, source = roles[role]
            wide[name] = out.write(array if source is None or array.ndim == 1 else source.read(array))
            if role in ("self_attention/linear_0", "attention/linear_0"):
                wide[name][: shape.width] *= scale
    return wide | _fixed(weights, shape.width)


def _fixed(weights: Weights, width: int) -> Weights:
    """The decoder's last norm: one copy of the stream is given up for a fixed value, which the others make good."""
    gamma, beta = (weights[f"decoder/layer_norm/{kind}"] for kind in ("gamma", "beta"))
    others = width // gamma.size - 1
    fixed = np.zeros_like(beta)
    fixed[:DIMENSIONS] = FIXED
    rest = np.zeros(width - (others + 1) * gamma.size, np.float32)
    return {
        "decoder/layer_norm/gamma": np.concatenate((*[gamma / others] * others, 0 * gamma, rest)),
        "decoder/layer_norm/beta": np.concatenate((*[(beta - fixed) / others] * others, fixed, rest)),
    }


def filled(embeddings: NDArray[np.float32], text: int, width: int, vocabulary: int) -> NDArray[np.float32]:
    """Put rows that always score -`NEVER` after the first `text` rows, up to a vocabulary.

    `width` is the old one: where the fixed value lies follows from it.
    """
    filler = np.zeros(embeddings.shape[1], np.float32)
    begin = (embeddings.shape[1] // width - 1) * width
    filler[begin : begin + DIMENSIONS] = -NEVER / (DIMENSIONS * FIXED)
    fillers = np.tile(filler, (vocabulary - len(embeddings), 1))
    return np.concatenate((embeddings[:text], fillers, embeddings[text:]))


def deepened(weights: Weights, layers: int, rng: np.random.Generator) -> Weights:
    """Add layers that compute as much as others and write nothing that counts."""
    deep = dict(weights)
    for side in ("encoder", "decoder"):
        first = {name: array for name, array in weights.items() if name.startswith(f"{side}/layer_0/")}
        have = len({name.split("/")[1] for name in weights if name.startswith(f"{side}/layer_")}) - 1
        for layer in range(have, layers):
            for name, array in first.items():
                deep[name.replace("layer_0", f"layer_{layer}")] = _spare(name, array, rng)
    return deep


def _spare(name: str, array: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    if array.ndim == 1:
        return np.full(array.shape, name.endswith("gamma"), np.float32)
    writes = name.endswith(
        ("self_attention/linear_1/weight", "attention/linear_2/weight", "ffn/linear_1/weight")
    )
    scale = NOTHING if writes else array.shape[1] ** -0.5
    return (scale * rng.standard_normal(array.shape)).astype(np.float32)
