"""Fixtures shared by all tests: the async back end, and real recordings when they lie beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio, the loop that serves in production."""
    return "asyncio"


@pytest.fixture(scope="session")
def shared_audio() -> Path:
    """Folder of real recordings; a user has only the repository, so tests that need it are skipped there."""
    folder = ROOT.parent / "shared" / "audio"
    if not folder.is_dir():
        pytest.skip("no ../shared/audio beside the repository: real recordings not tried")
    return folder
