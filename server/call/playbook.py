"""Playbooks: what a call should be like, as data that a sales lead edits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from server.errors import Malformed
from server.events import BEATS, BeatName, CueKind, ObjectionKind

Line = Annotated[str, Field(min_length=1, max_length=200)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Name = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^[^\W_].*$")]
CUES: tuple[CueKind, ...] = get_args(CueKind)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BeatPlan(_Part):
    """One beat: what it is for, how long it may take (for `listen`: at least), lines that do it well."""

    beat: BeatName
    goal: Line
    budget: Seconds
    lines: tuple[Line, ...] = ()


class CuePlan(_Part):
    """How a cue reads: at most four words, and one optional line."""

    text: Annotated[str, Field(min_length=1, max_length=40)]
    line: Annotated[str, Field(max_length=120)] = ""

    @field_validator("text")
    @classmethod
    def _short(cls, text: str) -> str:
        if len(text.split()) > 4:
            raise ValueError("a cue has at most four words: nobody reads more while talking")
        return text


class Card(_Part):
    """What to say to an objection."""

    text: Annotated[str, Field(min_length=1, max_length=40)]
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=2)]


class Pacing(_Part):
    """How often cues may come (seconds)."""

    gap: Seconds = 8
    same_kind: Seconds = 25
    most: Annotated[int, Field(ge=1, le=30)] = 6
    within: Seconds = 90
    life: Seconds = 6


class Limits(_Part):
    """When measures become cues."""

    monologue: Seconds = 40
    make_ask: Seconds = 20
    pace_wpm: Annotated[float, Field(gt=100, le=400)] = 225
    pace_for: Seconds = 8
    listen: Seconds = 30


class Playbook(_Part):
    """One kind of follow-up call."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
    title: Line
    kind: Literal["live", "voicemail"] = "live"
    window: Annotated[str, Field(max_length=200)] = ""
    reason: Annotated[str, Field(max_length=300)] = ""
    next_step: Annotated[str, Field(max_length=200)] = ""
    level: Literal["quiet", "balanced", "eager"] = "balanced"
    beats: tuple[BeatPlan, ...] = ()
    cues: Mapping[CueKind, CuePlan] = Field(default_factory=dict)
    cards: Mapping[ObjectionKind, Card] = Field(default_factory=dict)
    vocabulary: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Products, competitors, places: names that the speech model may not know, spelt as they are to be written."""
    quiet: tuple[CueKind, ...] = ("stay_silent", "stop_talking", "do_not_call", "card")
    """Kinds that the level `quiet` leaves."""
    pacing: Pacing = Pacing()
    limits: Limits = Limits()
    version: str = ""
    """Hash of the text it was read from."""

    @field_validator("beats")
    @classmethod
    def _in_order(cls, beats: tuple[BeatPlan, ...]) -> tuple[BeatPlan, ...]:
        if beats and tuple(beat.beat for beat in beats) != BEATS:
            raise ValueError(f"all five beats, in this order: {', '.join(BEATS)}; a voicemail has none")
        return beats

    @field_validator("vocabulary")
    @classmethod
    def _sayable(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if len(name.split()) > 3:
                raise ValueError(f"a name has at most three words, not: {name}")
        return names

    @property
    def budgets(self) -> dict[BeatName, float]:
        """Seconds planned for each beat."""
        return {beat.beat: beat.budget for beat in self.beats}

    def says(self, kind: CueKind) -> CuePlan:
        """How a cue reads here."""
        return self.cues.get(kind) or _USUAL[kind]

    def allows(self, kind: CueKind, level: str) -> bool:
        """Tell whether a level lets a kind through."""
        return level != "quiet" or kind in self.quiet


_USUAL: dict[CueKind, CuePlan] = {
    "stay_silent": CuePlan(text="Stay silent"),
    "give_reason": CuePlan(text="Give the reason", line="Why now, in one sentence"),
    "make_ask": CuePlan(text="Make the ask"),
    "stop_talking": CuePlan(text="Stop. Ask something"),
    "let_finish": CuePlan(text="Let them finish"),
    "book_it": CuePlan(text="Book it now"),
    "offer_bridge": CuePlan(text="Offer a bridge", line="A smaller next step"),
    "name_time": CuePlan(text="Name a day"),
    "slow_down": CuePlan(text="Slow down"),
    "do_not_call": CuePlan(text="Apologise and end", line="They asked not to be called"),
    "card": CuePlan(text="Acknowledge, then ask"),
}


def parse_playbook(text: str, name: str) -> Playbook:
    """Read a playbook from YAML.

    Raises:
        Malformed: it is wrong; the message names file, line and field.
    """
    try:
        body = yaml.safe_load(text)
        lines = _lines(yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise Malformed(f"{name}, line {line}: {problem.problem}") from problem
    if not isinstance(body, dict):
        raise Malformed(f"{name}, line 1: a playbook is a mapping that begins with `name:`")
    try:
        return Playbook.model_validate({**body, "version": hashlib.sha256(text.encode()).hexdigest()[:12]})
    except ValidationError as problem:
        first = problem.errors()[0]
        where = tuple(str(part) for part in first["loc"] if part != "[key]")
        line = next((lines[where[:n]] for n in range(len(where), -1, -1) if where[:n] in lines), 1)
        said = first["msg"].removeprefix("Value error, ")
        raise Malformed(f"{name}, line {line}, {'.'.join(where) or 'playbook'}: {said}") from None


def _lines(node: yaml.Node | None, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    """Line (from 1) of every field."""
    if node is None:
        return {}
    found = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found |= _lines(value, (*path, str(key.value)))
            found[*path, str(key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            found |= _lines(value, (*path, str(place)))
    return found
