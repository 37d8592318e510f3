"""Slow gain and the leak estimate, on speech-like sound (noise in syllables) and on a real call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from media import g711
from media.audio import FRAME, Pcm
from media.level import SILENCE, Floor, Gain, Leak, level
from media.wav import read_call


def speech(
    seconds: float, db: float, seed: int, talks: tuple[float, float] = (0.0, 1e9), pace: float = 4.0
) -> Pcm:
    """Noise of `db` dBFS at its loudest, `pace` syllables a second, pauses; a floor at −65 dBFS."""
    rng = np.random.default_rng(seed)
    count = int(seconds * 8_000)
    at = np.arange(count) / 8_000
    steps = np.repeat(rng.uniform(0.1, 1.0, count // 2_000 + 1), 2_000)[:count]
    envelope = steps * (0.5 - 0.5 * np.cos(2 * np.pi * pace * at)) * ((at % (12 / pace)) < 9.6 / pace)
    envelope *= (at >= talks[0]) & (at < talks[1])
    made = rng.normal(0, 10 ** (db / 20), count) * envelope + rng.normal(0, 10 ** (-65 / 20), count)
    return np.clip(np.rint(made * 32_768), -32_768, 32_767).astype(np.int16)


def in_frames(pcm: Pcm, size: int = FRAME) -> list[Pcm]:
    return [pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size)]


def active(pcm: Pcm) -> float:
    """Mean power of the frames within 20 dB of the loudest (dBFS)."""
    levels = np.array([level(frame) for frame in in_frames(pcm)])
    loud = levels[levels > levels.max() - 20]
    return float(10 * np.log10((10 ** (loud / 10)).mean()))


def test_level_of_known_sounds() -> None:
    at = np.arange(8_000)
    full = np.rint(32_767 * np.sin(2 * np.pi * 1_000 * at / 8_000)).astype(np.int16)
    assert level(full) == pytest.approx(-3.01, abs=0.01)
    assert level(np.full(160, 3_277, np.int16)) == pytest.approx(-20.0, abs=0.01)
    assert level(np.zeros(160, np.int16)) == SILENCE
    assert level(np.zeros(0, np.int16)) == SILENCE


def test_the_floor_falls_at_once_and_creeps_up_and_ignores_gaps() -> None:
    floor = Floor()
    assert floor.feed(-70.0) == -70.0
    assert floor.feed(SILENCE) == -70.0
    for _ in range(50):
        last = floor.feed(-40.0)
    assert last == pytest.approx(-69.0)


@pytest.mark.parametrize("db", [-38.0, -30.0, -20.0, -10.0])
def test_any_caller_ends_near_the_target(db: float) -> None:
    gain = Gain()
    made = np.concatenate([gain.feed(frame) for frame in in_frames(speech(20, db, 1))])
    assert active(made[8_000 * 8 :]) == pytest.approx(-20, abs=2.5)


def test_a_quiet_caller_is_heard_within_two_seconds() -> None:
    gain = Gain()
    made = np.concatenate([gain.feed(frame) for frame in in_frames(speech(4, -33, 2))])
    assert active(made[16_000:]) > -27


def test_noise_and_silence_are_not_made_into_speech() -> None:
    gain = Gain()
    noise = np.rint(np.random.default_rng(3).normal(0, 32_768 * 10 ** (-60 / 20), 80_000)).astype(np.int16)
    for frame in [*in_frames(noise), *in_frames(np.zeros(16_000, np.int16))]:
        gain.feed(frame)
    assert gain.db == pytest.approx(0, abs=0.5)


def test_the_gain_is_bounded_and_never_wraps() -> None:
    gain = Gain()
    for frame in in_frames(speech(10, -50, 4)):
        gain.feed(frame)
    assert gain.db <= 30.0
    shout = np.where(np.arange(1_600) // 4 % 2, 30_000, -30_000).astype(np.int16)
    louder = gain.feed(shout)
    assert (np.sign(louder.astype(int)) == np.sign(shout.astype(int))).all()


@pytest.mark.parametrize("count", [0, 1, 159, 160, 161, 1_000])
def test_as_many_samples_come_out(count: int) -> None:
    assert len(Gain().feed(np.full(count, 100, np.int16))) == count


def leaked(source: Pcm, own: Pcm, db: float, delay: int) -> Pcm:
    """A track with the other's leak in it, through mu-law as on a real line."""
    late = np.concatenate((np.zeros(delay), source[: len(source) - delay].astype(float)))
    both = np.clip(np.rint(own + late * 10 ** (db / 20)), -32_768, 32_767).astype(np.int16)
    return g711.decode(g711.encode(both, "mulaw"), "mulaw")


def explained(leak: Leak, rep: Pcm, prospect: Pcm) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.array([leak.feed(a, b) for a, b in zip(in_frames(rep), in_frames(prospect), strict=True)])


@pytest.mark.parametrize("db", [-20.0, -26.0, -32.0])
@pytest.mark.parametrize("delay", [0, 960, 2_400])
def test_a_leak_is_known_as_such_and_speech_is_not(db: float, delay: int) -> None:
    rep = speech(30, -18, 5, talks=(0, 20))
    own = speech(30, -20, 6, talks=(21, 30))
    prospect = leaked(rep, own, db, delay)
    leak = Leak()
    told = explained(leak, rep, prospect)
    audible = np.array([level(frame) > -50 for frame in in_frames(prospect)])
    at = np.arange(len(told)) / 50
    assert told[audible & (at > 5) & (at < 20), 1].mean() > 0.9
    assert told[audible & (at > 21.5), 1].mean() < 0.05
    assert not told[:, 0].any(), "nothing leaks into the rep's track"


def test_the_other_direction_is_measured_too() -> None:
    prospect = speech(20, -18, 7)
    rep = leaked(prospect, speech(20, -20, 8, talks=(0, 0)), -25.0, 480)
    leak = Leak()
    told = explained(leak, rep, prospect)
    into_rep, into_prospect = leak.gains
    assert into_rep == pytest.approx(-25, abs=4)
    assert into_prospect is None
    assert told[250:, 0].mean() > 0.5


def test_two_people_at_once_leak_nothing() -> None:
    leak = Leak()
    told = explained(leak, speech(20, -20, 9), speech(20, -22, 10, pace=4.7))
    assert told.mean() < 0.02


def test_silence_leaks_nothing() -> None:
    leak = Leak()
    quiet = np.zeros(8_000 * 12, np.int16)
    assert not explained(leak, quiet, quiet).any()
    assert leak.gains == (None, None)


def test_on_a_real_call_with_a_leak_added(shared_audio: Path) -> None:
    rep, prospect = (pcm[: 8_000 * 60] for pcm in read_call(shared_audio / "auto_repairs_40.flac"))
    mixed = leaked(rep, prospect.astype(float), -30.0, 960)
    told = explained(Leak(), rep, mixed)
    own = np.array([level(frame) > -40 for frame in in_frames(prospect)])
    alone = np.array([level(frame) > -40 for frame in in_frames(rep)]) & ~own
    late = np.arange(len(told)) > 500
    assert told[alone & late, 1].mean() > 0.85
    assert told[own & late, 1].mean() < 0.02
    assert told[late, 0].mean() < 0.02
