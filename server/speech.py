"""Speech models from the command line: list, fetch, check."""

from __future__ import annotations

import json
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from media import models
from media.audio import RATE
from media.vad import Judge
from media.wav import read_call
from server.engine import open_engine
from server.errors import Misconfigured
from server.events import CallStarted, Final
from server.files import samples_folder
from server.outside.playbooks import load_playbooks
from server.replay import replay_sound
from server.settings import Settings, load_settings


def _cache(settings: Settings) -> Path:
    return settings.data_dir / "models"


def list_models(console: Console) -> None:
    """Show the shipped model, those that were fetched, and the names that can be."""
    cache = _cache(load_settings())
    table = Table("name", "where", "MB")
    for name, folder in [
        ("shipped", models.shipped()),
        *((f.name, f) for f in sorted(cache.glob("*")) if f.is_dir()),
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


def check_model(name: str, console: Console) -> None:
    """Hear the shipped samples with a model: word errors against their scripts, and how much faster than real time.

    Raises:
        Misconfigured: the samples or the model are not there.
    """
    settings = load_settings()
    files = sorted(samples_folder().glob("*.flac"))
    if not files:
        raise Misconfigured(f"no samples in {samples_folder()}: make them with scripts/make_calls")
    engine, judge, playbooks = (
        open_engine(settings, name, console.print),
        Judge(),
        load_playbooks(settings.playbooks),
    )
    table = Table("sample", "words", "wrong", "times real time")
    for file in files:
        rep, prospect = read_call(file)
        said = _said(file.with_suffix(".call.jsonl"))
        start = CallStarted(at=0.0, playbook=next(iter(playbooks)))
        began = time.perf_counter()
        played = list(replay_sound(rep, prospect, next(iter(playbooks.values())), engine, judge, start))
        took = time.perf_counter() - began
        finals = sorted(
            (e.event for e in played if isinstance(e.event, Final)), key=lambda final: final.start
        )
        heard = [word.text for final in finals for word in final.words]
        wrong = errors(said, heard)
        table.add_row(
            file.stem, str(len(said)), f"{wrong / max(1, len(said)):.1%}", f"{len(rep) / RATE / took:.0f}"
        )
    console.print(table)


def _said(script: Path) -> list[str]:
    lines = [json.loads(line) for line in script.read_text("utf-8").splitlines()]
    spoken = [line for line in lines if {"track", "start", "text"} <= line.keys()]
    return [word for line in sorted(spoken, key=lambda line: line["start"]) for word in line["text"].split()]


def _bare(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum() or letter == "'")


def errors(said: list[str], heard: list[str]) -> int:
    """Count word errors: the edit distance between two lists of words, case and punctuation aside."""
    a, b = [_bare(word) for word in said], [_bare(word) for word in heard]
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
