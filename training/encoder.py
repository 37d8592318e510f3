"""The network that reads talk: the first layers of a published sentence encoder, made narrower, with a head a side.

It begins as `sentence-transformers/all-MiniLM-L6-v2` (Apache-2.0; Wang et al. 2020, arXiv:2002.10957; Reimers and
Gurevych 2019, arXiv:1908.10084), which has learnt English from a billion pairs of sentences: some layers are kept, of
their feed-forward parts the neurons with the largest weights, and of the vocabulary the pieces that people on calls
need. Then all of it learns what talk does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from server.call.pieces import FIRST, PLACES, SEGMENTS, tokenizer_of

WIDTH, HEADS = 384, 12
PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of its `model.safetensors`."""
LAYERS = (0, 2, 4)
"""Of the six: every other one."""
FEED = 512
"""Neurons kept of the 1,536 of a feed-forward part."""
DROPOUT = 0.2
PIECES = 4500
SEEN = 3
"""A piece that so many sentences need comes before common ones that none does."""


@dataclass(frozen=True)
class Base:
    """The published encoder: its weights by name, and its pieces with their rows."""

    weights: Mapping[str, Tensor]
    rows: Mapping[str, int]


def read_base(folder: Path) -> Base:
    """Read `model.safetensors` and `tokenizer.json`; weights of which nobody knows whose they are end the program."""
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != PUBLISHED:
        raise SystemExit(f"{folder} does not hold all-MiniLM-L6-v2 as it was published: {found}")
    rows = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    return Base(load_file(folder / "model.safetensors"), rows)


def pieces_of(base: Base, texts: Iterable[str]) -> list[str]:
    """Choose the vocabulary: every single character, what our texts need most often, then the commonest of the base.

    BERT's vocabulary is ordered by how often a piece was seen.
    """
    tokenizer = tokenizer_of(sorted(base.rows, key=lambda piece: base.rows[piece]))
    counted = Counter[str]()
    for found in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        counted.update(found.tokens)
    single = [piece for piece in base.rows if re.fullmatch(r"(?:##)?[a-z0-9']", piece)]
    common = (piece for piece, count in counted.most_common() if count >= SEEN)
    plain = (piece for piece in base.rows if re.fullmatch(r"(?:##)?[a-z]+", piece))
    kept = dict.fromkeys((*FIRST, *single))
    for piece in chain(common, plain):
        if len(kept) < PIECES:
            kept.setdefault(piece)
    return list(kept)


class Layer(nn.Module):
    """One layer of BERT (Devlin et al. 2019), normalised behind each half."""

    def __init__(self, base: Base, number: int) -> None:
        super().__init__()
        at = f"encoder.layer.{number}."
        weights = {name.removeprefix(at): w for name, w in base.weights.items() if name.startswith(at)}
        strength = weights["intermediate.dense.weight"].norm(dim=1) * weights["output.dense.weight"].norm(
            dim=0
        )
        kept = strength.topk(FEED).indices.sort().values
        names = ("query", "key", "value")
        self.query, self.key, self.value = (_linear(weights, f"attention.self.{name}") for name in names)
        self.out = _linear(weights, "attention.output.dense")
        self.up = _linear(weights, "intermediate.dense", rows=kept)
        self.down = _linear(weights, "output.dense", columns=kept)
        self.middle_norm = _norm(weights, "attention.output.LayerNorm")
        self.last_norm = _norm(weights, "output.LayerNorm")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map (windows, places, width) to the same; `mask` (windows, 1, 1, places) is true where there are pieces."""
        windows, places, _ = x.shape

        def by_head(part: nn.Linear) -> Tensor:
            return part(x).view(windows, places, HEADS, -1).transpose(1, 2)

        found = functional.scaled_dot_product_attention(
            by_head(self.query), by_head(self.key), by_head(self.value), attn_mask=mask
        )
        x = self.middle_norm(x + self.out(found.transpose(1, 2).reshape(x.shape)))
        return self.last_norm(x + self.down(functional.gelu(self.up(x))))


class Net(nn.Module):
    """Pieces, their segments and places to the log-odds of each act; a sentence's are the mean of its pieces'."""

    def __init__(self, base: Base, pieces: Sequence[str], acts: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        words = base.weights["embeddings.word_embeddings.weight"]
        self.pieces = nn.Embedding.from_pretrained(
            words[[base.rows[piece] for piece in pieces]], freeze=False
        )
        places = base.weights["embeddings.position_embeddings.weight"][:PLACES]
        self.places = nn.Embedding.from_pretrained(places, freeze=False)
        segment = base.weights["embeddings.token_type_embeddings.weight"][0]
        segments = segment + 0.01 * torch.randn(SEGMENTS, WIDTH)
        self.segments = nn.Embedding.from_pretrained(segments, freeze=False)
        self.norm = _norm(base.weights, "embeddings.LayerNorm")
        self.layers = nn.ModuleList(Layer(base, number) for number in LAYERS)
        self.heads = nn.ModuleDict({side: nn.Linear(WIDTH, len(names)) for side, names in acts.items()})
        self.gap = nn.Linear(WIDTH, 1)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, ids: Tensor, segments: Tensor, own: Tensor, side: str) -> Tensor:
        """`ids`, `segments` (windows, places), `own` 1 on the pieces of the sentence itself; gives (windows, acts)."""
        x = self._states(ids, segments)
        mean = (x * own[..., None]).sum(1) / own.sum(1, keepdim=True).clamp(min=1)
        logits: Tensor = self.heads[side](self.drop(mean))
        return logits

    def ends(self, ids: Tensor) -> Tensor:
        """Log-odds that a sentence ends behind each piece; (windows, places) to the same."""
        logits: Tensor = self.gap(self.drop(self._states(ids, torch.zeros_like(ids))))[..., 0]
        return logits

    def _states(self, ids: Tensor, segments: Tensor) -> Tensor:
        places = self.places(torch.arange(ids.shape[1]))[None]
        x = self.drop(self.norm(self.pieces(ids) + self.segments(segments) + places))
        mask = (ids != 0)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return x


def _linear(
    weights: Mapping[str, Tensor], name: str, rows: Tensor | None = None, columns: Tensor | None = None
) -> nn.Linear:
    weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
    if rows is not None:
        weight, bias = weight[rows], bias[rows]
    if columns is not None:
        weight = weight[:, columns]
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = weight.clone(), bias.clone()
    return made


def _norm(weights: Mapping[str, Tensor], name: str) -> nn.LayerNorm:
    made = nn.LayerNorm(WIDTH, eps=1e-12)
    made.weight.data, made.bias.data = weights[f"{name}.weight"].clone(), weights[f"{name}.bias"].clone()
    return made
