"""Go on from shipped weights where no checkpoint is left: `python -m training.restore MODEL FOLDER`.

Writes FOLDER/tokenizer.json and FOLDER/last.pt, with the int8 weights of MODEL as floats again. What does not ship (the
character head, the optimizer's moments) starts anew; `training.train --further` goes on from there without the head.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch

from benches import weights
from training.network import Shape
from training.tokens import Tokens
from training.train import PACE, Clock, Run

PARTS = {
    "self_attention/layer_norm": "norm", "self_attention/linear_1": "attention.out",
    "attention/layer_norm": "cross_norm", "attention/linear_0": "cross.query", "attention/linear_1": "cross.keys",
    "attention/linear_2": "cross.out", "ffn/layer_norm": "feed_norm", "ffn/linear_0": "feed_in",
    "ffn/linear_1": "feed_out",
}  # fmt: skip
"""CTranslate2's names of a layer's parts, and ours (`export` lays them out); the query lies above the keys."""

KINDS = {"gamma": "weight", "beta": "bias"}


def renamed(shipped: weights.Weights, shape: Shape) -> dict[str, torch.Tensor]:
    """Name the shipped arrays as the network does; the encoder's position table is not learnt."""
    state: dict[str, torch.Tensor] = {}
    for path, array in shipped.items():
        side, _, rest = path.partition("/")
        part, _, kind = rest.rpartition("/")
        tensor, kind = torch.from_numpy(array), KINDS.get(kind, kind)
        if part == "embeddings":
            state["embedding.weight"] = tensor[: shape.vocabulary]
        elif part == "position_encodings":
            if side == "decoder":
                state["places"] = tensor
        elif part.startswith("conv"):
            state[f"{part}.{kind}"] = tensor
        elif part == "layer_norm":
            state[f"{side}_norm.{kind}"] = tensor
        else:
            layer, _, part = part.partition("/")
            at = f"{side}.{layer.removeprefix('layer_')}"
            if part == "self_attention/linear_0":
                state[f"{at}.attention.query.{kind}"] = tensor[: shape.width]
                state[f"{at}.attention.keys.{kind}"] = tensor[shape.width :]
            else:
                state[f"{at}.{PARTS[part]}.{kind}"] = tensor
    return state


def main() -> None:
    """Write the folder, unless a checkpoint is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    if (given.folder / "last.pt").exists():
        parser.error(f"{given.folder}/last.pt is there: training goes on from it")
    shutil.copy(given.model / "tokenizer.json", given.folder / "tokenizer.json")
    run = Run(given.folder, seed=1, clock=Clock(0, None), pace=PACE)
    state = renamed(weights.read(given.model), Shape(Tokens.load(given.folder / "tokenizer.json").size))
    for net in (run.net, run.mean):
        left = net.load_state_dict(state, strict=False)
        if left.unexpected_keys or {name.partition(".")[0] for name in left.missing_keys} - {"letters"}:
            raise ValueError(f"{given.model} is of another shape: {left}")
    run.save()


if __name__ == "__main__":
    main()
