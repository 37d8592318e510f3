"""The speech model that the settings name, loaded."""

from __future__ import annotations

from collections.abc import Callable

from media.models import find
from media.whisper import Whisper
from server.errors import Misconfigured
from server.settings import Settings


def open_engine(
    settings: Settings, name: str = "", progress: Callable[[str], None] = lambda _: None
) -> Whisper:
    """Load a speech model: `name`, or what BEATLINE_SPEECH_MODEL says; fetched first where it must be.

    Raises:
        Misconfigured: it is not there, cannot be had or is none; the message says what to set.
    """
    try:
        folder = find(name or settings.speech_model, settings.data_dir / "models", progress=progress)
        return Whisper(folder, device=settings.speech_device, workers=settings.speech_workers)
    except OSError as problem:
        raise Misconfigured(str(problem)) from problem
