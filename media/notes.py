"""What is known of a speech model: `beatline.json` beside its weights, or a file among the models if that is locked."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

NAME = "beatline.json"


def read_notes(folder: Path, cache: Path | None = None) -> dict[str, Any]:
    """Read what is known of a model; what lies in `cache` overrides what lies beside the weights.

    Raises:
        OSError: a file is damaged; one line says which.
    """
    known: dict[str, Any] = {}
    for file in (folder / NAME, *([_elsewhere(folder, cache)] if cache else [])):
        if file.is_file():
            known |= _checked(file)
    return known


def write_notes(folder: Path, cache: Path, found: dict[str, Any]) -> Path:
    """Keep what was found, beside the model if that can be written, else in `cache`; other fields stay. Gives the file.

    Raises:
        OSError: neither can be written, or what is there is damaged.
    """
    whole = (json.dumps(read_notes(folder, cache) | found, indent=2) + "\n").encode()
    elsewhere = _elsewhere(folder, cache)
    try:
        write_whole(folder / NAME, whole)
    except OSError:
        elsewhere.parent.mkdir(parents=True, exist_ok=True)
        write_whole(elsewhere, whole)
        return elsewhere
    elsewhere.unlink(missing_ok=True)  # it would override what is newer
    return folder / NAME


def write_whole(file: Path, content: bytes) -> None:
    """Write a file whole or not at all: a reader, or a killed writer, never leaves half of it.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _elsewhere(folder: Path, cache: Path) -> Path:
    """Two folders of one name are told apart by where they lie."""
    place = folder.resolve()
    return cache / f"{place.name}-{hashlib.sha256(str(place).encode()).hexdigest()[:8]}.json"


def _checked(file: Path) -> dict[str, Any]:
    try:
        known = json.loads(file.read_text("utf-8"))
        windows = [float(known.get(name, 30.0)) for name in ("shortest_window", "longest_window")]
        if not all(0 < s <= 30 for s in windows) or known.get("padding", "sound") not in ("sound", "mel"):
            raise ValueError("no such window or padding")
        int(known.get("context_tokens", 0))
    except (ValueError, TypeError, AttributeError) as problem:
        raise OSError(
            f"{file} is damaged ({problem}): delete it, then run `beatline model check`"
        ) from problem
    return dict(known)
