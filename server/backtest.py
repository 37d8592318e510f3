"""The time machine: calls that were, through another playbook, and what would have changed (docs/backtest.md)."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from server.backtest_calls import Source, sources_in, stored_sources, workers_for
from server.call.differences import Difference, Judge, Sum, Worth, difference_of, sums_of
from server.call.labels import RightCue, Trap, parse_labels
from server.call.matching import judged
from server.call.names import names_of
from server.call.playbook import Playbook, parse_playbook
from server.errors import BeatlineError, Malformed
from server.events import INPUTS, CallStarted, Cue, Event
from server.files import SCRIPTED, Player, inputs_of, lines_of, start_of
from server.outside.playbooks import load_playbooks, prompts
from server.outside.store import Store
from server.records import Call
from server.replay import replay_events
from server.score import TWIN
from server.settings import load_settings

STORED = "stored"
"""Instead of a folder: the store's calls."""

SHORTEST = 6
"""Digits of a version that are enough to name it."""

AS_SEEN = "as it was seen"
"""What a stored call is compared with when the version it ran on is no longer at hand."""

Judging = Callable[[Sequence[str]], Judge | None]
"""Makes a judge of the lines of a call's file; None where they have no labels. Importable, so that it travels."""

_WORTH: Mapping[str, Worth] = {"hit": "hit", "again": "", "trap": "false", "false": "false"}


def by_labels(lines: Sequence[str]) -> Judge | None:
    """Judge as the scorer does (`server/call/matching.py`).

    Raises:
        Malformed: a label is wrong.
    """
    labels = parse_labels(lines)

    def judge(cues: Sequence[Cue]) -> list[Worth]:
        return [_WORTH[one.worth] for one in judged(cues, labels.of(RightCue), labels.of(Trap))]

    return judge if labels.rows else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every call is played through."""

    new: Playbook
    against: Playbook | None = None
    """None: each call's own."""
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    """Those that calls may name."""
    database_url: str = ""
    judging: Judging | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A call that could not be played, and why."""

    call: str
    why: str

    def __str__(self) -> str:
        """One line that names the call once."""
        return self.why if self.call in self.why else f"{self.call}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of all calls, in the order in which they were given."""

    new: str
    differences: tuple[Difference, ...]
    broken: tuple[Broken, ...]

    @property
    def sums(self) -> list[Sum]:
        """By kind, over all calls."""
        return sums_of(self.differences)

    @property
    def changed(self) -> list[Difference]:
        """The calls in which something changed."""
        return [one for one in self.differences if one.changes]


def titled(playbook: Playbook) -> str:
    """A playbook as reports name it: name and version."""
    return f"{playbook.name} {playbook.version}"


def playbook_named(
    name: str, playbooks: Mapping[str, Playbook], texts: Mapping[str, str] | None = None
) -> Playbook:
    """Find a playbook by name, by file or by the first digits of its version; `texts` are those a file may extend.

    Raises:
        Malformed: there is none, or the file is wrong.
    """
    if name in playbooks:
        return playbooks[name]
    if Path(name).is_file():
        return parse_playbook(Path(name).read_bytes(), name, texts)
    alike = [one for one in playbooks.values() if len(name) >= SHORTEST and one.version.startswith(name)]
    if len(alike) == 1:
        return alike[0]
    known = ", ".join(titled(one) for _, one in sorted(playbooks.items()))
    raise Malformed(f"there is no playbook {name!r}: take a file, or a name or version of these: {known}")


def backtest(
    bench: Bench, sources: Sequence[Source], workers: int = 1, told: Callable[[], None] = lambda: None
) -> Report:
    """Play calls in so many processes; `told` hears of each that is done. What comes out is the same for any number."""
    outcomes = list(_played(partial(compare, bench), sources, min(workers, len(sources)), told))
    return Report(
        new=titled(bench.new),
        differences=tuple(one for one in outcomes if isinstance(one, Difference)),
        broken=tuple(one for one in outcomes if isinstance(one, Broken)),
    )


def _played(
    play: Callable[[Source], Difference | Broken],
    sources: Sequence[Source],
    workers: int,
    told: Callable[[], None],
) -> Iterator[Difference | Broken]:
    if workers <= 1:
        for source in sources:
            yield play(source)
            told()
        return
    # Spawned, not forked: a fork of a process that has a speech model's threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = [pool.submit(play, source) for source in sources]
        try:
            for _ in as_completed(futures):
                told()
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
        yield from (_outcome(future, source) for future, source in zip(futures, sources, strict=True))


