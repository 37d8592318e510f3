"""Which peers there are, how they are installed, and how they are asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path("build/peers")
LIMIT = 3_600.0
"""Seconds after which a peer counts as stuck."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer: its module here, its name, its packages, and whether a path to its source must be given."""

    module: str
    name: str
    packages: tuple[str, ...]
    bare: tuple[str, ...] = ()
    """Packages whose own requirements are not wanted (microphones, other engines)."""
    source: bool = False
    streaming: bool = True


PEERS = (
    Peer("segments", "faster-whisper per segment", ("faster-whisper==1.2.1",), streaming=False),
    Peer("pipecat_whisper", "pipecat", ("pipecat-ai[silero,whisper]==1.14.0",), streaming=False),
    Peer("whisper_streaming", "whisper_streaming", ("faster-whisper==1.2.1",), source=True),
    Peer("whisperlivekit_agreement", "WhisperLiveKit", ("whisperlivekit==0.2.26", "faster-whisper==1.2.1")),
    Peer(
        "whisperlive",
        "WhisperLive",
        ("faster-whisper==1.2.1", "torch", "prometheus-client", "websockets"),
        bare=("whisper-live==0.10.0",),
    ),
)  # fmt: skip


def environment(peer: Peer) -> Path:
    """Where a peer's own Python is, or would be."""
    return FOLDER / peer.module / "bin" / "python"


def install(peer: Peer) -> None:
    """Make a peer's environment from packages.

    Raises:
        subprocess.CalledProcessError: it cannot be installed; pip has said why.
    """
    python = environment(peer)
    subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *peer.packages], check=True)
    if peer.bare:
        subprocess.run([*pip, "--no-deps", *peer.bare], check=True)


def ask(peer: Peer, python: Path, request: dict[str, Any], folder: Path) -> dict[str, Any] | str:
    """Let a peer play the tracks; its answer, or one line that says why there is none."""
    question, answer = folder / f"{peer.module}.request.json", folder / f"{peer.module}.answer.json"
    question.write_text(json.dumps(request))
    pinned = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    driver = Path(__file__).with_name("drive.py")
    command = [str(python), str(driver), peer.module, str(question), str(answer)]
    try:
        done = subprocess.run(
            command, env={**os.environ, **pinned}, capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return f"not done after {LIMIT:.0f} s"
    if done.returncode or not answer.is_file():
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        return f"failed: {lines[-1][:200]}"
    found: dict[str, Any] = json.loads(answer.read_text())
    return found


def write_tracks(tracks: list[np.ndarray], folder: Path) -> list[str]:
    """Put sound where a peer can read it: float32 at 16 kHz."""
    files = []
    for number, sound in enumerate(tracks):
        file = folder / f"track{number}.npy"
        np.save(file, sound.astype(np.float32))
        files.append(str(file.resolve()))
    return files
