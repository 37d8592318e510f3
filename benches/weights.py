"""The weights of a CTranslate2 folder, read back as floats.

CTranslate2 writes `model.bin` but has no reader for Python: the layout is `ModelSpec._serialize` of its
`specs/model_spec.py`, and a row of int8 is the row of floats times its `weight_scale`.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

VERSION = 6
"""Of the layout."""

KINDS = ("<f4", "<i1", "<i2", "<i4", "<f2")
"""In the order of CTranslate2's DataType (include/ctranslate2/types.h)."""

Weights = dict[str, NDArray[np.float32]]
"""Arrays by name, such as `encoder/layer_0/ffn/linear_0/weight`: (out, in)."""


def _number(file: BinaryIO, kind: str) -> int:
    return int(struct.unpack("<" + kind, file.read(struct.calcsize("<" + kind)))[0])


def _text(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode()


def _array(file: BinaryIO) -> NDArray[np.number]:
    shape = [_number(file, "I") for _ in range(_number(file, "B"))]
    kind = KINDS[_number(file, "B")]
    return np.frombuffer(file.read(_number(file, "I")), kind).reshape(shape)


def read(folder: Path) -> Weights:
    """Read what is no scalar, without the aliases.

    Raises:
        ValueError: the file is of another layout.
    """
    with (folder / "model.bin").open("rb") as file:
        if (version := _number(file, "I")) != VERSION:
            raise ValueError(f"{folder}/model.bin is of layout {version}, not {VERSION}")
        _text(file), _number(file, "I")  # name and revision of the architecture
        raw = {_text(file): _array(file) for _ in range(_number(file, "I"))}
    found: Weights = {}
    for name, array in raw.items():
        if array.ndim and not name.endswith("_scale"):
            scale = raw.get(f"{name}_scale", np.ones(len(array)))
            found[name] = (array / scale.reshape(-1, *[1] * (array.ndim - 1))).astype(np.float32)
    return found
