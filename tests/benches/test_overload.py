"""More sound than the engine can serve: nothing that was said is lost."""

from __future__ import annotations

from pathlib import Path

import anyio
import numpy as np
import soundfile

from benches.overload import overloaded, slowness
from media.audio import RATE
from media.models import shipped
from media.vad import Judge
from media.whisper import Whisper


def test_an_engine_that_is_too_slow_still_answers_every_turn(tmp_path: Path) -> None:
    sound, _ = soundfile.read("samples/good.flac", dtype="int16")
    soundfile.write(tmp_path / "short.flac", np.ascontiguousarray(sound[: 14 * RATE]), RATE)
    outcome = anyio.run(overloaded, tmp_path / "short.flac", Whisper(shipped()), Judge(), 12.0)
    assert outcome.turns == outcome.finals > 4


def test_how_slow_it_is_made_follows_from_what_a_call_costs() -> None:
    assert slowness(0.01, 4.0, calls=2, speed=8.0) == 25.0
    assert slowness(1.0, 4.0) == 1.0
