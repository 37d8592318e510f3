"""Make the folder that ships: `python -m training.export FOLDER OUT [--heads 1,0 1,1]`.

The averaged weights of FOLDER's checkpoint become an int8 CTranslate2 Whisper model that faster-whisper loads
unchanged. The character head and what else only training needs stay behind.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from ctranslate2.specs import whisper_spec
from numpy.typing import NDArray

from training.network import Net, Shape, sinusoids
from training.tokens import Tokens, save_vocabulary

SHORTEST = 1.0
"""Seconds: the shortest window that training used, rounded down to the engine's grid."""


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().float().numpy())


def _linear(spec: object, part: torch.nn.Module) -> None:
    spec.weight, spec.bias = _array(part.weight), _array(part.bias)  # type: ignore[attr-defined]


def _norm(spec: object, part: torch.nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(part.weight), _array(part.bias)  # type: ignore[attr-defined]


def _self_attention(spec: object, norm: torch.nn.LayerNorm, part: torch.nn.Module) -> None:
    _norm(spec.layer_norm, norm)  # type: ignore[attr-defined]
    first, last = spec.linear  # type: ignore[attr-defined]
    first.weight = _array(torch.cat([part.query.weight, part.keys.weight]))
    first.bias = _array(torch.cat([part.query.bias, part.keys.bias]))
    _linear(last, part.out)


def _layer(spec: object, block: torch.nn.Module, cross: bool) -> None:
    _self_attention(spec.self_attention, block.norm, block.attention)  # type: ignore[attr-defined]
    if cross:
        _norm(spec.attention.layer_norm, block.cross_norm)  # type: ignore[attr-defined]
        query, keys, out = spec.attention.linear  # type: ignore[attr-defined]
        for place, part in ((query, block.cross.query), (keys, block.cross.keys), (out, block.cross.out)):
            _linear(place, part)
    _norm(spec.ffn.layer_norm, block.feed_norm)  # type: ignore[attr-defined]
    _linear(spec.ffn.linear_0, block.feed_in)  # type: ignore[attr-defined]
    _linear(spec.ffn.linear_1, block.feed_out)  # type: ignore[attr-defined]


def specify(net: Net) -> whisper_spec.WhisperSpec:
    """Lay the weights out as CTranslate2 keeps them."""
    shape = net.shape
    spec = whisper_spec.WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    for name in ("conv1", "conv2"):
        _linear(getattr(spec.encoder, name), getattr(net, name))
    spec.encoder.position_encodings.encodings = _array(sinusoids(1500, shape.width))
    _norm(spec.encoder.layer_norm, net.encoder_norm)
    for layer, block in zip(spec.encoder.layer, net.encoder, strict=True):
        _layer(layer, block, cross=False)
    spec.decoder.scale_embeddings = False
    spec.decoder.embeddings.weight = _array(net.embedding.weight)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.decoder.position_encodings.encodings = _array(net.places)
    _norm(spec.decoder.layer_norm, net.decoder_norm)
    for layer, block in zip(spec.decoder.layer, net.decoder, strict=True):
        _layer(layer, block, cross=True)
    return spec


def save(
    net: Net,
    tokens: Tokens,
    tokenizer: Path,
    out: Path,
    heads: list[tuple[int, int]],
    quantization: str | None,
) -> None:
    """Write the folder."""
    spec = specify(net)
    spec.config.suppress_ids = list(range(tokens.sot, tokens.no_times))
    # Whisper forbids an empty answer here; ours was taught to give one, and the bare space is never needed.
    spec.config.suppress_ids_begin = [tokens.tokenizer.token_to_id("Ġ")]
    spec.config.lang_ids = [tokens.sot + 1]
    spec.config.alignment_heads = [list(head) for head in heads]
    spec.register_vocabulary(tokens.names())
    spec.validate()
    spec.optimize(quantization=quantization)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    spec.save(str(out))
    save_vocabulary(tokens, out / "vocabulary.json")
    shutil.copy(tokenizer, out / "tokenizer.json")
    features = {
        "chunk_length": 30,
        "feature_size": 80,
        "hop_length": 160,
        "n_fft": 400,
        "sampling_rate": 16000,
    }
    (out / "preprocessor_config.json").write_text(json.dumps(features, indent=2) + "\n")
    (out / "beatline.json").write_text(json.dumps({"shortest_window": SHORTEST}) + "\n")


def load(folder: Path) -> tuple[Net, Tokens]:
    """Read the averaged weights of a training folder's checkpoint."""
    state = torch.load(folder / "last.pt", weights_only=True)
    net = Net(Shape(**state["shape"]))
    net.load_state_dict(state["mean"])
    return net.eval(), Tokens.load(folder / "tokenizer.json")


def main() -> None:
    """Export a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--heads", nargs="*", default=["1,0", "1,1"], help="alignment heads as layer,head")
    parser.add_argument("--quantization", default="int8")
    args = parser.parse_args()
    net, tokens = load(args.folder)
    heads = [(int(layer), int(head)) for layer, head in (pair.split(",") for pair in args.heads)]
    save(
        net,
        tokens,
        args.folder / "tokenizer.json",
        args.out,
        heads,
        None if args.quantization == "float32" else args.quantization,
    )
    size = sum(file.stat().st_size for file in args.out.iterdir()) / 1e6
    print(f"{args.out}: {size:.1f} MB")


if __name__ == "__main__":
    main()
