"""The Twilio peer: what leaves when, how a bad line changes it, and a real websocket at the other end."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
import soundfile
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError
from websockets.http11 import Request, Response

from media import g711
from media.audio import Pcm, Track, samples
from media.jitter import Jitter
from server.carriers.twilio import TwilioStream
from server.carriers.wire import Decoder, Sound, Started, Stopped, Wire, party
from server.errors import Misconfigured, Refused, Unreachable
from server.simulate import Due, Impairments, schedule, simulate

STARTED = Started("MZ1", "CA1", "AC1", ("inbound", "outbound"), "mulaw", 8_000, {"token": "t"})
REP, PROSPECT = (
    (3_000 * np.sin(2 * np.pi * hz * np.arange(samples(2)) / 8_000)).astype(np.int16) for hz in (300, 800)
)


def through(pcm: Pcm) -> Pcm:
    return g711.decode(g711.encode(pcm, "mulaw"), "mulaw")


def heard(messages: list[str | bytes], rep_track: str = "inbound") -> tuple[list[Wire], dict[Track, Pcm]]:
    """What a listener makes of the messages, track by track."""
    stream, decoder = TwilioStream(), Decoder(STARTED)
    jitters = {track: Jitter(track) for track in Track}
    frames = []
    said = [value for message in messages for value in stream.receive(message)]
    for value in said:
        if isinstance(value, Sound):
            track = party(value.track, rep_track)
            assert track
            frames += jitters[track].add(*decoder.decode(value))
    for jitter in jitters.values():
        frames += jitter.flush()
    by_track = {
        track: np.concatenate([np.zeros(0, np.int16)] + [f.pcm for f in frames if f.track is track])
        for track in Track
    }
    return said, by_track


def messages(due: list[Due]) -> list[str | bytes]:
    return [each.text for each in due]


@pytest.mark.parametrize("rep_track", ["inbound", "outbound"])
def test_a_call_arrives_as_it_was_played(rep_track: str) -> None:
    plan = list(schedule(REP, PROSPECT[:10_000], STARTED, rep_track=rep_track))
    said, tracks = heard(messages(plan), rep_track)
    assert said[0] == STARTED
    assert said[-1] == Stopped("stop")
    assert np.array_equal(tracks[Track.REP], through(REP))
    assert np.array_equal(tracks[Track.PROSPECT], through(PROSPECT[:10_000]))


def test_frames_leave_when_they_are_complete_and_tracks_alternate() -> None:
    plan = list(schedule(REP, PROSPECT, STARTED))
    assert [due.at for due in plan[:6]] == [0, 0, 0.02, 0.02, 0.04, 0.04]
    said = TwilioStream()
    tracks = [v.track for due in plan[:8] for v in said.receive(due.text) if isinstance(v, Sound)]
    assert tracks == ["inbound", "outbound"] * 3
    assert plan[-1].at == 2.0
    assert [due.at for due in plan] == sorted(due.at for due in plan)
    assert sum(due.media for due in plan) == 200


def test_sequence_numbers_count_messages() -> None:
    assert [due.number for due in schedule(REP, PROSPECT, STARTED)] == list(range(203))


def counts(impair: Impairments) -> tuple[int, dict[Track, Pcm]]:
    plan = list(schedule(REP, PROSPECT, STARTED, impair=impair))
    assert [due.at for due in plan if due.media] == sorted(due.at for due in plan if due.media)
    return sum(due.media for due in plan), heard(messages(plan))[1]


def test_loss_takes_frames_away_and_time_stays() -> None:
    sent, tracks = counts(Impairments(loss=0.2, seed=1))
    assert 130 < sent < 190
    assert len(tracks[Track.REP]) > 15_000
    assert not np.array_equal(tracks[Track.REP], through(REP))


@pytest.mark.parametrize(
    "impair", [Impairments(duplicate=0.3), Impairments(reorder=0.2), Impairments(late=0.1, late_by=0.05)]
)
def test_what_jitter_can_mend_is_mended(impair: Impairments) -> None:
    sent, tracks = counts(impair)
    assert sent >= 200
    assert np.array_equal(tracks[Track.REP], through(REP))
    assert np.array_equal(tracks[Track.PROSPECT], through(PROSPECT))


def test_impairments_change_the_order_of_leaving() -> None:
    plain = messages(list(schedule(REP, PROSPECT, STARTED)))
    shaken = messages(list(schedule(REP, PROSPECT, STARTED, impair=Impairments(reorder=0.2))))
    assert shaken != plain
    assert sorted(shaken, key=str) == sorted(plain, key=str)


def test_a_gap_is_silent() -> None:
    sent, tracks = counts(Impairments(gap=(0.5, 1.5)))
    assert sent == 100
    assert not tracks[Track.REP][samples(0.5) : samples(1.5)].any()
    assert len(tracks[Track.REP]) == samples(2)


def test_a_cut_has_no_stop() -> None:
    plan = list(schedule(REP, PROSPECT, STARTED, impair=Impairments(cut_after=1.0)))
    said, tracks = heard(messages(plan))
    assert len(tracks[Track.REP]) == samples(1)
    assert not any(isinstance(value, Stopped) for value in said)


def test_the_same_seed_gives_the_same_line() -> None:
    shaken = [
        messages(list(schedule(REP, PROSPECT, STARTED, impair=Impairments(seed=seed, loss=0.1, reorder=0.1))))
        for seed in (7, 7, 8)
    ]
    assert shaken[0] == shaken[1]
    assert shaken[0] != shaken[2]


@pytest.mark.parametrize("wrong", [{"loss": 1.5}, {"reorder": -0.1}, {"late_by": -1.0}])
def test_impossible_impairments_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="chances"):
        Impairments(**wrong)


# --- over a socket ---------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(
    handle: Callable[[ServerConnection], Awaitable[None]],
    process_request: Callable[[ServerConnection, Request], Response | None] | None = None,
) -> AsyncIterator[str]:
    async with serve(handle, "127.0.0.1", 0, process_request=process_request) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/media/twilio"


@pytest.fixture
def call(tmp_path: Path) -> Path:
    path = tmp_path / "call.flac"
    soundfile.write(path, np.stack((REP, PROSPECT), axis=1)[: samples(0.4)], 8_000, subtype="PCM_16")
    return path


@pytest.mark.anyio
async def test_a_recording_is_played_over_a_real_socket(call: Path) -> None:
    got: list[str | bytes] = []
    ended = anyio.Event()

    async def handle(socket: ServerConnection) -> None:
        got.extend([message async for message in socket])
        ended.set()

    progress: list[float] = []
    async with listening(handle) as url:
        report = await simulate(
            call, url, parameters={"token": "secret"}, realtime=False, on_progress=progress.append
        )
        with anyio.fail_after(5):
            await ended.wait()
    said, tracks = heard(got)
    assert isinstance(said[0], Started)
    assert said[0].parameters == {"token": "secret"}
    assert (said[0].stream_id, said[0].call_id) == (report.stream_id, report.call_sid)
    assert said[-1] == Stopped("stop")
    assert np.array_equal(tracks[Track.REP], through(REP[: samples(0.4)]))
    assert (report.sent, report.seconds, report.closed) == (40, 0.4, None)
    assert progress[0] == pytest.approx(0.1)
    assert progress == sorted(progress)


@pytest.mark.anyio
async def test_real_time_takes_the_time_of_the_sound(call: Path) -> None:
    async def handle(socket: ServerConnection) -> None:
        async for _ in socket:
            pass

    async with listening(handle) as url:
        before = anyio.current_time()
        report = await simulate(call, url, parameters={})
        took = anyio.current_time() - before
    assert took >= 0.4
    assert report.worst_lag > 0
    assert report.sent == 40


@pytest.mark.anyio
async def test_a_refused_stream_says_so(call: Path) -> None:
    async def handle(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.close(1008, "token unknown")

    async with listening(handle) as url:
        with pytest.raises(Refused, match="token unknown"):
            await simulate(call, url, parameters={})


@pytest.mark.anyio
async def test_a_server_that_goes_away_is_reported(call: Path) -> None:
    async def handle(socket: ServerConnection) -> None:
        for _ in range(6):
            await socket.recv()
        await socket.close(1011, "out of order")

    async with listening(handle) as url:
        report = await simulate(call, url, parameters={})
    assert (report.closed, report.reason) == (1011, "out of order")
    assert report.sent < 40


@pytest.mark.anyio
@pytest.mark.parametrize("half_frame", [False, True])
async def test_a_cut_socket_says_no_goodbye(call: Path, half_frame: bool) -> None:
    got: list[str | bytes] = []
    ends: list[int | None] = []
    ended = anyio.Event()

    async def handle(socket: ServerConnection) -> None:
        try:
            while True:
                got.append(await socket.recv())
        except ConnectionClosedError as gone:
            ends.append(gone.rcvd.code if gone.rcvd else None)
        ended.set()

    impair = Impairments(cut_after=0.2, half_frame=half_frame)
    async with listening(handle) as url:
        await simulate(call, url, parameters={}, realtime=False, impair=impair)
        with anyio.fail_after(5):
            await ended.wait()
    assert ends == [None]
    assert all(isinstance(message, str) for message in got)


@pytest.mark.anyio
async def test_http_403_is_a_refusal(call: Path) -> None:
    async def handle(socket: ServerConnection) -> None:
        raise AssertionError("never reached")

    def refuse(socket: ServerConnection, request: Request) -> Response:
        return socket.respond(403, "unsigned")

    async with listening(handle, refuse) as url:
        with pytest.raises(Refused, match="HTTP 403"):
            await simulate(call, url, parameters={})


@pytest.mark.anyio
async def test_nobody_there_is_unreachable(call: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unreachable, match="is `beatline serve` running"):
            await simulate(call, f"ws://127.0.0.1:{port}/media/twilio", parameters={})


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["http://127.0.0.1/media", "desk", ""])
async def test_an_address_that_is_none_says_what_to_write(call: Path, url: str) -> None:
    with pytest.raises(Misconfigured, match="ws://"):
        await simulate(call, url, parameters={})


@pytest.mark.anyio
async def test_a_bad_recording_or_track_is_told_before_anybody_is_called(tmp_path: Path, call: Path) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        await simulate(tmp_path / "none.wav", "ws://127.0.0.1:1/", parameters={})
    with pytest.raises(Misconfigured, match="rep_track"):
        await simulate(call, "ws://127.0.0.1:1/", parameters={}, rep_track="both")
