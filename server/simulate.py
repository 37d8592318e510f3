"""A Twilio peer: plays a two-channel recording into a media websocket, in real time, as Twilio would.

With `Impairments` it behaves as bad lines do, the same way for the same seed.
"""

from __future__ import annotations

import heapq
import random
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import anyio
import anyio.lowlevel
import anyio.to_thread
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from media import g711
from media.audio import FRAME, RATE, Frame, Pcm, Track
from media.wav import frames_of, read_call
from server.carriers.twilio import to_connected, to_media, to_start, to_stop
from server.carriers.wire import Sound, Started
from server.errors import Misconfigured, Refused, Unreachable

_PROGRESS = 0.1
"""Media seconds between two words of progress."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")

_POLICY = (1008, 4001, 4003)
"""Close codes that say no rather than goodbye (RFC 6455, section 7.4.1, and common private ones)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impairments:
    """What the line does to the sound. Chances are for each frame; times are media seconds."""

    seed: int = 0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    """Chance of coming after the next frame of its track."""
    late: float = 0.0
    """Chance of coming `late_by` seconds late."""
    late_by: float = 0.5
    gap: tuple[float, float] | None = None
    """Nothing is sent of the sound between these two times."""
    cut_after: float | None = None
    """The socket breaks here, without a stop and without a goodbye."""
    half_frame: bool = False
    """The break leaves half a websocket frame behind."""

    def __post_init__(self) -> None:
        chances = (self.loss, self.duplicate, self.reorder, self.late)
        if not all(0.0 <= chance <= 1.0 for chance in chances) or self.late_by < 0:
            raise ValueError(f"chances lie between 0 and 1, delays are not negative: {self!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateReport:
    """How it went."""

    stream_id: str
    call_sid: str
    seconds: float
    """Length of the recording."""
    sent: int
    """Media messages sent."""
    worst_lag: float
    """Longest time that a message left after it was due (seconds); 0 when not in real time."""
    closed: int | None = None
    """Close code if the other side hung up first."""
    reason: str = ""


@dataclass(order=True, slots=True)
class Due:
    """A message and when it leaves (seconds from the start)."""

    at: float
    number: int
    text: str = field(compare=False)
    media: bool = field(compare=False, default=True)


def schedule(
    rep: Pcm,
    prospect: Pcm,
    started: Started,
    *,
    rep_track: str = "inbound",
    impair: Impairments | None = None,
) -> Iterator[Due]:
    """Say what leaves when: connected, start, both tracks' frames as each is complete, stop."""
    names = {Track.REP: rep_track, Track.PROSPECT: "outbound" if rep_track == "inbound" else "inbound"}
    yield Due(0.0, 0, to_connected(), media=False)
    yield Due(0.0, 1, to_start(started, sequence=1), media=False)
    waiting: list[Due] = []
    sequence, end = 1, 0.0
    chance = _Chance(impair or Impairments())
    for frame in frames_of(rep, prospect, FRAME):
        sequence += 1
        end = max(end, frame.end / RATE)
        if chance.cut(frame):
            break
        sound = Sound(names[frame.track], frame.start * 1_000 // RATE, g711.encode(frame.pcm, "mulaw"))
        text = to_media(started.stream_id, sound, sequence=sequence, chunk=sequence - 1)
        for delay in chance.delays(frame):
            heapq.heappush(waiting, Due(frame.end / RATE + delay, sequence, text))
        while waiting and waiting[0].at <= frame.end / RATE:
            yield heapq.heappop(waiting)
    while waiting:
        yield heapq.heappop(waiting)
    if impair is None or impair.cut_after is None:
        yield Due(end, sequence + 1, to_stop(started, sequence=sequence + 1), media=False)


class _Chance:
    """Rolls the dice of a bad line."""

    def __init__(self, impair: Impairments) -> None:
        self._impair = impair
        self._dice = random.Random(impair.seed)  # noqa: S311  a bad line is no secret

    def cut(self, frame: Frame) -> bool:
        """Tell whether the socket is broken before this frame is complete."""
        after = self._impair.cut_after
        return after is not None and frame.end / RATE > after

    def delays(self, frame: Frame) -> list[float]:
        """Say how late (seconds) each copy of this frame leaves; none at all when it is lost."""
        impair = self._impair
        rolls = [self._dice.random() for _ in range(4)]
        at = frame.start / RATE
        if rolls[0] < impair.loss or (impair.gap and impair.gap[0] <= at < impair.gap[1]):
            return []
        delay = 0.0
        if rolls[1] < impair.reorder:
            delay = 1.5 * FRAME / RATE
        elif rolls[2] < impair.late:
            delay = impair.late_by
        return [delay, delay + FRAME / RATE] if rolls[3] < impair.duplicate else [delay]


async def simulate(
    path: Path,
    url: str,
    *,
    parameters: Mapping[str, str],
    realtime: bool = True,
    rep_track: str = "inbound",
    impair: Impairments | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> SimulateReport:
    """Play a recording into a media websocket; `parameters` are handed over in the start message.

    Raises:
        ValueError: the recording cannot be used; the message says why.
        Misconfigured: the address is no websocket address, or there is no such track.
        Unreachable: nobody answers there.
        Refused: the other side does not want this stream.
    """
    if rep_track not in ("inbound", "outbound"):
        raise Misconfigured(f"rep_track is 'inbound' or 'outbound', not {rep_track!r}")
    rep, prospect = await anyio.to_thread.run_sync(read_call, path)
    started = Started(
        stream_id=f"MZ{secrets.token_hex(16)}",
        call_id=f"CA{secrets.token_hex(16)}",
        account_id=f"AC{secrets.token_hex(16)}",
        tracks=("inbound", "outbound"),
        encoding="mulaw",
        rate=RATE,
        parameters=dict(parameters),
    )
    plan = schedule(rep, prospect, started, rep_track=rep_track, impair=impair)
    player = _Player(realtime, on_progress)
    socket = await _open(url)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_drain, socket)
        await player.play(socket, plan, impair)
        tasks.cancel_scope.cancel()
    if player.closed in _POLICY:
        raise Refused(f"{url} refused the stream: {player.reason or 'no reason given'} ({player.closed})")
    return SimulateReport(
        stream_id=started.stream_id,
        call_sid=started.call_id,
        seconds=max(len(rep), len(prospect)) / RATE,
        sent=player.sent,
        worst_lag=player.worst_lag,
        closed=player.closed,
        reason=player.reason,
    )


async def _open(url: str) -> ClientConnection:
    try:
        # A proxy of the environment is for the world outside, never for this machine.
        proxy: Literal[True] | None = None if urlsplit(url).hostname in _LOOPBACK else True
        return await connect(url, compression=None, proxy=proxy, open_timeout=10)
    except InvalidStatus as problem:
        code = problem.response.status_code
        raise Refused(f"{url} refused the connection with HTTP {code}: check path and signature") from problem
    except (InvalidURI, ValueError) as problem:
        raise Misconfigured(f"{url} is no websocket address: write ws://host:port/media/twilio") from problem
    except (OSError, InvalidHandshake, TimeoutError) as problem:
        raise Unreachable(f"nobody answers at {url}: is `beatline serve` running there?") from problem


async def _drain(socket: ClientConnection) -> None:
    """Read what the other side says, so that its pings and its goodbye are seen."""
    try:
        async for _ in socket:
            pass
    except ConnectionClosed:
        return


class _Player:
    """Sends a schedule against one fixed start, so that lateness never adds up."""

    def __init__(self, realtime: bool, on_progress: Callable[[float], None] | None) -> None:
        self._realtime = realtime
        self._on_progress = on_progress
        self._told = 0.0
        self.sent = 0
        self.worst_lag = 0.0
        self.closed: int | None = None
        self.reason = ""

    async def play(self, socket: ClientConnection, plan: Iterator[Due], impair: Impairments | None) -> None:
        """Send everything and say goodbye, or break off as the impairments want."""
        start = anyio.current_time()
        try:
            for due in plan:
                await self._wait(start + due.at)
                await socket.send(due.text)
                self.sent += due.media
                self._tell(due.at)
            if impair is not None and impair.cut_after is not None:
                await _break(socket, half_frame=impair.half_frame)
            else:
                await socket.close()
        except ConnectionClosed as gone:
            self.closed = gone.rcvd.code if gone.rcvd else 1006
            self.reason = gone.rcvd.reason if gone.rcvd else "the connection broke"

    async def _wait(self, until: float) -> None:
        if not self._realtime:
            await anyio.lowlevel.checkpoint()
            return
        await anyio.sleep_until(until)
        self.worst_lag = max(self.worst_lag, anyio.current_time() - until)

    def _tell(self, at: float) -> None:
        if self._on_progress and at - self._told >= _PROGRESS:
            self._told = at
            self._on_progress(at)


async def _break(socket: ClientConnection, *, half_frame: bool) -> None:
    if half_frame:
        # A masked text frame that promises 126 bytes (RFC 6455, section 5.2) and brings four.
        socket.transport.write(b"\x81\xfe\x00\x7e\x00\x00\x00\x00half")
        await anyio.lowlevel.checkpoint()
    socket.transport.abort()
