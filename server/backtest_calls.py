"""Which calls a backtest plays: those of a folder, or of the store (docs/backtest.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.errors import Malformed
from server.files import HEARD
from server.outside.store import Store
from server.records import Call
from server.score import RECORDED, TWIN

PAGE = 200
"""Stored calls asked for at a time."""

A_START = 100
"""Calls of text that are played in the time that a process takes to start (measured: 2 s, and 25 ms a call)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A call to play: a file, or one in the store."""

    name: str
    file: Path | None = None
    stored: Call | None = None


def sources_in(path: Path) -> list[Source]:
    """The calls of a folder in order of name: a recording with a scripted twin counts once. Or one file.

    Raises:
        Malformed: there are none.
    """
    if not path.is_dir():
        return [Source(name=path.name, file=path)]
    found = [file for file in sorted(path.rglob("*")) if _is_call(file)]
    if not found:
        raise Malformed(f"{path} holds no call: *{TWIN}, *{HEARD}, or a recording ({', '.join(RECORDED)})")
    return [Source(name=str(file.relative_to(path)), file=file) for file in found]


def _is_call(file: Path) -> bool:
    if file.name.endswith(TWIN):
        bare = file.name.removesuffix(TWIN)
        return not any((file.parent / f"{bare}{kind}").is_file() for kind in RECORDED)
    return file.name.endswith(HEARD) or file.suffix in RECORDED


def stored_sources(store: Store, of: str = "") -> Iterator[Source]:
    """The store's ended calls, newest first; those that ran on the playbook `of` if it is named."""
    before: str | None = None
    while page := store.calls(limit=PAGE, before=before):
        wanted = (call for call in page if call.state == "ended" and of in ("", call.playbook))
        yield from (Source(name=call.id, stored=call) for call in wanted)
        before = page[-1].id


def workers_for(sources: Sequence[Source], cores: int) -> int:
    """How many processes are worth their start; a recording, which must be heard, is worth one by itself."""
    sounds = sum(source.file is not None and source.file.suffix in RECORDED for source in sources)
    return max(1, min(cores, sounds + (len(sources) - sounds) // A_START))
