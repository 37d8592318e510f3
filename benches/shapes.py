"""Models that cost what Whisper's tiny, base and small cost, and hear what the shipped one hears.

python -m benches.shapes tiny|base|small FOLDER

Real weights are not at hand everywhere, and random ones write garbage: their decoders run to the limit, or no word
ever stands. So the shipped weights are laid out in the larger shape (`benches/widen.py`), with a vocabulary filled up
with tokens that are never chosen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import model_spec, whisper_spec

from benches import weights, widen
from media.models import shipped

SHAPES = {
    "tiny": widen.Shape(384, 6, 4, 6),
    "base": widen.Shape(512, 8, 6, 8),
    "small": widen.Shape(768, 12, 12, 10),
}

VOCABULARY = 51_864
"""Tokens of the English models (`tiny.en`), whose prompt is the shipped model's."""

HEADS = 6
"""Heads of the shipped model."""

MADE = Path("build/shapes")


def _stamp() -> str:
    """What a made folder depends on."""
    digest = hashlib.sha256((shipped() / "model.bin").read_bytes())
    for module in (weights.__file__, widen.__file__, __file__):
        digest.update(Path(module).read_bytes())
    return digest.hexdigest()


def made(name: str, folder: Path | None = None) -> Path:
    """Give a shape's folder (`build/shapes/NAME`), making it if it is not there or made from other weights."""
    folder = folder or MADE / name
    stamp = folder / "made"
    if not stamp.is_file() or stamp.read_text() != _stamp():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as new:
            make(SHAPES[name], Path(new) / name)
            shutil.rmtree(folder, ignore_errors=True)
            (Path(new) / name).rename(folder)
        stamp.write_text(_stamp())
    return folder


def make(shape: widen.Shape, out: Path) -> None:
    """Write a model folder."""
    small = weights.read(shipped())
    tokenizer = json.loads((shipped() / "tokenizer.json").read_text("utf-8"))
    text, width = len(tokenizer["model"]["vocab"]), small["encoder/layer_norm/gamma"].size
    wide = widen.deepened(widen.widen(small, HEADS, shape), shape.layers, np.random.default_rng(1))
    wide["decoder/embeddings/weight"] = widen.filled(
        wide["decoder/embeddings/weight"], text, width, VOCABULARY
    )
    spec = whisper_spec.WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    for name, array in wide.items():
        place, _, kind = name.rpartition("/")
        setattr(model_spec.index_spec(spec, place), kind, np.ascontiguousarray(array))
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    shift = VOCABULARY - len(small["decoder/embeddings/weight"])
    _configure(spec.config, json.loads((shipped() / "config.json").read_text()), shape, text, shift)
    _fill(tokenizer, shift)
    by_id = {place: name for name, place in tokenizer["model"]["vocab"].items()}
    by_id |= {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    spec.register_vocabulary([by_id[place] for place in range(VOCABULARY)])
    spec.validate()
    spec.optimize(quantization="int8")
    out.mkdir(parents=True)
    spec.save(str(out))
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
    for name in ("preprocessor_config.json", "beatline.json"):
        shutil.copy(shipped() / name, out)


def _configure(config: Any, known: dict[str, Any], shape: widen.Shape, text: int, shift: int) -> None:
    """Move ids behind the fillers. Word times come from as many heads as the real model's: ours several times over."""
    for name in ("suppress_ids", "suppress_ids_begin", "lang_ids"):
        setattr(config, name, [place + shift if place >= text else place for place in known[name]])
    heads = known["alignment_heads"]
    config.alignment_heads = sorted(heads[i % len(heads)] for i in range(shape.aligned))


def _fill(tokenizer: dict[str, Any], fillers: int) -> None:
    """Add text tokens that no merge makes, before the special ones."""
    known = tokenizer["model"]["vocab"]
    known |= {f"filler{i}": len(known) + i for i in range(fillers)}
    for token in tokenizer["added_tokens"]:
        token["id"] += fillers


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    folder = made(given.shape, given.folder)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{folder}: {size:.1f} MB")


if __name__ == "__main__":
    main()
