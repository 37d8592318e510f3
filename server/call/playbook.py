"""Playbooks: what a call should be like, as data that a sales lead edits. Text in; a value, or what is wrong, out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from server.call.playbook_checks import checked
from server.call.playbook_text import Fault, Path, Text, read
from server.call.playbook_usual import over
from server.call.playbook_values import (
    CUES,
    OBJECTIONS,
    BeatPlan,
    Card,
    CuePlan,
    Level,
    Limits,
    NextStep,
    Pacing,
    Playbook,
    Window,
)
from server.errors import Malformed

__all__ = [
    "CUES", "OBJECTIONS", "BeatPlan", "Card", "CuePlan", "Fault", "Level", "Limits", "NextStep", "Pacing",
    "Playbook", "Reading", "Window", "base_of", "check_playbook", "parse_playbook",
]  # fmt: skip

GENERATIONS = 3
"""A playbook may extend one that extends one that extends one; nobody follows more."""

_WORDS = {"missing": "is missing", "extra_forbidden": "there is no such field"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a text: a playbook unless something grave is wrong."""

    playbook: Playbook | None
    faults: tuple[Fault, ...] = ()

    @property
    def grave(self) -> tuple[Fault, ...]:
        """The faults that forbid using it."""
        return tuple(fault for fault in self.faults if fault.grave)


def parse_playbook(
    text: str | bytes, name: str, others: Mapping[str, str] | None = None, called: str = ""
) -> Playbook:
    """Read a playbook from YAML; `others` and `called` as for `check_playbook`.

    Raises:
        Malformed: it is wrong; the message names the file and, for each fault, line, field and reason.
    """
    reading = check_playbook(text, others, called)
    if reading.playbook is None:
        raise Malformed(f"{name}, {'; '.join(map(str, reading.grave))}")
    return reading.playbook


def check_playbook(text: str | bytes, others: Mapping[str, str] | None = None, called: str = "") -> Reading:
    """Read a playbook and tell everything that is wrong with it, in the order of its lines.

    `others` are the texts that it may extend, by name; `called`, where given, is the name that it must have.
    """
    reading, tree = _check(text, others or {}, ())
    if not called or "name" not in tree or tree["name"] == called:
        return reading
    fault = read(text).fault(("name",), f"says {tree['name']!r}, but this is the playbook {called!r}")
    return Reading(None, (fault, *reading.faults))


def base_of(text: str | bytes) -> str:
    """Name of the playbook that a text extends; empty when none."""
    found = read(text).tree.get("extends", "")
    return found if isinstance(found, str) else ""


def _check(
    text: str | bytes, others: Mapping[str, str], children: tuple[str, ...]
) -> tuple[Reading, Mapping[str, Any]]:
    """Read a text that `children` extend; give its whole tree too, so that they can be laid over it."""
    said = read(text)
    if not said.tree:
        return Reading(None, said.faults), {}
    tree, base, faults = said.tree, "", list(said.faults)
    if "extends" in tree:
        tree, base, fault = _extended(said, others, children)
        faults += [fault] if fault else []
    raw = text.encode() if isinstance(text, str) else text
    version = hashlib.sha256(raw + (f"\n{base}".encode() if base else b"")).hexdigest()[:12]
    playbook: Playbook | None = None
    try:
        playbook = Playbook.model_validate({**tree, "version": version})
        # One that lacks its base lacks half of everything: only the base is worth telling.
        fits = checked(playbook) if base or "extends" not in said.tree else []
        faults += [said.fault(path, why, grave=grave) for path, why, grave in fits]
    except ValidationError as problem:
        faults += [_worded(said, error) for error in problem.errors(include_url=False)]
    if "version" in said.tree:
        faults.append(said.fault(("version",), "is made from the text: leave it out"))
    faults.sort(key=lambda fault: (fault.line, fault.field))
    wrong = any(fault.grave for fault in faults)
    return Reading(None if wrong else playbook, tuple(faults)), tree


def _extended(
    said: Text, others: Mapping[str, str], children: tuple[str, ...]
) -> tuple[Mapping[str, Any], str, Fault | None]:
    """Lay a text over the one that it extends: the tree, the base's version, and what forbids it."""
    own, where = said.tree, ("extends",)
    base, line = own["extends"], (*children, str(own.get("name", "")))
    if base in line:
        return own, "", said.fault(where, f"goes round in a circle: {' → '.join((*line, base))}")
    if not isinstance(base, str) or base not in others:
        known = ", ".join(sorted(set(others) - {line[-1]})) or "none"
        return own, "", said.fault(where, f"there is no playbook {base!r} to extend; there are: {known}")
    if len(line) > GENERATIONS:
        why = f"more than {GENERATIONS} extend one another: {' → '.join((*line, base))}"
        return own, "", said.fault(where, why)
    reading, whole = _check(others[base], others, line)
    if reading.playbook is None:
        first = next((fault for fault in reading.grave if fault.field == "extends"), reading.grave[0])
        return own, "", said.fault(where, f"{base} is wrong itself: {first}")
    whole = {key: value for key, value in whole.items() if key != "name"}
    beats = {"beats": _beats(own["beats"], whole["beats"])} if "beats" in own and "beats" in whole else {}
    return {**over(own, whole), **beats}, reading.playbook.version, None


def _beats(own: Any, base: list[Mapping[str, Any]]) -> Any:
    """Beats are laid over one another by name, so that one of them can be changed alone."""
    if not isinstance(own, list) or not all(isinstance(beat, Mapping) for beat in own):
        return own
    names = [beat.get("beat") for beat in base]
    if not all(beat.get("beat") in names for beat in own):
        return own
    mine = {beat["beat"]: beat for beat in own}
    return [{**beat, **mine.get(beat["beat"], {})} for beat in base]


def _worded(said: Text, error: ErrorDetails) -> Fault:
    """A fault of pydantic's in plain words, with its line."""
    path: Path = tuple(str(part) for part in error["loc"] if part != "[key]")
    reason = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if error["type"] == "extra_forbidden" and (near := get_close_matches(path[-1], _FIELDS, 1)):
        reason += f"; did you mean {near[0]}?"
    return said.fault(path, reason)


_FIELDS = sorted({
    field for part in (Playbook, BeatPlan, CuePlan, Card, Level, Limits, NextStep, Pacing, Window)
    for field in part.model_fields
})  # fmt: skip
