"""The file of the local CRM log."""

from __future__ import annotations

import os
from pathlib import Path

from server.crm.local import healed, holds, to_line
from server.crm.shape import Entry
from server.errors import Unreachable


def push_entry(file: Path, entry: Entry, key: str) -> str:
    """Write an entry once; give its id in the log.

    Raises:
        Unreachable: the file cannot be written now (a full disk).
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text("utf-8") if file.exists() else ""
        whole = healed(text)
        if whole != text:
            file.write_text(whole, "utf-8")
        if not holds(whole, key):
            with file.open("a", encoding="utf-8") as log:
                log.write(to_line(entry, key) + "\n")
                log.flush()
                os.fsync(log.fileno())
    except OSError as problem:
        raise Unreachable(f"the CRM log {file} cannot be written: {problem.strerror}") from problem
    return key
