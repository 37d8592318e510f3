"""The four things training asks for: right tokens, right letters, and attention where the words are, now and next."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from training.batches import Batch
from training.network import GUIDED, Net

CTC_WEIGHT, GUIDE_WEIGHT, LONG_GUIDE_WEIGHT = 1.0, 0.3, 1.5
"""The guide weighs more once windows are long: a decoder that has lost its place learns to recite."""


@dataclass
class Losses:
    """Means over a batch; `guide` by guided head."""

    tokens: Tensor
    ctc: Tensor
    guide: list[Tensor]
    right: float

    def total(self, ctc_weight: float, guide_weight: float) -> Tensor:
        """Weigh and add."""
        return self.tokens + ctc_weight * self.ctc + guide_weight * sum(self.guide, torch.zeros(()))


def ctc(net: Net, states: Tensor, letters: list[list[int]]) -> Tensor:
    """Mean CTC loss per letter (Graves et al. 2006) of the encoder's character head."""
    logs = net.letters(states.float()).log_softmax(-1).transpose(0, 1)
    sizes = torch.tensor([len(row) for row in letters])
    flat = torch.tensor([letter for row in letters for letter in row], dtype=torch.long)
    frames = torch.full((len(letters),), logs.shape[0])
    loss = F.ctc_loss(logs, flat, frames, sizes, reduction="none", zero_infinity=True)
    return loss.sum() / max(1, int(sizes.sum()))


def guide(seen: Tensor, spans: Tensor) -> Tensor:
    """Minus the log of the attention that falls on each word's frames (after Tachibana et al. 2018)."""
    rows = spans[..., 1] > spans[..., 0]
    if not rows.any():
        return seen.sum() * 0
    at = torch.arange(seen.shape[-1])
    inside = (at >= spans[rows][:, :1]) & (at < spans[rows][:, 1:])
    mass = (seen[rows].exp() * inside).sum(-1)
    return -(mass + 1e-4).log().mean()


def losses(net: Net, batch: Batch, half: bool, letters: bool) -> Losses:
    """Run the model on a batch and measure everything; without `letters` the character head is left alone."""
    labels, following = torch.from_numpy(batch.labels), torch.from_numpy(batch.next_spans)
    latest = torch.from_numpy(batch.last_spans)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        states = net.encode(torch.from_numpy(batch.mel))
        logits, maps = net.decode(torch.from_numpy(batch.ids), states, watch=True)
    logits = logits.float()
    tokens = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, label_smoothing=0.05)
    guided, place = [], [0] * len(maps)
    for layer, _ in GUIDED:
        seen = maps[layer]
        assert seen is not None
        guided.append(guide(seen[:, place[layer]], latest if layer == 0 else following))
        place[layer] += 1
    learnt = labels != -100
    right = float((logits.argmax(-1)[learnt] == labels[learnt]).float().mean())
    spelt = ctc(net, states, batch.letters) if letters else torch.zeros(())
    return Losses(tokens, spelt, guided, right)
