"""What the HTTP API says of cues, as pydantic models."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.events import CueKind
from server.records import CueFate, KeptCue

Seconds = Annotated[float, AfterValidator(lambda value: round(value, 3))]


class SpreadOut(BaseModel):
    """How a measure spreads over the cues that a page has painted."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    p50: Seconds
    p95: Seconds


class CueFiguresOut(BaseModel):
    """What became of the cues of a kind, or of a rep."""

    model_config = ConfigDict(from_attributes=True)

    of: str = Field(description="The kind, or the rep; empty for all together.")
    calls: int = Field(description="Calls in which one was raised.")
    raised: int
    followed: int
    expired: int = Field(description="Ignored: on screen for its whole life, and nothing came of it.")
    dismissed: int
    wrong: int = Field(description="Marked wrong, in the call or afterwards; counts in no other column.")
    muted: int = Field(description="Calls in which it was muted, from the start or on the way.")
    total: SpreadOut | None = Field(description="From the end of the sound to the painted page.")
    heard: SpreadOut | None = Field(description="Its first leg: until the words were known.")
    rule: SpreadOut | None = Field(description="Its second leg: until the cue was raised.")
    page: SpreadOut | None = Field(description="Its third leg: until the page had painted it.")


class CueQuality(BaseModel):
    """What became of the cues of a period, most ignored or marked wrong first."""

    since: Date
    until: Date = Field(description="The last day of the period.")
    all: CueFiguresOut | None = Field(description="Null when nothing was raised or muted.")
    kinds: list[CueFiguresOut]
    reps: list[CueFiguresOut]


class CueOut(BaseModel):
    """A cue that was raised. Times are media seconds, but for `called_at`."""

    model_config = ConfigDict(from_attributes=True)

    call: str = Field(validation_alias="call_id")
    n: int = Field(validation_alias="number", description="Number of its envelope.")
    kind: str
    why: str
    sound: Seconds = Field(description="Where the words or the measure end that call for it.")
    heard: Seconds = Field(description="When they were known.")
    at: Seconds = Field(description="When it was raised.")
    page: Seconds | None = Field(description="When the page had painted it; null when none said so.")
    fate: CueFate = Field(description="`expired` means ignored; `shown` that nothing came of it yet.")
    rep: str
    contact: str
    contact_company: str
    called_at: datetime

    @classmethod
    def of(cls, cue: KeptCue) -> CueOut:
        """Make the public form of a cue."""
        return cls.model_validate(cue)


class CueList(BaseModel):
    """A page of cues, newest call first."""

    cues: list[CueOut]
    next: int | None = Field(description="Pass as `skip` for the next page; null on the last one.")


class CueMarks(BaseModel):
    """Who marked a cue wrong after the call."""

    call: str
    n: int
    wrong_by: list[str]


class MutedKinds(BaseModel):
    """The kinds of cues that the caller wants no more of, in later calls too."""

    kinds: list[CueKind]
