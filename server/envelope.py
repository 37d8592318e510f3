"""Events as the world sees them: numbered, and as flat JSON.

`{"call": …, "n": 42, "type": "cue", "at": 31.26, …fields}`
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from media.audio import Word
from server.errors import Malformed
from server.events import INPUTS, OUTPUTS, Event, Evidence, NextStep, Sentence, Summary

BY_TYPE: dict[str, type[Event]] = {kind.type: kind for kind in INPUTS + OUTPUTS}


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event of a call with its number (1, 2, 3 …), so that a page can ask for "after 41"."""

    call_id: str
    number: int
    event: Event

    def to_json(self) -> dict[str, Any]:
        """The public form, a flat object."""
        return {"call": self.call_id, "n": self.number, **event_to_json(self.event)}

    def to_line(self) -> str:
        """The public form as one line of JSON with a fixed key order."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name.rstrip("_"): _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 3)
    return value


def event_to_json(event: Event) -> dict[str, Any]:
    """Flatten an event: `type`, `at`, then its fields. Times keep milliseconds."""
    return {"type": event.type, **_plain(event)}


def event_from_json(body: dict[str, Any]) -> Event:
    """Read back what `event_to_json` wrote; unknown fields are ignored, so that old readers live on.

    Raises:
        Malformed: the type is unknown or a field is missing or of the wrong kind.
    """
    kind = BY_TYPE.get(str(body.get("type")))
    if kind is None:
        raise Malformed(f"unknown event type {body.get('type')!r}")
    try:
        event: Event = _build(kind, body)
        return event
    except (TypeError, ValueError, KeyError, AttributeError) as problem:
        raise Malformed(f"{kind.type} event is not well formed: {problem}") from problem


_NESTED: dict[str, type[Any]] = {
    "evidence": Evidence,
    "words": Word,
    "next_step": NextStep,
    "sentences": Sentence,
}


def _build(kind: type[Any], body: dict[str, Any]) -> Any:
    known = {f.name for f in fields(kind)}
    values = {}
    for name, value in body.items():
        name = name if name in known else f"{name}_"
        if name in known:
            values[name] = _read(name, value, kind)
    return kind(**values)


def _read(name: str, value: Any, kind: type[Any]) -> Any:
    nested = Evidence if (kind, name) == (Summary, "facts") else _NESTED.get(name)
    if isinstance(value, list):
        return tuple(_build(nested, item) if nested else item for item in value)
    if isinstance(value, dict) and nested:
        return _build(nested, value)
    return value
