"""One call through a served process: real websocket in, real event stream out, all over loopback.

Word: from the moment the last sample of a word was sent to the moment the first partial (or final) that has this word
there had come out of the event stream; another word shown in its place does not count. Words and their ends are those
of the finals. Gauge: from the sending of the sound that a
`talk` event speaks of (its `at`) to its coming. Core and memory are the serving process's, over the call.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx2

from benches.report import Figure, percentile, report
from server.announce import announce
from server.demo import follow
from server.files import samples_folder, twin_header
from server.simulate import simulate

TOKEN = secrets.token_urlsafe()

NEAR = 0.4
"""Seconds by which the middle of a word may move from one hypothesis to the next and still be the same word."""


@dataclass
class Seen:
    """What came out, with the loop time (seconds) at which it came."""

    events: list[tuple[float, dict[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True)
class Usage:
    """Processor seconds and the peak of resident memory (MB) of a process."""

    cpu: float
    peak: float


def usage(pid: int) -> Usage:
    """Read a process's figures (Linux, proc(5)); zeros elsewhere."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return Usage(0.0, 0.0)
    numbers = stat.read_text().rpartition(")")[2].split()
    cpu = (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
    )
    return Usage(cpu, int(status["VmHWM"].split()[0]) / 1024)


@asynccontextmanager
async def served(folder: Path, port: int) -> AsyncIterator[tuple[str, int]]:
    """Run `beatline serve` in a process of its own; give its address and process id."""
    env = {
        **os.environ,
        "BEATLINE_DATA_DIR": str(folder),
        "BEATLINE_API_TOKEN": TOKEN,
        "BEATLINE_SPEECH_MODEL": "shipped",
    }
    command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
    origin = f"http://127.0.0.1:{port}"
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            async with httpx2.AsyncClient(trust_env=False) as client:
                for _ in range(600):
                    try:
                        if (await client.get(f"{origin}/readyz")).status_code == 200:
                            break
                    except httpx2.TransportError:
                        await anyio.sleep(0.1)
            yield origin, process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


async def play(origin: str, file: Path, seen: Seen) -> float:
    """Play a recording into the server and watch; return the loop time of its first sample."""
    header = {k: v for k, v in twin_header(file).items() if k not in ("id", "date", "level")}
    call = await announce(origin, TOKEN, header)
    first: list[float] = []

    def began(at: float) -> None:
        if not first:
            first.append(anyio.current_time() - at)

    async def watch() -> None:
        async for event in follow(origin, TOKEN, call.id):
            seen.events.append((anyio.current_time(), event))
            if event["type"] == "summary":
                return

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        await simulate(file, call.url, parameters=call.parameters, on_progress=began)
    return first[0]


def word_delays(seen: Seen, began: float) -> list[float]:
    """Seconds from the end of each final word to the first showing of this very word at this place."""
    shown = [(came, event) for came, event in seen.events if event["type"] in ("partial", "final")]
    delays = []
    for _, final in shown:
        if final["type"] != "final":
            continue
        turn = [(came, event) for came, event in shown if _turn(event) == _turn(final)]
        for word in final["words"]:
            came = next(came for came, event in turn if any(_same(word, one) for one in event["words"]))
            delays.append(came - (began + word["end"]))
    return delays


def _turn(event: dict[str, Any]) -> tuple[str, int]:
    return event["track"], event["turn"]


def _same(word: dict[str, Any], other: dict[str, Any]) -> bool:
    near = abs(word["start"] + word["end"] - other["start"] - other["end"]) / 2 < NEAR
    return near and _bare(word["text"]) == _bare(other["text"])


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


async def measure(file: Path, port: int) -> list[Figure]:
    """Serve in a fresh process, play the recording once, measure."""
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder), port) as (origin, pid):
            seen, before = Seen(), usage(pid)
            start = anyio.current_time()
            began = await play(origin, file, seen)
            took = anyio.current_time() - start
            after = usage(pid)
    words = word_delays(seen, began)
    gauge = [came - (began + event["at"]) for came, event in seen.events if event["type"] == "talk"]
    finals = [came - (began + event["end"]) for came, event in seen.events if event["type"] == "final"]
    return [
        Figure(name="word to page p50", value=percentile(words, 0.5), unit="s"),
        Figure(name="word to page p95", value=percentile(words, 0.95), unit="s", most=1.5),
        Figure(name="final to page p95", value=percentile(finals, 0.95), unit="s"),
        Figure(name="gauge p95", value=percentile(gauge, 0.95), unit="s", most=0.25),
        Figure(name="core", value=(after.cpu - before.cpu) / took, unit="of one", most=0.35),
        Figure(name="memory peak", value=after.peak, unit="MB", most=400),
        Figure(name="words", value=len(words)),
    ]


def main() -> int:
    """Read the arguments, measure, report."""
    parser = argparse.ArgumentParser(prog="scripts/bench live", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=samples_folder() / "good.flac")
    parser.add_argument("--port", type=int, default=8791)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    figures = anyio.run(measure, args.file, args.port)
    return report("live", f"one call, {args.file.name}, shipped model, loopback", figures, args.json)


if __name__ == "__main__":
    sys.exit(main())
