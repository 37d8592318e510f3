"""Write the file that `server/call/classifier.py` opens: an int8 CTranslate2 encoder, its heads, a table of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import torch
from ctranslate2.specs import common_spec, transformer_spec
from numpy.typing import NDArray

from server.events import TrackName
from training.encoder import HEADS, LAYERS, Layer, Net
from training.mix import Mix
from training.word_table import Words, table_of

MOST = 20_000
"""Features kept a side, of 196,000; beside the encoder 25,000 lost less than 0.01 of F1, 12,000 a little more."""


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().float().numpy())


def _linear(spec: object, *parts: torch.nn.Linear) -> None:
    spec.weight = _array(torch.cat([part.weight for part in parts]))  # type: ignore[attr-defined]
    spec.bias = _array(torch.cat([part.bias for part in parts]))  # type: ignore[attr-defined]


def _norm(spec: object, part: torch.nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(part.weight), _array(part.bias)  # type: ignore[attr-defined]


def _layer(spec: object, layer: Layer) -> None:
    attention, feed = spec.self_attention, spec.ffn  # type: ignore[attr-defined]
    _linear(attention.linear[0], layer.query, layer.key, layer.value)
    _linear(attention.linear[1], layer.out)
    _norm(attention.layer_norm, layer.middle_norm)
    _linear(feed.linear_0, layer.up)
    _linear(feed.linear_1, layer.down)
    _norm(feed.layer_norm, layer.last_norm)


def specify(net: Net, pieces: Sequence[str]) -> transformer_spec.TransformerEncoderModelSpec:
    """Lay the weights out as CTranslate2 keeps a BERT."""
    encoder = transformer_spec.TransformerEncoderSpec(
        len(LAYERS),
        HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
        layernorm_embedding=True,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = _array(net.pieces.weight)
    encoder.embeddings[1].weight = _array(net.segments.weight)
    encoder.position_encodings.encodings = _array(net.places.weight)
    _norm(encoder.layernorm_embedding, net.norm)
    for spec, layer in zip(encoder.layer, net.layers, strict=True):
        _layer(spec, layer)
    model = transformer_spec.TransformerEncoderModelSpec(encoder)
    model.register_vocabulary(list(pieces))
    model.config.unk_token = "[UNK]"  # noqa: S105
    model.config.layer_norm_epsilon = 1e-12
    return model


def export(
    net: Net,
    pieces: Sequence[str],
    acts: Mapping[TrackName, Sequence[str]],
    mixes: Mapping[TrackName, Mix],
    words: Mapping[TrackName, Words],
    out: Path,
) -> None:
    """Write everything into one zip file; the mixing and the calibration go into the weights."""
    model = specify(net, pieces)
    model.validate()
    model.optimize(quantization="int8")
    rows = model.encoder.embeddings[0].weight
    model.encoder.embeddings[0].weight = type(rows)(_coarse(rows.numpy()))
    table: dict[str, NDArray] = {
        "gap.acts": np.frombuffer(b"end", np.uint8),
        "gap.weights": _array(net.gap.weight).T,
        "gap.bias": _array(net.gap.bias),
    }
    for side, mix in mixes.items():
        head = net.heads[side]
        table[f"{side}.acts"] = np.frombuffer("\n".join(acts[side]).encode(), np.uint8)
        table[f"{side}.weights"] = (_array(head.weight).T * mix.encoder).astype(np.float16)
        bias = _array(head.bias) * mix.encoder + words[side].bias * mix.words + mix.shift
        table[f"{side}.bias"] = bias.astype(np.float32)
        table |= table_of(side, words[side], mix.words, MOST)
    with TemporaryDirectory() as name:
        folder = Path(name)
        model.save(name)
        np.savez(folder / "weights.npz", **table)
        with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=9) as packed:
            for file in sorted(folder.iterdir()):
                # No times: the same weights are the same bytes.
                packed.writestr(ZipInfo(file.name), file.read_bytes(), ZIP_DEFLATED, 9)


def _coarse(rows: NDArray[np.int8]) -> NDArray[np.int8]:
    """Keep six bits of the eight of a piece's vector: packed, it is a third smaller."""
    return np.clip(np.round(rows.astype(np.float32) / 4) * 4, -124, 124).astype(np.int8)
