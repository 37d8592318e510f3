"""The speech model that the settings name, loaded."""

from __future__ import annotations

from collections.abc import Callable

from media.models import find
from media.whisper import Whisper
from server.errors import Misconfigured
from server.settings import Settings


def open_engine(
    settings: Settings,
    name: str = "",
    progress: Callable[[str], None] = lambda _: None,
    *,
    compute: str = "int8",
) -> Whisper:
    """Load a speech model: `name`, or what BEATLINE_SPEECH_MODEL says; fetched first where it must be.

    `compute` is CTranslate2's arithmetic.

    Raises:
        Misconfigured: it is not there, cannot be had or is none; the message says what to set.
    """
    try:
        cache = settings.data_dir / "models"
        folder = find(name or settings.speech_model, cache, progress=progress)
        device, workers = settings.speech_device, settings.speech_workers
        return Whisper(folder, device=device, workers=workers, compute=compute, cache=cache)
    except OSError as problem:
        raise Misconfigured(str(problem)) from problem
