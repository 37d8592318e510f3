"""Call files through the rules: recordings and scripted calls, replayed or written down."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.text import Text

from media.vad import Judge
from media.wav import read_call
from media.whisper import Whisper
from server.call.heard_log import parse_heard
from server.call.playbook import Playbook
from server.call.script import Script, parse_script
from server.engine import open_engine
from server.envelope import Envelope
from server.errors import Malformed
from server.events import INPUTS, CallStarted, Event, Final
from server.outside.playbooks import load_playbooks, read_playbook
from server.replay import replay_script, replay_sound
from server.settings import load_settings
from server.show import clock, line_of

SCRIPTED = (".jsonl", ".json")
HEARD = ".heard.jsonl"
"""How the log of a call that was heard ends."""


def samples_folder() -> Path:
    """The shipped sample calls: beside the packages in a checkout, inside `server` in an installed wheel."""
    here = Path(__file__).parent
    return here / "samples" if (here / "samples").is_dir() else here.parent / "samples"


def twin_header(file: Path) -> dict[str, str]:
    """What the scripted call beside a recording says of it; nothing when there is none.

    Raises:
        Malformed: there is one, and it cannot be read.
    """
    beside = file.with_suffix(".call.jsonl")
    if not beside.is_file():
        return {}
    try:
        with beside.open(encoding="utf-8") as lines:
            return {k: str(v) for k, v in json.loads(next(lines, "{}")).get("call", {}).items()}
    except (OSError, ValueError, AttributeError) as problem:
        raise Malformed(
            f"{beside}, beside the recording, does not begin with a call: mend or remove it"
        ) from problem


class Player:
    """Plays files through one set of playbooks and one speech model, which is loaded when first needed."""

    def __init__(self, playbook: str | None, otherwise: str | None = None) -> None:
        """`playbook`: for all calls; `otherwise`: for calls that name one that is not there."""
        self._settings = load_settings()
        self._playbooks = load_playbooks(self._settings.playbooks)
        self._asked = self._named(playbook) if playbook else None
        self._otherwise = self._named(otherwise) if otherwise else None
        self.missing: set[str] = set()
        """Playbooks that calls named, and in whose place another was taken."""

    @cached_property
    def engine(self) -> Whisper:
        """The speech model of the settings."""
        return open_engine(self._settings, progress=lambda words: print(words, file=sys.stderr))

    @cached_property
    def judge(self) -> Judge:
        """The judge of speech."""
        return Judge()

    def warm(self) -> None:
        """Load what is loaded once."""
        assert self.engine
        assert self.judge

    def _named(self, name: str) -> Playbook:
        """A playbook by name or by file.

        Raises:
            Malformed: there is none of this name.
        """
        if name in self._playbooks:
            return self._playbooks[name]
        if Path(name).is_file():
            return read_playbook(Path(name), self._settings.playbooks)
        raise Malformed(
            f"there is no playbook {name!r}: take {', '.join(sorted(self._playbooks))}, or a file"
        )

    def _for(self, name: str) -> Playbook:
        if self._asked:
            return self._asked
        if self._otherwise and name not in self._playbooks:
            self.missing.add(name)
            return self._otherwise
        return self._named(name)

    def envelopes(self, file: Path) -> Iterator[Envelope]:
        """Replay one file.

        Raises:
            ValueError, Malformed: it cannot be used; one line says why.
        """
        if file.suffix in SCRIPTED:
            script = _script(file)
            return replay_script(script, self._for(script.start.playbook))
        rep, prospect = read_call(file)
        start = _start(file)
        playbook = self._for(start.playbook)
        start = replace(start, playbook=playbook.name)
        return replay_sound(rep, prospect, playbook, self.engine, self.judge, start)

    def replay(self, file: Path, console: Console, *, as_json: bool, realtime: bool) -> None:
        """Print what the rep would have seen."""
        envelopes = self.envelopes(file)
        if not as_json:
            console.print(Text(str(file), style="bold"))
        began = time.monotonic()
        for envelope in envelopes:
            if realtime:
                time.sleep(max(0.0, began + envelope.event.at - time.monotonic()))
            if as_json:
                print(envelope.to_line())
            elif line := line_of(envelope.to_json()):
                console.print(line)

    def transcribe(self, file: Path, console: Console, *, as_json: bool) -> None:
        """Print who said what, and when."""
        if file.suffix in SCRIPTED and file.is_file():
            raise Malformed(f"{file} is a scripted call: it is its own transcript; name a recording")
        for envelope in self.envelopes(file):
            final = envelope.event
            if not isinstance(final, Final) or not final.words:
                continue
            text = " ".join(word.text for word in final.words)
            if as_json:
                words = [asdict(word) for word in final.words]
                said = {
                    "track": final.track,
                    "start": final.start,
                    "end": final.end,
                    "text": text,
                    "words": words,
                }
                print(json.dumps({"file": str(file), **said}, ensure_ascii=False))
            else:
                console.print(Text(f"{clock(final.start)}  {final.track:>8}  {text}"))


def lines_of(file: Path) -> list[str]:
    """The lines of a text file.

    Raises:
        Malformed: it is not there, or is no text.
    """
    try:
        return file.read_text("utf-8").splitlines()
    except FileNotFoundError as problem:
        raise Malformed(f"{file} does not exist: check the name") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise Malformed(f"{file} cannot be read as text: {problem}") from problem


def _script(file: Path) -> Script:
    parse, lines = parse_heard if file.name.endswith(HEARD) else parse_script, lines_of(file)
    try:
        return parse(lines)
    except Malformed as problem:
        raise Malformed(f"{file}: {problem}") from problem


def _start(file: Path) -> CallStarted:
    """The call's first event, as its scripted twin has it."""
    known = twin_header(file)
    names = ("direction", "rep", "company", "contact", "contact_company", "date", "tz", "level")
    given = {name: known[name] for name in names if name in known}
    return CallStarted(at=0.0, playbook=known.get("playbook", "post-demo"), **given)  # type: ignore[arg-type]


def start_of(file: Path) -> CallStarted:
    """What is known of a call before its first word: from the header of a script, or of a recording's twin.

    Raises:
        Malformed: the file cannot be used.
    """
    return _script(file).start if file.suffix in SCRIPTED else _start(file)


def inputs_of(file: Path, playbook: Playbook, player: Player) -> list[Event]:
    """Everything that goes into the fold of a call; a recording is heard with the names of `playbook`.

    Raises:
        ValueError, Malformed: it cannot be used; one line says why.
    """
    if file.suffix in SCRIPTED:
        script = _script(file)
        return [script.start, *script.events]
    rep, prospect = read_call(file)
    heard = replay_sound(rep, prospect, playbook, player.engine, player.judge, _start(file))
    return [envelope.event for envelope in heard if isinstance(envelope.event, INPUTS)]