def _outcome(future: Future[Difference | Broken], source: Source) -> Difference | Broken:
    problem = future.exception()
    return Broken(source.name, f"its process died: {problem}") if problem else future.result()


def compare(bench: Bench, source: Source) -> Difference | Broken:
    """Play one call through both playbooks; a call that cannot be played is an answer too."""
    try:
        return _compared(bench, source)
    except (BeatlineError, ValueError, OSError) as problem:
        return Broken(source.name, str(problem))
    except Exception as problem:
        # The call boundary: one call on which the rules break must not lose what the others said.
        return Broken(source.name, f"a fault of ours: {type(problem).__name__}: {problem}")


def _compared(bench: Bench, source: Source) -> Difference:
    if source.stored is not None:
        return _stored(bench, source.stored)
    assert source.file
    old = bench.against or _own(bench, start_of(source.file).playbook)
    heard = inputs_of(source.file, old, _player())
    again = heard
    if source.file.suffix not in SCRIPTED and _names(heard, old) != _names(heard, bench.new):
        again = inputs_of(source.file, bench.new, _player())
    judge = bench.judging(_lines(source.file)) if bench.judging else None
    before, after = folded(heard, old), folded(again, bench.new)
    return difference_of(source.name, titled(old), before, after, judge)


def _own(bench: Bench, name: str) -> Playbook:
    if name not in bench.playbooks:
        raise Malformed(f"its playbook {name!r} is not here: say with --against what to compare with")
    return bench.playbooks[name]


def _stored(bench: Bench, call: Call) -> Difference:
    events = [envelope.event for envelope in _store(bench.database_url).events(call.id)]
    inputs = [event for event in events if isinstance(event, INPUTS)]
    if not inputs:
        raise Malformed(f"call {call.id} has no events: nothing was heard")
    own = bench.playbooks.get(call.playbook)
    old = bench.against or (own if own and own.version == call.playbook_version else None)
    against = titled(old) if old else f"{call.playbook} {call.playbook_version}, {AS_SEEN}"
    before = folded(inputs, old) if old else events
    return difference_of(call.id, against, before, folded(inputs, bench.new))


def folded(inputs: Sequence[Event], playbook: Playbook) -> list[Event]:
    """Fold a call's inputs through a playbook; give everything that was made."""
    given = [
        replace(event, playbook=playbook.name) if isinstance(event, CallStarted) else event
        for event in inputs
    ]
    return [envelope.event for envelope in replay_events("", given, playbook)]


def _names(inputs: Sequence[Event], playbook: Playbook) -> tuple[str, ...]:
    start = next(event for event in inputs if isinstance(event, CallStarted))
    return names_of(start, playbook)


def _lines(file: Path) -> list[str]:
    """The lines in which a call's labels are: its own, or a recording's twin's."""
    marked = file if file.suffix in SCRIPTED else file.with_suffix(TWIN)
    return lines_of(marked) if marked.is_file() else []


@cache
def _player() -> Player:
    """This process's speech model, loaded when a recording comes."""
    return Player(None)


@cache
def _store(url: str) -> Store:
    return Store(url)


def run_backtest(
    name: str,
    calls: Sequence[str],
    console: Console,
    *,
    against: str | None,
    of: str,
    workers: int | None,
    judging: Judging | None = by_labels,
) -> Report:
    """Play what the command line names, with a progress bar on `console`; `workers` None: as many as are worth it.

    Raises:
        Malformed: a playbook or a call that is named is not there.
    """
    settings = load_settings()
    playbooks = load_playbooks(settings.playbooks)
    folder = settings.playbooks or prompts() / "playbooks"
    texts = {file.stem: file.read_text("utf-8") for file in sorted(folder.glob("*.yaml"))}
    bench = Bench(
        new=playbook_named(name, playbooks, texts),
        against=playbook_named(against, playbooks, texts) if against else None,
        playbooks=playbooks,
        database_url=settings.database_url,
        judging=judging,
    )
    sources: list[Source] = []
    for where in calls:
        if where == STORED:
            sources += stored_sources(_store(settings.database_url), of)
        else:
            sources += sources_in(Path(where))
    if not sources:
        raise Malformed("the store holds no such call that has ended")
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Playing calls", total=len(sources))
        workers = workers or workers_for(sources, os.cpu_count() or 1)
        return backtest(bench, sources, workers, lambda: progress.advance(task))
