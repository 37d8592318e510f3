"""`beatline` as tests run it: in this process, for the start of a process costs more than most commands do."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from server.cli import main


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def beatline(*arguments: str | Path, **environment: str) -> Ran:
    """Run a command with these settings and no others. Commands that serve need a process of their own."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("BEATLINE_", "OPENAI_"))
    }
    said, told = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, {**kept, **environment}, clear=True),
        patch.object(sys, "argv", ["beatline", *map(str, arguments)]),
        redirect_stdout(said),
        redirect_stderr(told),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return Ran(code, said.getvalue(), told.getvalue())
