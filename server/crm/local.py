"""The local CRM log: one JSON line an entry, for those who have no CRM yet, and for the demo."""

from __future__ import annotations

import json
from dataclasses import asdict

from server.crm.shape import Entry

NAME = "local"


def to_line(entry: Entry, key: str) -> str:
    """Write an entry as one line; `key` is unique to this push."""
    body = asdict(entry)
    step = body.pop("next_step")
    body["at"] = entry.at.isoformat(timespec="seconds")
    body["next_step"] = {name: step[name] for name in ("kind", "date", "time")} | {"with": step["with_"]}
    return json.dumps({"key": key, **body}, ensure_ascii=False)


def holds(text: str, key: str) -> bool:
    """Tell whether the log has this push already: a push that is tried again must not write twice."""
    mark = json.dumps({"key": key}, ensure_ascii=False)[:-1] + ","
    return any(line.startswith(mark) for line in text.splitlines())


def healed(text: str) -> str:
    """Leave out a last line that a killed process left half written."""
    return text if not text or text.endswith("\n") else text[: text.rfind("\n") + 1]
