"""Call recordings: written while the call runs, mended after a crash, read from any two-channel file.

A recording is WAV, 16 bits, 8 kHz, channel 1 the rep, channel 2 the prospect.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from media.audio import FRAME, RATE, TRACKS, Frame, Pcm, Track, samples, seconds
from media.resample import Resampler

_HEADER = 44
"""Bytes of a canonical WAV header: RIFF, `fmt ` and the head of `data`."""

_BYTES = 4
"""Bytes of one sample of both channels."""

_FLUSH = samples(0.5)
"""Sound gathered before it is handed to the operating system, which keeps it when the process is killed."""

_SLOWEST = samples(2)
"""How far one track may trail in memory; older sound of it is patched into the file."""

_OGG_PAGE = 27 + 255 + 255 * 255
"""Bytes of an Ogg page at most."""

_UNKNOWN_SIZES = (0x7FFF_FFFF, 0xFFFF_FFFF)
"""Sizes that programs which write to a pipe leave in a header."""


def _header(data: int) -> bytes:
    data = min(data, 0xFFFF_FFFF - _HEADER)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", data + _HEADER - 8, b"WAVE",
        b"fmt ", 16, 1, 2, RATE, RATE * _BYTES, _BYTES, 16,
        b"data", data,
    )  # fmt: skip


class Recorder:
    """A recording in the making. Playable at any moment: header and sound lag at most half a second behind.

    What is written survives a killed process; a power cut may take what the operating system still held.

    Raises:
        OSError: the file cannot be made or written. Told once; later frames are dropped quietly, because a
            call goes on without its recording.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_CLOEXEC", 0), 0o600)
        self._open = True
        self._ends = dict.fromkeys(TRACKS, 0)
        self._base = 0
        """Place of the first sample held in memory."""
        self._saved = 0
        """Place up to which the file has been written."""
        self._fresh = 0
        """Samples of either track taken since then: a track that catches up is saved too."""
        self._held: np.ndarray[tuple[int, ...], np.dtype[np.int16]] = np.zeros((4 * _FLUSH, 2), "<i2")
        self._try(self._put, 0, _header(0))

    @property
    def seconds(self) -> float:
        """Media seconds recorded so far."""
        return seconds(max(self._ends.values()))

    def write(self, frame: Frame) -> None:
        """Keep a frame at its place in its channel."""
        if not self._open or not len(frame.pcm):
            return
        start, pcm = frame.start, frame.pcm
        if start < self._base:
            self._try(self._patch, frame.track, start, pcm[: self._base - start])
            pcm, start = pcm[max(0, self._base - start) :], self._base
        self._ends[frame.track] = max(self._ends[frame.track], frame.end)
        if len(pcm) and self._open:
            self._grow(start + len(pcm) - self._base)
            at = start - self._base
            self._held[at : at + len(pcm), TRACKS.index(frame.track)] = pcm
            self._fresh += len(pcm)
            if self._fresh >= 2 * _FLUSH or max(self._ends.values()) - self._saved >= _FLUSH:
                self._try(self._save)

    def close(self) -> None:
        """Write what is left; a track that ended earlier is silent to the end. Closing twice does nothing."""
        if self._open:
            self._try(self._save)
        if self._open:
            self._open = False
            os.close(self._fd)

    def _grow(self, size: int) -> None:
        if size > len(self._held):
            self._held = np.concatenate((self._held, np.zeros((size, 2), "<i2")))

    def _save(self) -> None:
        front = max(self._ends.values())
        self._put(_HEADER + self._base * _BYTES, self._held[: front - self._base].tobytes())
        self._put(0, _header(front * _BYTES))
        self._saved, self._fresh = front, 0
        base = max(min(self._ends.values()), front - _SLOWEST)
        if base > self._base:
            kept = self._held[base - self._base : front - self._base].copy()
            self._held = np.zeros((max(4 * _FLUSH, len(kept)), 2), "<i2")
            self._held[: len(kept)] = kept
            self._base = base

    def _patch(self, track: Track, start: int, pcm: Pcm) -> None:
        place = _HEADER + start * _BYTES
        both = np.frombuffer(os.pread(self._fd, len(pcm) * _BYTES, place), "<i2").reshape(-1, 2).copy()
        both[: len(pcm), TRACKS.index(track)] = pcm
        self._put(place, both.tobytes())

    def _put(self, place: int, body: bytes) -> None:
        while body:
            written = os.pwrite(self._fd, body, place)
            place, body = place + written, body[written:]

    def _try(self, step: Callable[..., None], *arguments: object) -> None:
        try:
            step(*arguments)
        except OSError:
            self._open = False
            os.close(self._fd)
            raise


