"""Which peers there are, how they are installed, and how they are asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path("build/peers")
LIMIT = 3_600.0
"""Seconds after which a peer counts as stuck."""


COMMON = ("faster-whisper==1.2.1", "torch==2.13.0")
"""What most peers need, installed once for all of them. PyTorch is pinned because pip would otherwise take the newest,
with gigabytes for GPUs; nothing here runs on one."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a peer is given sound: at its default, or, where it has such a setting, as often as ours updates."""

    name: str
    chunk: float
    """Seconds."""
    behind: bool = False
    """Late, it takes all that has come in the meantime at once."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer: its module here, its name, its packages, and whether a path to its source must be given."""

    module: str
    name: str
    packages: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    """Packages whose own requirements are not wanted (microphones, other engines)."""
    source: bool = False
    paces: tuple[Pace, ...] = (Pace("", 1.0),)
    kind: str = "final only"


PEERS = (
    Peer("segments", "faster-whisper per segment", paces=(Pace("", 0.5),)),
    Peer("pipecat_whisper", "pipecat", ("pipecat-ai[silero,whisper]==1.14.0",), paces=(Pace("", 0.1),)),
    Peer("whisper_streaming", "whisper_streaming", source=True, paces=(Pace("defaults, 1 s", 1.0),), kind="agreement"),
    Peer(
        "whisperlivekit_agreement",
        "WhisperLiveKit",
        ("fastapi", "librosa", "soundfile", "tiktoken", "websockets", "python-multipart", "starlette", "uvicorn"),
        bare=("whisperlivekit==0.2.26",),
        paces=(Pace("defaults, 0.1 s", 0.1, behind=True), Pace("1 s", 1.0)),
        kind="agreement",
    ),
    Peer(
        "whisperlive",
        "WhisperLive",
        ("prometheus-client", "websockets", "scipy", "numba"),
        bare=("whisper-live==0.10.0",),
        paces=(Pace("defaults, back to back", 0.1, behind=True), Pace("1 s", 1.0)),
        kind="batch",
    ),
    Peer(
        "realtimestt",
        "RealtimeSTT",
        ("webrtcvad-wheels==2.0.14", "halo==0.0.31", "colorama==0.4.6", "scipy==1.17.1", "websockets==16.0",
         "websocket-client==1.9.0", "soundfile==0.13.1"),
        bare=("realtimestt==1.1.2", "silero-vad==6.2.1"),
        paces=(Pace("defaults, 0.2 s", 0.2), Pace("1 s", 1.0)),
        kind="live",
    ),
)  # fmt: skip


def environment(name: str) -> Path:
    """Where a peer's own Python is, or would be."""
    return FOLDER / name / "bin" / "python"


def install(peer: Peer) -> None:
    """Make a peer's environment from packages, on top of the common one.

    Raises:
        subprocess.CalledProcessError: it cannot be installed; pip has said why.
    """
    common = _made("common")
    # The engine is the one that Beatline runs on, release for release.
    engine = f"ctranslate2=={version('ctranslate2')}"
    _pip(common, *COMMON, engine)
    python = _made(peer.module)
    _site(python).joinpath("common.pth").write_text(f"{_site(common).resolve()}\n")
    if peer.packages:
        _pip(python, *peer.packages, engine)
    if peer.bare:
        _pip(python, "--no-deps", *peer.bare)


def _made(name: str) -> Path:
    python = environment(name)
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
    return python


def _site(python: Path) -> Path:
    return next((python.parent.parent / "lib").glob("python*")) / "site-packages"


def _pip(python: Path, *what: str) -> None:
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what], check=True
    )


def ask(peer: Peer, python: Path, request: dict[str, Any], folder: Path) -> dict[str, Any] | str:
    """Let a peer play the tracks; its answer, or one line that says why there is none."""
    question, answer = folder / f"{peer.module}.request.json", folder / f"{peer.module}.answer.json"
    question.write_text(json.dumps(request))
    answer.unlink(missing_ok=True)
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "HF_HUB_OFFLINE")
    pinned = {**os.environ, **dict.fromkeys(names, "1")}
    driver = Path(__file__).with_name("drive.py")
    command = [str(python), str(driver), peer.module, str(question), str(answer)]
    with (folder / f"{peer.module}.log").open("w+") as log:
        try:
            done = subprocess.run(command, env=pinned, stdout=log, stderr=log, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            return f"not done after {LIMIT:.0f} s"
        log.seek(0)
        lines = log.read().strip().splitlines() or ["it said nothing"]
    if done.returncode or not answer.is_file():
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
