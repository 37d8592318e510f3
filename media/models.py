"""Speech models: the one that ships, folders of the user's, and downloads by faster-whisper's names."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faster_whisper import utils

SHIPPED = "shipped"

WANTED = (
    "config.json",
    "preprocessor_config.json",
    "model.bin",
    "tokenizer.json",
    "vocabulary.json",
    "vocabulary.txt",
)
"""Files of a model folder; not every model has all of them."""

COMPLETE = "complete"
"""Name of a file that is written when a download is whole."""

ANSWER = 10.0
"""Seconds that the hub gets to answer; a network that swallows packets would hold us up for ever."""

_SPARE = 1.1
"""Room on the disk for a download, as a multiple of its size."""


class ModelMissing(OSError):
    """A speech model is not there and could not be had; the message says what to set."""


def shipped() -> Path:
    """The folder of the model that ships with Beatline."""
    return Path(__file__).parent / "model"


def names() -> list[str]:
    """The names that can be downloaded."""
    return sorted(utils.available_models())


def fetched(cache: Path) -> list[Path]:
    """The folders of downloaded models, without those of which a part is still to come."""
    return sorted(mark.parent for mark in cache.glob(f"*/{COMPLETE}"))


def find(name: str, cache: Path, *, progress: Callable[[str], None] = lambda _: None) -> Path:
    """Give a model's folder: `shipped`, a folder, or a name, which is downloaded into `cache` once.

    `progress` hears size and licence before a download, and how it goes.

    Raises:
        ModelMissing: there is no such model, or no network; the message says what to set.
    """
    if name in ("", SHIPPED):
        if not (shipped() / "model.bin").is_file():
            raise ModelMissing("the shipped speech model is not built: run scripts/train_model")
        return shipped()
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if name not in names():
        raise ModelMissing(
            f"no speech model {name!r}: set BEATLINE_SPEECH_MODEL to shipped, a folder, or one of {', '.join(names())}"
        )
    kept = cache / name
    if not (kept / COMPLETE).is_file():
        _download(name, kept, progress)
    return kept


def _download(name: str, folder: Path, progress: Callable[[str], None]) -> None:
    # Only a download needs them, and they take a second to import.
    import httpx2
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    repository = utils._MODELS[name]
    try:
        about = HfApi().model_info(repository, files_metadata=True, timeout=ANSWER)
        folder.mkdir(parents=True, exist_ok=True)
        files = [file for file in about.siblings or [] if file.rfilename in WANTED]
        size = sum(file.size or 0 for file in files)
        card: Any = about.card_data or {}
        licence = card.get("license") or "not stated"
        progress(f"{name}: {size / 1e6:.0f} MB from {repository}, licence {licence}, into {folder}")
        if shutil.disk_usage(folder).free < size * _SPARE:
            raise ModelMissing(
                f"{name} needs {size / 1e6:.0f} MB, which {folder} has not free: make room, or set BEATLINE_DATA_DIR"
            )
        for file in files:
            # Shows a bar, goes on where a broken download stopped, and moves the file into place when it is whole.
            path = hf_hub_download(repository, file.rfilename, revision=about.sha, local_dir=folder)
            _check(Path(path), file)
    except (httpx2.HTTPError, HfHubHTTPError, OSError) as problem:
        if isinstance(problem, ModelMissing):
            raise
        raise ModelMissing(
            f"{name} cannot be downloaded ({type(problem).__name__}): check the network, or set BEATLINE_SPEECH_MODEL"
            " to a folder that holds it, or to shipped"
        ) from problem
    (folder / COMPLETE).write_text(f"{repository}@{about.sha}\n", "utf-8")


def _check(path: Path, file: Any) -> None:
    """Compare a file with the checksum that its repository states.

    Raises:
        ModelMissing: it differs; the file is removed, so that the next try gets it afresh.
    """
    if file.lfs is None:
        return
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != file.lfs.sha256:
        path.unlink()
        raise ModelMissing(f"{path.name} arrived damaged: try again")
