"""What a careful person marked in a call: the label lines that scorers read and the rules never see.

A line is `{"label": "cue", "kind": "book_it", "from": 41.2, "to": 47.0}`. All times are media seconds.
`docs/score.md` describes every kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from server.call.script import objects
from server.errors import Malformed
from server.events import BeatName, CueKind, ObjectionKind, TrackName

Seconds = Annotated[float, Field(ge=0, lt=86_400, allow_inf_nan=False)]
Words = Annotated[str, Field(min_length=1, max_length=1000)]


class Label(BaseModel):
    """Any label; `label` is its kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    label: str


class _Spoken(Label):
    start: Seconds
    end: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> _Spoken:
        if self.end <= self.start:
            raise ValueError("end is not after start")
        return self


class _Window(Label):
    kind: CueKind
    from_: Annotated[Seconds, Field(alias="from")]
    to: Seconds
    objection: ObjectionKind | None = None

    @model_validator(mode="after")
    def _ordered(self) -> _Window:
        if self.to <= self.from_:
            raise ValueError("to is not after from")
        if self.objection and self.kind != "card":
            raise ValueError("only a card has an objection")
        return self


class BeatSpan(_Spoken):
    """Somebody is in a beat."""

    label: Literal["beat"]
    beat: BeatName


class AskEnd(Label):
    """The end of the words that make an ask."""

    label: Literal["ask_end"]
    at: Seconds


class Opener(Label):
    """The reason given in the opening, and where it had been given."""

    label: Literal["opener"]
    generic: bool
    at: Seconds


class RightCue(_Window):
    """A cue of this kind is right in this window."""

    label: Literal["cue"]

    @model_validator(mode="after")
    def _carded(self) -> RightCue:
        if self.kind == "card" and not self.objection:
            raise ValueError("a card needs its objection")
        return self


class Trap(_Window):
    """A cue of this kind is a mistake in this window; a card without an objection means any card."""

    label: Literal["no_cue"]


class Objected(_Spoken):
    """The prospect objected."""

    label: Literal["objection"]
    objection: ObjectionKind


class Interrupted(Label):
    """Somebody broke in while the other was in mid-sentence."""

    label: Literal["interruption"]
    by: TrackName
    at: Seconds


class Questioned(Label):
    """Somebody asked a question."""

    label: Literal["question"]
    track: TrackName
    at: Seconds


class Promised(Label):
    """Somebody promised something."""

    label: Literal["commitment"]
    by: TrackName
    text: Words
    at: Seconds


class Agreed(Label):
    """The agreed next step, date and time in the prospect's zone."""

    label: Literal["next_step"]
    kind: Literal["meeting", "call", "email", "none"]
    date: str | None = None
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    with_: Annotated[str | None, Field(alias="with")] = None
    at: Seconds | None = None
    """May be left out where nothing was agreed."""

    @field_validator("date")
    @classmethod
    def _real(cls, value: str | None) -> str | None:
        return date.fromisoformat(value).isoformat() if value else None

    @model_validator(mode="after")
    def _placed(self) -> Agreed:
        if self.at is None and self.kind != "none":
            raise ValueError("a next step needs its `at`")
        return self


class CameOut(Label):
    """What a careful person would log."""

    label: Literal["outcome"]
    code: Literal["connect", "voicemail", "no_answer", "wrong_number", "dnc"]
    sentiment: Literal["positive", "neutral", "negative"]
    meeting: bool


class Unwanted(Label):
    """The prospect asked not to be called again."""

    label: Literal["dnc"]
    at: Seconds


class Fact(Label):
    """New information that the summary must hold."""

    label: Literal["fact"]
    text: Words
    at: Seconds


class FalseFact(Label):
    """What a careless summary could claim and must not."""

    label: Literal["false_fact"]
    text: Words


_KINDS: dict[str, type[Label]] = {
    "beat": BeatSpan, "ask_end": AskEnd, "opener": Opener, "cue": RightCue, "no_cue": Trap,
    "objection": Objected, "interruption": Interrupted, "question": Questioned, "commitment": Promised,
    "next_step": Agreed, "outcome": CameOut, "dnc": Unwanted, "fact": Fact, "false_fact": FalseFact,
}  # fmt: skip

_Kind = TypeVar("_Kind", bound=Label)


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one call, in the order of their lines."""

    rows: tuple[Label, ...]

    def of(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        """Those of one kind."""
        return tuple(row for row in self.rows if isinstance(row, kind))


def parse_labels(lines: Iterable[str]) -> Labels:
    """Read the labels of a scripted call or of a heard one; its other lines are left to other readers.

    Raises:
        Malformed: a label is wrong, or is followed by something else; the message names the line.
    """
    found: list[Label] = []
    for number, body in objects(lines):
        if "label" in body:
            found.append(parse_label(body, number))
        elif found:
            raise Malformed(f"line {number}: labels come last, and this is none")
    return Labels(tuple(found))


def parse_label(body: dict[str, Any], number: int) -> Label:
    """Check one label; `number` is its line.

    Raises:
        Malformed: it is of no known kind, or a field is wrong, missing or unknown.
    """
    kind = _KINDS.get(str(body["label"]))
    if kind is None:
        raise Malformed(f"line {number}: there is no label {body['label']!r}: take {', '.join(_KINDS)}")
    try:
        return kind.model_validate(body)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise Malformed(f"line {number}, {body['label']}{' ' * bool(where)}{where}: {said}") from None
