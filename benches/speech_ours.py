"""Beatline's row of `scripts/bench speech`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import anyio
import numpy as np
from faster_whisper import WhisperModel

from benches import ours, overload
from benches.judged import aligned, bare, joined, judge, told
from benches.peers.drive import resident
from benches.rows import Row, carried
from benches.speech_peers import steps
from benches.spoken import Sound
from media.audio import FRAME, RATE, TRACKS, Pcm
from media.listener import Listener
from media.resample import upsample
from media.vad import Judge
from media.wav import frames_of
from media.whisper import Whisper

STREAMS = 8


def measure(model: Path, sound: Sound, times: float) -> tuple[Row, int, dict[str, float]]:
    """Play the call through Beatline, once in time and once under `times` the load that its engine can bear.

    Returns our row; the errors of decoding its turns whole with faster-whisper's padded windows, which is what the
    peers' engine makes of them; and both offline figures in percent.
    """
    engine, ear = Whisper(model), Judge()
    ours.play(Path("samples/voicemail.flac"), engine, ear)
    memory = growth(sound, ear)
    run = ours.play(sound.file, engine, ear)
    outs = [told(run.told.out[track]) for track in TRACKS]
    verdict = joined([judge(said, out) for said, out in zip(sound.said, outs, strict=True)])
    right = [steps(run.steps, said, out) for said, out in zip(sound.said, outs, strict=True)]
    call = [replace(rep, words=rep.words + prospect.words) for rep, prospect in zip(*right, strict=True)]
    calls, more = carried([call], sound.length, run.hearing / sound.length)
    lost, details = under_load(sound, engine, ear, run, times, verdict.lost)
    own, padded = offline(model, engine, sound, run)
    row = Row(
        "Beatline",
        "ours",
        "as in a live call; greedy, beam 5 where unsure; updates at dips, at the latest after 1 s",
        run.cpu / (len(TRACKS) * sound.length / 60),
        verdict,
        lost=lost,
        memory=memory,
        calls=calls,
        more_calls=more,
        offline=verdict.errors / own if own else None,
        details={"windows": len(run.steps), "hearing, share of the cost": run.hearing / run.cpu, **details},
    )
    share = 100 / verdict.said
    return row, padded, {"own-length windows": share * own, "padded to 30 s (faster-whisper)": share * padded}


def under_load(
    sound: Sound, engine: Whisper, ear: Judge, run: ours.Run, times: float, anyway: int
) -> tuple[int, dict[str, float]]:
    """Sentences lost under load, beyond those lost `anyway`, with turns that never got a final; and how it went."""
    slow = overload.slowness((run.cpu - run.hearing) / sound.length, times)
    under = anyio.run(overload.overloaded, sound.file, engine, ear, slow)
    # What was caught up after the call came last; it is judged where it belongs.
    lost = [sum(judge(said, sorted(told(call.out[track]), key=lambda word: word.start)).lost
                for said, track in zip(sound.said, TRACKS, strict=True)) for call in under.told]  # fmt: skip
    return max(0, max(lost) - anyway) + under.turns - under.finals, {
        "overload: windows asked": under.asked,
        "overload: partials without an answer": under.refused,
        "overload: turns": under.turns,
        "overload: finals": under.finals,
        "overload: finals put off until the call ended": under.put_off,
        "overload: highest level": under.worst,
        "overload: s to the last final after the sound": under.waited,
        "overload: engine slowed": slow,
    }


def offline(model: Path, engine: Whisper, sound: Sound, run: ours.Run) -> tuple[int, int]:
    """Word errors of decoding the turns whole: by our engine, and by faster-whisper; beam 5 both."""
    stock = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1)
    own = padded = 0
    for track, pcm, said in zip(TRACKS, sound.tracks, sound.said, strict=True):
        wanted = [bare(word.text) for sentence in said for word in sentence]
        turns = ours.utterances(pcm, run, track)
        own += aligned(wanted, [bare(word) for word in ours.offline(engine, turns)])[0]
        heard = [word for turn in turns for word in _padded(stock, turn)]
        padded += aligned(wanted, heard)[0]
    return own, padded


def _padded(stock: WhisperModel, turn: Pcm) -> list[str]:
    segments, _ = stock.transcribe(upsample(turn).astype(np.float32), language="en", beam_size=5)
    return [bare(word) for segment in segments for word in segment.text.split() if bare(word)]


def growth(sound: Sound, ear: Judge) -> float:
    """MB of one more call that has heard 20 s."""
    frames = list(frames_of(*(track[: 20 * RATE] for track in sound.tracks), FRAME))
    kept: list[Listener] = []
    for number in range(STREAMS + 1):
        if number == 1:
            before = resident()  # what the first one loads is not what one more costs
        listener = Listener(ear)
        for frame in frames:
            listener.hear(frame)
        kept.append(listener)
    return (resident() - before) / STREAMS
