"""Speech models from the command line: list, fetch, check."""

from __future__ import annotations

import os
import platform
from datetime import date
from functools import partial
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from media import models
from media.calibration import (
    ENOUGH,
    FILLS,
    LENGTHS,
    OWN,
    Filling,
    Point,
    cut_settings,
    fill_settings,
    noted,
    shortest,
)
from media.measure import Labelled, hear_cut, hear_filled, load, load_folder
from media.notes import write_notes, write_whole
from media.whisper import Whisper
from server.curve import figures, picture, show
from server.engine import open_engine
from server.errors import Malformed, Misconfigured
from server.files import samples_folder
from server.settings import Settings, load_settings

QUICK_LENGTHS, QUICK_WORDS = (1, 2, 4, 10, 30), 150
"""What a quick look hears: enough to see the shape of the curve, too little to decide by."""


def _cache(settings: Settings) -> Path:
    return settings.data_dir / "models"


def list_models(console: Console) -> None:
    """Show the shipped model, those that were fetched, and the names that can be."""
    cache = _cache(load_settings())
    table = Table("name", "where", "MB")
    for name, folder in [
        ("shipped", models.shipped()),
        *((f.name, f) for f in models.fetched(cache)),
    ]:
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
        table.add_row(name, str(folder), f"{size:.1f}")
    console.print(table)
    console.print("To fetch: " + ", ".join(models.names()))


def fetch_model(name: str, console: Console) -> None:
    """Download a model into the data folder."""
    try:
        folder = models.find(name, _cache(load_settings()), progress=console.print)
    except models.ModelMissing as problem:
        raise Misconfigured(str(problem)) from problem
    console.print(f"{name} is in {folder}. Use it with BEATLINE_SPEECH_MODEL={name}")


def check_model(
    name: str,
    speech: list[Labelled],
    console: Console,
    *,
    today: date,
    quick: bool = False,
    dry_run: bool = False,
    json_to: Path | None = None,
    png_to: Path | None = None,
) -> None:
    """Measure word errors and cost against the length of windows, show them, and keep what was chosen by the model.

    Nothing is written before all is measured, so an interrupted check leaves everything as it was.

    Raises:
        Misconfigured: the model is not there, or no place to write to.
    """
    settings = load_settings()
    for file in (json_to, png_to):
        if file and not file.absolute().parent.is_dir():
            raise Misconfigured(f"{file.parent} is no folder: name one that exists")
    if quick:
        speech = [recording.shortened(max(1, QUICK_WORDS // len(speech))) for recording in speech]
    filling, filled, cut = _measured(settings, name, speech, quick)
    words = len(cut[0].wrong)
    found = noted(filling, filled, cut, _conditions(speech, words, today))
    show(console, filling, filled, cut)
    try:
        if json_to:
            write_whole(json_to, figures(filled, cut, found))
        if png_to:
            write_whole(png_to, picture(filling, filled, cut, name or settings.speech_model))
        if quick or dry_run:
            console.print("Nothing was stored: it was " + ("a quick look." if quick else "a dry run."))
        elif words < ENOUGH:
            console.print(f"Nothing was stored: {words} words are too few to rely on, give {ENOUGH}.")
        else:
            cache = _cache(settings)
            kept = write_notes(models.find(name or settings.speech_model, cache), cache, found)
            console.print(f"Stored in {kept}.")
    except OSError as problem:
        raise Misconfigured(f"cannot write: {problem}") from problem


def labelled(sound: Path | None, words: Path | None) -> list[Labelled]:
    """Load the shipped speech, a recording with its words (by default those beside it), or a folder of such pairs.

    Raises:
        Malformed: one cannot be used; the message says why.
    """
    if sound is None and words is not None:
        raise Malformed("--words needs --speech: name the recording too")
    sound = sound or samples_folder() / "labelled" / "speech.flac"
    try:
        if sound.is_dir():
            if words is not None:
                raise Malformed(
                    f"{sound} is a folder: leave --words out, each recording has its own beside it"
                )
            return load_folder(sound)
        return [load(sound, words or sound.with_suffix(".words.jsonl"))]
    except ValueError as problem:
        raise Malformed(str(problem)) from problem


def _measured(
    settings: Settings, name: str, speech: list[Labelled], quick: bool
) -> tuple[Filling, list[Point], list[Point]]:
    """Hear natural phrases filled up, then cut speech with the fill that was chosen, under a progress bar."""
    lengths = QUICK_LENGTHS if quick else LENGTHS
    fills = (OWN, *lengths)
    phrases = sum(len(recording.natural()) for recording in speech)
    cuts = sum(len(recording.cut(seconds)) for recording in speech for seconds in lengths)
    ways = len(cut_settings(FILLS[0], quick))
    total = len(fill_settings(quick)) * len(fills) * phrases + ways * cuts
    err = Console(stderr=True)
    columns = Progress.get_default_columns()

    def engine(compute: str) -> Whisper:
        return open_engine(settings, name, err.print, compute=compute)

    # No refreshing thread: its work would count as the model's.
    with Progress(*columns, console=err, auto_refresh=False, disable=not err.is_terminal) as bar:
        tick = partial(bar.update, bar.add_task("Hearing", total=total), advance=1, refresh=True)
        ears = engine("int8")
        filled = [p for way in fill_settings(quick) for p in hear_filled(ears, speech, fills, way, tick)]
        filling = shortest(filled)
        cut: list[Point] = []
        for compute, group in groupby(cut_settings(filling.fill, quick), key=lambda way: way.compute):
            ears = engine(compute)
            for way in group:
                cut += hear_cut(ears, speech, lengths, way, tick)
    return filling, filled, cut


def _conditions(speech: list[Labelled], words: int, today: date) -> dict[str, object]:
    return {
        "date": today.isoformat(),
        "speech": [recording.name for recording in speech],
        "words": words,
        "compute": "int8",
        "threads": 1,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {name: version(name) for name in ("beatline", "ctranslate2", "faster-whisper")},
    }
