"""Whisper's architecture (Radford et al. 2022), small, with what training needs and the shipped model drops.

The extras: a character head on the encoder for the CTC loss, and the log-attention of guided heads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GUIDED = ((0, 0), (1, 0), (1, 1))
"""(decoder layer, head) whose cross-attention is told where the words are; layer 0 looks at the word just written."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a model."""

    vocabulary: int
    width: int = 192
    heads: int = 6
    encoder_layers: int = 4
    decoder_layers: int = 2
    mels: int = 80
    letters: int = 29
    longest: int = 448


def sinusoids(length: int, width: int) -> Tensor:
    """Whisper's encoder position table."""
    rates = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2))
    angles = torch.arange(length)[:, None] * rates[None, :]
    return torch.cat([angles.sin(), angles.cos()], 1)


class Attention(nn.Module):
    """Multi-head attention; keys and values in one matrix, as CTranslate2 keeps them."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.query, self.keys, self.out = (
            nn.Linear(width, width),
            nn.Linear(width, 2 * width),
            nn.Linear(width, width),
        )

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (-1, self.size)).transpose(1, 2)

    def forward(
        self, x: Tensor, memory: Tensor, causal: bool = False, watch: list[int] | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Attend; with `watch`, also return those heads' log-attention, (batch, head, query, key)."""
        query = self._split(self.query(x))
        key, value = self._split(self.keys(memory)).chunk(2, 1)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
        seen = None
        if watch:
            scores = query[:, watch].float() @ key[:, watch].float().transpose(-1, -2)
            seen = (scores / math.sqrt(self.size)).log_softmax(-1)
        return self.out(mixed.transpose(1, 2).flatten(2)), seen


class Block(nn.Module):
    """One pre-norm layer, of the encoder or (with `cross`) the decoder."""

    def __init__(self, width: int, heads: int, cross: bool) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(width), Attention(width, heads)
        if cross:
            self.cross_norm, self.cross = nn.LayerNorm(width), Attention(width, heads)
        self.feed_norm = nn.LayerNorm(width)
        self.feed_in, self.feed_out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(
        self, x: Tensor, memory: Tensor | None = None, watch: list[int] | None = None
    ) -> tuple[Tensor, Tensor | None]:
        y, seen = self.norm(x), None
        x = x + self.attention(y, y, causal=memory is not None)[0]
        if memory is not None:
            y, seen = self.cross(self.cross_norm(x), memory, watch=watch)
            x = x + y
        return x + self.feed_out(F.gelu(self.feed_in(self.feed_norm(x)))), seen


class Net(nn.Module):
    """The whole model."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape, width = shape, shape.width
        self.conv1 = nn.Conv1d(shape.mels, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.encoder = nn.ModuleList(Block(width, shape.heads, False) for _ in range(shape.encoder_layers))
        self.encoder_norm = nn.LayerNorm(width)
        self.letters = nn.Linear(width, shape.letters)
        self.embedding = nn.Embedding(shape.vocabulary, width)
        self.places = nn.Parameter(0.1 * sinusoids(shape.longest, width))
        self.decoder = nn.ModuleList(Block(width, shape.heads, True) for _ in range(shape.decoder_layers))
        self.decoder_norm = nn.LayerNorm(width)
        self.register_buffer("table", sinusoids(1500, width), persistent=False)
        self._begin()

    def _begin(self) -> None:
        """Kaiming for the convolutions, Xavier for the rest: smaller starts leave the sound below the position code."""
        for part in self.modules():
            if isinstance(part, nn.Conv1d):
                nn.init.kaiming_normal_(part.weight)
                nn.init.zeros_(part.bias)
            elif isinstance(part, nn.Linear):
                nn.init.xavier_uniform_(part.weight)
                nn.init.zeros_(part.bias)
        nn.init.normal_(self.embedding.weight, std=0.05)

    def encode(self, mel: Tensor) -> Tensor:
        """Mel (batch, 80, frames of 10 ms) to states (batch, frames of 20 ms, width)."""
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.table[: x.shape[1]].to(x.dtype)
        for block in self.encoder:
            x, _ = block(x)
        return self.encoder_norm(x)

    def decode(self, ids: Tensor, states: Tensor, watch: bool = False) -> tuple[Tensor, list[Tensor | None]]:
        """Token ids to logits of the next ones, and the guided heads' log-attention by layer."""
        x = self.embedding(ids) + self.places[: ids.shape[1]]
        maps: list[Tensor | None] = []
        for place, block in enumerate(self.decoder):
            heads = [head for layer, head in GUIDED if layer == place]
            x, seen = block(x, states, heads if watch else None)
            maps.append(seen)
        return F.linear(self.decoder_norm(x), self.embedding.weight), maps


@torch.inference_mode()
def greedy(net: Net, mel: Tensor, start: list[int], eot: int, most: int) -> list[list[int]]:
    """Write the likeliest tokens for each window of a batch, after the start tokens and without them."""
    states = net.encode(mel)
    ids = torch.tensor([start] * len(mel))
    done = torch.zeros(len(mel), dtype=torch.bool)
    for _ in range(most):
        logits, _ = net.decode(ids, states)
        best = logits[:, -1].argmax(-1).masked_fill(done, eot)
        done |= best == eot
        ids = torch.cat([ids, best[:, None]], 1)
        if done.all():
            break
    return [row[len(start) :].tolist() for row in ids]