def repair(path: Path) -> float:
    """Make a recording's header tell the truth after a crash; return its length in seconds.

    Raises:
        ValueError: the file is not one of our recordings.
        OSError: the file cannot be read or written.
    """
    with path.open("r+b") as file:
        head = file.read(_HEADER)
        ours = _header(0)
        if head[:4] != ours[: min(4, len(head))] or (len(head) == _HEADER and head[8:40] != ours[8:40]):
            raise ValueError(f"{path} is not a call recording of ours: left as it is")
        count = max(0, path.stat().st_size - _HEADER) // _BYTES
        file.seek(0)
        file.write(_header(count * _BYTES))
        file.truncate(_HEADER + count * _BYTES)
    return seconds(count)


def read_call(path: Path) -> tuple[Pcm, Pcm]:
    """Read a two-channel recording at 8 kHz: the rep's track, then the prospect's.

    Raises:
        ValueError: the file is missing, empty, cut short, mono or no sound; one line that says what to do.
    """
    _check_there(path)
    try:
        with _hushed(), soundfile.SoundFile(path) as file:
            channels, rate, promised = file.channels, file.samplerate, file.frames
            both = file.read(dtype="int16", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as problem:
        raise ValueError(
            f"{path} is damaged or is no sound file: give a WAV, FLAC, Ogg or MP3 recording"
        ) from problem
    if channels != 2:
        raise ValueError(
            f"{path} has {channels} channel{'s' * (channels != 1)}: "
            "give a recording with two, the rep on 1 and the prospect on 2"
        )
    if not len(both):
        raise ValueError(f"{path} holds no sound: give a recording of a call")
    if len(both) < promised or _cut_short(path):
        raise ValueError(f"{path} is cut short: copy or export it again")
    rep, prospect = (_at_8k(both[:, channel], rate) for channel in (0, 1))
    return rep, prospect


def _check_there(path: Path) -> None:
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name a recording in it")
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except FileNotFoundError as problem:
        raise ValueError(f"{path} does not exist: check the name") from problem
    except OSError as problem:
        raise ValueError(f"{path} cannot be read: {problem.strerror}") from problem
    if not size:
        raise ValueError(f"{path} is empty: give a recording of a call")


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep libsndfile's MP3 decoder, which writes remarks to stderr, from speaking beside us."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _cut_short(path: Path) -> bool:
    """Tell whether a file ends before its sound does; libsndfile quietly reads what there is."""
    with path.open("rb") as file:
        magic = file.read(4)
    return {b"RIFF": _wav_cut, b"OggS": _ogg_cut}.get(magic, lambda _: False)(path)


def _ogg_cut(path: Path) -> bool:
    """Tell whether the last page is incomplete or is not marked as the last one (RFC 3533, section 6)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _OGG_PAGE))
        tail = file.read()
    page = tail[max(0, tail.rfind(b"OggS")) :]
    if len(page) < 27 or not page[5] & 0x04:
        return True
    lengths = page[27 : 27 + page[26]]
    return len(page) < 27 + page[26] + sum(lengths)


def _wav_cut(path: Path) -> bool:
    """Tell whether a WAV promises more bytes than the file has."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", head)
            if name == b"data":
                return length not in _UNKNOWN_SIZES and file.tell() + length > size
            file.seek(length + length % 2, os.SEEK_CUR)
    return False


def _at_8k(pcm: Pcm, rate: int) -> Pcm:
    resampler = Resampler(rate, RATE)
    blocks = [resampler.feed(pcm[first : first + rate]) for first in range(0, len(pcm), rate)]
    return np.ascontiguousarray(np.concatenate([*blocks, resampler.flush()]))


def frames_of(rep: Pcm, prospect: Pcm, size: int = FRAME) -> Iterator[Frame]:
    """Cut two tracks into frames of `size` samples: rep, prospect, rep, prospect … in order of time."""
    for start in range(0, max(len(rep), len(prospect)), size):
        for track, pcm in zip(TRACKS, (rep, prospect), strict=True):
            if start < len(pcm):
                yield Frame(track, start, pcm[start : start + size])
